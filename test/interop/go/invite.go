package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
)

const invitePrefix = "grapevine1"

type invite struct {
	swarm string
	name  string
	// Whom to dial, and who has to answer.
	inviter peer.AddrInfo
}

func parseInvite(line string) (*invite, error) {
	flat := strings.ToLower(strings.Map(withoutSpace, line))
	if !strings.HasPrefix(flat, invitePrefix) {
		return nil, errors.New("not an invite of version 1")
	}
	content, err := base32Lower.DecodeString(strings.TrimPrefix(flat, invitePrefix))
	if err != nil || len(content) < 4 {
		return nil, errors.New("the invite is damaged")
	}
	body := content[:len(content)-4]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:4], content[len(body):]) {
		return nil, errors.New("the invite's checksum does not fit")
	}
	value, err := decode(body, maxFrameDepth)
	if err != nil {
		return nil, err
	}
	said, isMap := value.(map[string]any)
	if !isMap {
		return nil, errors.New("the invite is no map")
	}
	return readInvite(said)
}

func readInvite(said map[string]any) (*invite, error) {
	key, isKey := said["p"].([]byte)
	swarm, isText := said["s"].(string)
	name, isName := said["n"].(string)
	addresses, isList := said["a"].([]any)
	if !isKey || len(key) != 32 || !isText || !isName || !isList || len(addresses) == 0 {
		return nil, errors.New("the invite does not hold what an invite holds")
	}
	inviter, err := peer.Decode(authorText(key))
	if err != nil {
		return nil, err
	}
	read := &invite{swarm: swarm, name: name, inviter: peer.AddrInfo{ID: inviter}}
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
