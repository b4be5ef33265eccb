package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sort"
	"unicode/utf8"
)

// Canonical DAG-CBOR, written out by hand so that this peer is an independent witness of the form.
//
// Values are int64, float64, bool, string, []byte, []any, map[string]any and link.

// link is a CID as the 36 bytes that records use: version 1, dag-cbor, sha2-256.
type link [36]byte

const (
	majorUnsigned = 0
	majorNegative = 1
	majorBytes    = 2
	majorText     = 3
	majorList     = 4
	majorMap      = 5
	majorTag      = 6
	majorSimple   = 7

	linkTag     = 42
	float64Head = 0xfb
)

// encode panics on a value that is none of the above, since only this program's own values come here.
func encode(value any) []byte {
	return appendValue(nil, value)
}

func appendValue(out []byte, value any) []byte {
	switch value := value.(type) {
	case int:
		return appendValue(out, int64(value))
	case int64:
		if value < 0 {
			return appendHead(out, majorNegative, uint64(-(value + 1)))
		}
		return appendHead(out, majorUnsigned, uint64(value))
	case float64:
		return binary.BigEndian.AppendUint64(append(out, float64Head), math.Float64bits(value))
	case bool:
		if value {
			return append(out, 0xf5)
		}
		return append(out, 0xf4)
	case string:
		return append(appendHead(out, majorText, uint64(len(value))), value...)
	case []byte:
		return append(appendHead(out, majorBytes, uint64(len(value))), value...)
	case link:
		out = appendHead(out, majorTag, linkTag)
		return append(append(appendHead(out, majorBytes, uint64(len(value)+1)), 0), value[:]...)
	case []any:
		out = appendHead(out, majorList, uint64(len(value)))
		for _, item := range value {
			out = appendValue(out, item)
		}
		return out
	case map[string]any:
		out = appendHead(out, majorMap, uint64(len(value)))
		for _, key := range sortedKeys(value) {
			out = appendValue(appendValue(out, key), value[key])
		}
		return out
	}
	panic(fmt.Sprintf("%T has no CBOR here", value))
}

func appendHead(out []byte, major byte, value uint64) []byte {
	first := major << 5
	switch {
	case value < 24:
		return append(out, first|byte(value))
	case value <= math.MaxUint8:
		return append(out, first|24, byte(value))
	case value <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(out, first|25), uint16(value))
	case value <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(out, first|26), uint32(value))
	}
	return binary.BigEndian.AppendUint64(append(out, first|27), value)
}

func sortedKeys(fields map[string]any) []string {
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keyBefore(keys[i], keys[j]) })
	return keys
}

func keyBefore(first, second string) bool {
	if len(first) != len(second) {
		return len(first) < len(second)
	}
	return first < second
}

var (
	errTooDeep      = errors.New("nested too deeply")
	errNotCanonical = errors.New("not in canonical form")
	errMalformed    = errors.New("no CBOR")
)

// decode takes canonical bytes of exactly one value. What is not canonical is refused here, which comes to the same as encoding again and comparing.
func decode(bytes []byte, maxDepth int) (any, error) {
	reader := &cborReader{bytes: bytes, maxDepth: maxDepth}
	value, err := reader.value(0)
	if err != nil {
		return nil, err
	}
	if reader.at != len(bytes) {
		return nil, fmt.Errorf("%w: followed by more bytes", errMalformed)
	}
	return value, nil
}

type cborReader struct {
	bytes    []byte
	at       int
	maxDepth int
}

func (reader *cborReader) value(depth int) (any, error) {
	start := reader.at
	major, value, err := reader.head()
	if err != nil {
		return nil, err
	}
	if (major == majorList || major == majorMap || major == majorTag) && depth == reader.maxDepth {
		return nil, errTooDeep
	}
	switch major {
	case majorUnsigned, majorNegative:
		if value > math.MaxInt64 {
			return nil, fmt.Errorf("%w: an integer is too large", errNotCanonical)
		}
		if major == majorNegative {
			return -1 - int64(value), nil
		}
		return int64(value), nil
	case majorBytes:
		return reader.take(value)
	case majorText:
		text, err := reader.take(value)
		if err == nil && !utf8.Valid(text) {
			return nil, fmt.Errorf("%w: a text is not UTF-8", errMalformed)
		}
		return string(text), err
	case majorList:
		return reader.list(value, depth)
	case majorMap:
		return reader.fields(value, depth)
	case majorTag:
		return reader.link(value, depth)
	}
	return reader.simple(start)
}

// head reads a major type and its argument, in the shortest form.
func (reader *cborReader) head() (byte, uint64, error) {
	first, err := reader.take(1)
	if err != nil {
		return 0, 0, err
	}
	major, short := first[0]>>5, first[0]&31
	if short < 24 {
		return major, uint64(short), nil
	}
	if short > 27 {
		return 0, 0, fmt.Errorf("%w: of indefinite length", errMalformed)
	}
	width := 1 << (short - 24)
	argument, err := reader.take(uint64(width))
	if err != nil {
		return 0, 0, err
	}
	var value uint64
	for _, digit := range argument {
		value = value<<8 | uint64(digit)
	}
	if major != majorSimple && len(appendHead(nil, major, value)) != 1+width {
		return 0, 0, fmt.Errorf("%w: a number is longer than it need be", errNotCanonical)
	}
	return major, value, nil
}

func (reader *cborReader) take(length uint64) ([]byte, error) {
	if length > uint64(len(reader.bytes)-reader.at) {
		return nil, fmt.Errorf("%w: cut short", errMalformed)
	}
	taken := reader.bytes[reader.at : reader.at+int(length)]
	reader.at += int(length)
	return taken, nil
}

func (reader *cborReader) list(count uint64, depth int) (any, error) {
	if count > uint64(len(reader.bytes)-reader.at) {
		return nil, fmt.Errorf("%w: cut short", errMalformed)
	}
	items := make([]any, 0, count)
	for range count {
		item, err := reader.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (reader *cborReader) fields(count uint64, depth int) (any, error) {
	fields := map[string]any{}
	last := ""
	for number := range count {
		key, err := reader.value(depth + 1)
		if err != nil {
			return nil, err
		}
		name, isText := key.(string)
		if !isText || (number > 0 && !keyBefore(last, name)) {
			return nil, fmt.Errorf("%w: keys are not in order", errNotCanonical)
		}
		if fields[name], err = reader.value(depth + 1); err != nil {
			return nil, err
		}
		last = name
	}
	return fields, nil
}

func (reader *cborReader) link(tag uint64, depth int) (any, error) {
	content, err := reader.value(depth + 1)
	if err != nil {
		return nil, err
	}
	bytes, isBytes := content.([]byte)
	if tag != linkTag || !isBytes || len(bytes) != 37 || bytes[0] != 0 {
		return nil, fmt.Errorf("%w: a tag that is no link of ours", errMalformed)
	}
	return link(bytes[1:]), nil
}

func (reader *cborReader) simple(start int) (any, error) {
	switch head := reader.bytes[start]; head {
	case 0xf4, 0xf5:
		return head == 0xf5, nil
	case float64Head:
		return math.Float64frombits(binary.BigEndian.Uint64(reader.bytes[start+1 : reader.at])), nil
	}
	return nil, fmt.Errorf("%w: a simple value that no message has", errMalformed)
}
