package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mr-tron/base58"
)

const (
	signatureBytes = 64
	maxRecordBytes = 16_384
	maxRecordDepth = 5
	maxClockSkew   = 5 * time.Minute
	maxSafeInteger = 1<<53 - 1
	domainTag      = "grapevine/record/1\n"
	recordIDPrefix = "\x01\x71\x12\x20"
	peerIDPrefix   = "\x00\x24\x08\x01\x12\x20"
	recordVersion  = 1
)

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// record is one whose form and signature were checked.
type record struct {
	frame  []byte
	body   map[string]any
	digest [32]byte
}

func (checked *record) id() string {
	return recordID(checked.digest)
}

func (checked *record) createdAt() uint64 {
	return uint64(checked.body["createdAt"].(int64))
}

func recordID(digest [32]byte) string {
	identifier := linkTo(digest)
	return "b" + base32Lower.EncodeToString(identifier[:])
}

func linkTo(digest [32]byte) link {
	return link(append([]byte(recordIDPrefix), digest[:]...))
}

func parseRecordID(text string) (link, error) {
	if len(text) != 59 || text[0] != 'b' {
		return link{}, fmt.Errorf("%q is no id of a record", text)
	}
	identifier, err := base32Lower.DecodeString(text[1:])
	if err != nil || len(identifier) != 36 || !bytes.HasPrefix(identifier, []byte(recordIDPrefix)) {
		return link{}, fmt.Errorf("%q is no id of a record", text)
	}
	return link(identifier), nil
}

func authorText(key []byte) string {
	return base58.Encode(append([]byte(peerIDPrefix), key...))
}

func authorKey(text string) ([]byte, error) {
	identifier, err := base58.Decode(text)
	if err != nil || len(identifier) != 38 || !bytes.HasPrefix(identifier, []byte(peerIDPrefix)) {
		return nil, fmt.Errorf("%q is no peer id of an Ed25519 key", text)
	}
	return identifier[len(peerIDPrefix):], nil
}

// sign adds version and author to a body, and makes the record of it. It checks nothing: bad records are made with it as well.
func sign(key ed25519.PrivateKey, body map[string]any) []byte {
	body["author"] = []byte(key.Public().(ed25519.PublicKey))
	if _, isThere := body["v"]; !isThere {
		body["v"] = recordVersion
	}
	return signBytes(key, encode(body))
}

func signBytes(key ed25519.PrivateKey, body []byte) []byte {
	return append(ed25519.Sign(key, append([]byte(domainTag), body...)), body...)
}

// errIgnored are records that cost nobody anything; every other error of checkRecord means reject.
var errIgnored = errors.New("ignored")

// checkRecord does what docs/PROTOCOL.md asks of a record that arrives, in its order, rates apart.
func checkRecord(frame []byte, now time.Time) (*record, error) {
	body, err := checkSigned(frame)
	if err != nil {
		return nil, err
	}
	checked := &record{frame: slices.Clone(frame), body: body, digest: sha256.Sum256(frame[signatureBytes:])}
	if checked.createdAt() > uint64(now.Add(maxClockSkew).UnixMilli()) {
		return nil, fmt.Errorf("%w: from the future", errIgnored)
	}
	if expiry, isThere := body["expiresAt"].(int64); isThere && expiry <= now.UnixMilli() {
		return nil, fmt.Errorf("%w: expired", errIgnored)
	}
	return checked, nil
}

// checkSigned gives the body of a frame that is of the right form and signed by its author.
func checkSigned(frame []byte) (map[string]any, error) {
	if len(frame) > maxRecordBytes {
		return nil, errors.New("too large")
	}
	if len(frame) <= signatureBytes {
		return nil, errMalformed
	}
	value, err := decode(frame[signatureBytes:], maxRecordDepth)
	if err != nil {
		return nil, err
	}
	body, isMap := value.(map[string]any)
	if !isMap {
		return nil, errors.New("not a map")
	}
	if version, isWhole := body["v"].(int64); isWhole && version > recordVersion {
		return nil, fmt.Errorf("%w: of version %d", errIgnored, version)
	}
	if err := checkBody(body); err != nil {
		return nil, err
	}
	author := ed25519.PublicKey(body["author"].([]byte))
	if !ed25519.Verify(author, append([]byte(domainTag), frame[signatureBytes:]...), frame[:signatureBytes]) {
		return nil, errors.New("not signed by its author")
	}
	return body, nil
}
