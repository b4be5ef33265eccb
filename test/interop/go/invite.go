package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
)

const (
	invitePrefix  = "grapevine2"
	inviteTag     = "grapevine/invite/2\n"
	inviteIDBytes = 10
)

type invite struct {
	swarm string
	name  string
	// In base32, as it is presented to the inviter.
	id      string
	expires time.Time
	// Whom to dial, and who has to answer.
	inviter peer.AddrInfo
}

// parseInvite reads an invite and checks who made it; whether it has expired is for whoever follows it.
func parseInvite(line string) (*invite, error) {
	flat := strings.ToLower(strings.Map(withoutSpace, line))
	if !strings.HasPrefix(flat, invitePrefix) {
		return nil, errors.New("not an invite of version 2")
	}
	content, err := base32Lower.DecodeString(strings.TrimPrefix(flat, invitePrefix))
	if err != nil || len(content) <= signatureBytes {
		return nil, errors.New("the invite is damaged")
	}
	body, signature := content[:len(content)-signatureBytes], content[len(content)-signatureBytes:]
	value, err := decode(body, maxFrameDepth)
	if err != nil {
		return nil, err
	}
	said, isMap := value.(map[string]any)
	if !isMap {
		return nil, errors.New("the invite is no map")
	}
	key, isKey := said["p"].([]byte)
	if !isKey || len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, append([]byte(inviteTag), body...), signature) {
		return nil, errors.New("the invite is not signed by its maker")
	}
	return readInvite(said, key)
}

func readInvite(said map[string]any, key []byte) (*invite, error) {
	swarm, isText := said["s"].(string)
	name, isName := said["n"].(string)
	id, isID := said["i"].([]byte)
	expires, isDate := said["e"].(int64)
	addresses, isList := said["a"].([]any)
	if !isText || !isName || !isID || len(id) != inviteIDBytes || !isDate || !isList || len(addresses) == 0 {
		return nil, errors.New("the invite does not hold what an invite holds")
	}
	inviter, err := peer.Decode(authorText(key))
	if err != nil {
		return nil, err
	}
	read := &invite{
		swarm: swarm, name: name, id: base32Lower.EncodeToString(id), expires: time.Unix(expires, 0),
		inviter: peer.AddrInfo{ID: inviter},
	}
	for _, each := range addresses {
		binary, _ := each.([]byte)
		address, err := multiaddr.NewMultiaddrBytes(binary)
		if err != nil {
			return nil, fmt.Errorf("an address of the invite: %w", err)
		}
		read.inviter.Addrs = append(read.inviter.Addrs, address)
	}
	return read, nil
}

func withoutSpace(character rune) rune {
	if unicode.IsSpace(character) {
		return -1
	}
	return character
}
