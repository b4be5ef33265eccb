package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"time"
)

// badRecords are frames that have one thing wrong with them, each by the author's own key but where the key is what is wrong. A peer must refuse every one.
var badRecords = map[string]func(own *node) []byte{
	"too large": func(own *node) []byte {
		body := own.someLesson()
		body["environment"] = map[string]any{"padding": strings.Repeat("x", maxRecordBytes)}
		return sign(own.key, body)
	},
	"too deep": func(own *node) []byte {
		body := own.someLesson()
		deep := any("bottom")
		for range maxRecordDepth {
			deep = []any{deep}
		}
		body["example"] = deep
		return sign(own.key, body)
	},
	"cut short": func(own *node) []byte {
		frame := sign(own.key, own.someLesson())
		return frame[:len(frame)-1]
	},
	"no CBOR": func(own *node) []byte {
		return signBytes(own.key, []byte(`{"type":"lesson"}`))
	},
	"followed by more": func(own *node) []byte {
		return signBytes(own.key, append(encodedLesson(own), 0))
	},
	"keys out of order": func(own *node) []byte {
		// The first two of the sorted keys are v and seq; changing places leaves the same map in other bytes.
		body := encodedLesson(own)
		version := []byte("\x61v\x01")
		rest := bytes.Replace(body[1:], version, nil, 1)
		second := len("\x63seq") + len(encode(own.lastSeq()))
		return signBytes(own.key, bytes.Join([][]byte{body[:1], rest[:second], version, rest[second:]}, nil))
	},
	"a long integer": func(own *node) []byte {
		return signBytes(own.key, bytes.Replace(encodedLesson(own), []byte("\x61v\x01"), []byte("\x61v\x18\x01"), 1))
	},
	"an indefinite list": func(own *node) []byte {
		return signBytes(own.key, bytes.Replace(encodedLesson(own), []byte("derivedFrom\x80"), []byte("derivedFrom\x9f\xff"), 1))
	},
	"an unknown field": func(own *node) []byte {
		body := own.someLesson()
		body["priority"] = 1
		return sign(own.key, body)
	},
	"a missing field": func(own *node) []byte {
		body := own.someLesson()
		delete(body, "guidance")
		return sign(own.key, body)
	},
	"an unknown type": func(own *node) []byte {
		body := own.someLesson()
		body["type"] = "command"
		return sign(own.key, body)
	},
	"a title too long": func(own *node) []byte {
		body := own.someLesson()
		body["title"] = strings.Repeat("🧺", 121)
		return sign(own.key, body)
	},
	"an invisible character": func(own *node) []byte {
		body := own.someLesson()
		body["guidance"] = "Use peek\u202ewith care"
		return sign(own.key, body)
	},
	"a text not normal": func(own *node) []byte {
		body := own.someLesson()
		body["guidance"] = "Cafe\u0301 au lait"
		return sign(own.key, body)
	},
	"a chat token": func(own *node) []byte {
		body := own.someLesson()
		body["situation"] = "When [/Inst] is read aloud"
		return sign(own.key, body)
	},
	"a text for a link": func(own *node) []byte {
		body := own.someLesson()
		body["supersedes"] = recordID([32]byte{1})
		return sign(own.key, body)
	},
	"a negative count": func(own *node) []byte {
		body := own.someLesson()
		body["evidence"].(map[string]any)["worked"] = -1
		return sign(own.key, body)
	},
	"a fraction": func(own *node) []byte {
		body := own.someLesson()
		body["evidence"].(map[string]any)["worked"] = 0.5
		return sign(own.key, body)
	},
	"another's signature": func(own *node) []byte {
		_, other, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			panic(err)
		}
		frame := sign(own.key, own.someLesson())
		return append(signBytes(other, frame[signatureBytes:])[:signatureBytes:signatureBytes], frame[signatureBytes:]...)
	},
	"signed without the tag": func(own *node) []byte {
		frame := sign(own.key, own.someLesson())
		return append(ed25519.Sign(own.key, frame[signatureBytes:]), frame[signatureBytes:]...)
	},
	"altered": func(own *node) []byte {
		return bytes.Replace(sign(own.key, own.someLesson()), []byte("procedure"), []byte("procedurE"), 1)
	},
	"altered text": func(own *node) []byte {
		return bytes.Replace(sign(own.key, own.someLesson()), []byte("with care"), []byte("with rage"), 1)
	},
	"from the future": func(own *node) []byte {
		body := own.someLesson()
		body["createdAt"] = time.Now().Add(maxClockSkew + time.Minute).UnixMilli()
		return sign(own.key, body)
	},
	"expired": func(own *node) []byte {
		body := own.someLesson()
		body["expiresAt"] = time.Now().Add(-time.Second).UnixMilli()
		return sign(own.key, body)
	},
	"of a later version": func(own *node) []byte {
		body := own.someLesson()
		body["v"] = recordVersion + 1
		return sign(own.key, body)
	},
}

func (own *node) someLesson() map[string]any {
	return own.lessonBody("Misbehave", "A peer is to be tried", "Use peek with care")
}

func encodedLesson(own *node) []byte {
	return sign(own.key, own.someLesson())[signatureBytes:]
}

func (own *node) lastSeq() int64 {
	own.mutex.Lock()
	defer own.mutex.Unlock()
	return own.seq - 1
}
