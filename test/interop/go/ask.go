package main

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	askProtocol = "/grapevine/ask/1"
	askPatience = 60 * time.Second
)

// ask puts a question to a peer's agent, or probes how sure it is, and gives the last frame that comes back.
func (own *node) ask(ctx context.Context, of peer.ID, kind, question string) (map[string]any, error) {
	stream, err := own.host.NewStream(ctx, of, askProtocol)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	exchange := framesOf(stream, maxAnswerBytes)
	// A refusal by policy may come, and the stream end, before the question is sent.
	sent := exchange.write(map[string]any{"type": kind, "question": question, "timeoutMs": int(askPatience / time.Millisecond)})
	for {
		frame, err := exchange.read(askPatience)
		if err != nil {
			return nil, fmt.Errorf("no answer came: %w (sending: %v)", err, sent)
		}
		if frame["type"] != "text" {
			return frame, nil
		}
	}
}
