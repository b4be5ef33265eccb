package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
)

const (
	maxFrameBytes  = 262_144
	maxFrameDepth  = 6
	maxHelloBytes  = 12_288
	maxAnswerBytes = 1_048_576 + 131_072
)

// frames reads and writes the messages of one stream.
type frames struct {
	stream   network.Stream
	reader   *bufio.Reader
	maxBytes uint64
}

func framesOf(stream network.Stream, maxBytes uint64) *frames {
	return &frames{stream: stream, reader: bufio.NewReader(stream), maxBytes: maxBytes}
}

func (exchange *frames) write(value map[string]any) error {
	return exchange.writeBytes(encode(value))
}

func (exchange *frames) writeBytes(content []byte) error {
	if err := exchange.stream.SetWriteDeadline(time.Now().Add(15 * time.Second)); err != nil {
		return err
	}
	_, err := exchange.stream.Write(append(binary.AppendUvarint(nil, uint64(len(content))), content...))
	return err
}

func (exchange *frames) read(timeout time.Duration) (map[string]any, error) {
	content, err := exchange.readBytes(timeout)
	if err != nil {
		return nil, err
	}
	value, err := decode(content, maxFrameDepth)
	if err != nil {
		return nil, err
	}
	message, isMap := value.(map[string]any)
	if !isMap {
		return nil, errors.New("a frame holds no map")
	}
	return message, nil
}

func (exchange *frames) readBytes(timeout time.Duration) ([]byte, error) {
	if err := exchange.stream.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return nil, err
	}
	length, err := binary.ReadUvarint(exchange.reader)
	if err != nil {
		return nil, err
	}
	if length > exchange.maxBytes {
		return nil, fmt.Errorf("a frame of %d bytes is too long", length)
	}
	content := make([]byte, length)
	if _, err := io.ReadFull(exchange.reader, content); err != nil {
		return nil, err
	}
	return content, nil
}
