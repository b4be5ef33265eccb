package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	syncProtocol     = "/grapevine/sync/3"
	maxIDsPerRequest = 400
	maxSyncRounds    = 512
	frameBudgetBytes = 245_760
	digestBytes      = 32
	lengthBytes      = 2
	takenBytes       = 2
	leaderPatience   = 15 * time.Second
	followerPatience = 30 * time.Second
)

// leadSync reconciles with a peer, fetches what is missing here and gives what is missing there. It says how many records went either way.
func (own *node) leadSync(ctx context.Context, with peer.ID) (received, given int, err error) {
	stream, err := own.host.NewStream(ctx, with, syncProtocol)
	if err != nil {
		return 0, 0, err
	}
	led := &ledSync{own: own, exchange: framesOf(stream, maxFrameBytes)}
	if err := led.run(); err != nil {
		return led.received, led.given, errors.Join(err, stream.Reset())
	}
	return led.received, led.given, stream.Close()
}

type ledSync struct {
	own             *node
	exchange        *frames
	received, given int
}

func (led *ledSync) run() error {
	set := led.own.kept.set()
	sum := set.sum()
	theirs, err := led.ask(map[string]any{"type": "summary", "count": len(set), "sum": sum[:]})
	if err != nil {
		return err
	}
	if theirSum, _ := theirs["sum"].([]byte); bytes.Equal(theirSum, sum[:]) && theirs["count"] == int64(len(set)) {
		return nil
	}
	side := &reconciliation{set: set, have: map[[32]byte]bool{}, need: map[[32]byte]bool{}, isLeader: true}
	message := side.begin()
	for round := 0; message != nil && round < maxSyncRounds; round++ {
		reply, err := led.ask(map[string]any{"type": "reconcile", "message": message})
		if err != nil {
			return err
		}
		content, _ := reply["message"].([]byte)
		if message, err = side.reply(content); err != nil {
			return err
		}
	}
	if err := pages(side.need, led.fetch); err != nil {
		return err
	}
	return pages(side.have, led.offer)
}

func (led *ledSync) ask(request map[string]any) (map[string]any, error) {
	if err := led.exchange.write(request); err != nil {
		return nil, err
	}
	return led.exchange.read(leaderPatience)
}

func (led *ledSync) fetch(wanted []byte) error {
	for len(wanted) > 0 {
		some := wanted[:min(len(wanted), maxIDsPerRequest*digestBytes)]
		if err := led.exchange.write(map[string]any{"type": "records", "ids": some}); err != nil {
			return err
		}
		reply, err := led.exchange.readBytes(leaderPatience)
		if err != nil {
			return err
		}
		if len(reply) < takenBytes {
			return errors.New("no answer to a request for records")
		}
		taken := int(binary.BigEndian.Uint16(reply))
		if taken < 1 || taken > len(some)/digestBytes {
			return fmt.Errorf("%d of %d ids are taken", taken, len(some)/digestBytes)
		}
		count, err := led.own.takeIn(reply[takenBytes:], digestsOf(some[:taken*digestBytes]))
		if err != nil {
			return err
		}
		led.received += count
		wanted = wanted[taken*digestBytes:]
	}
	return nil
}

func (led *ledSync) offer(ids []byte) error {
	reply, err := led.ask(map[string]any{"type": "offer", "ids": ids})
	if err != nil {
		return err
	}
	wanted, isBytes := reply["wanted"].([]byte)
	if !isBytes || len(wanted)%digestBytes != 0 {
		return errors.New("no ids of what is wanted")
	}
	for len(wanted) > 0 {
		content, _, taken := led.own.kept.page(wanted)
		wanted = wanted[taken*digestBytes:]
		if len(content) == 0 {
			continue
		}
		reply, err := led.ask(map[string]any{"type": "give", "frames": content})
		if err != nil {
			return err
		}
		kept, _ := reply["kept"].(int64)
		led.given += int(kept)
	}
	return nil
}

// followSync answers a sync that a peer leads.
func (own *node) followSync(stream network.Stream) {
	if !own.hasGreeted(stream.Conn().RemotePeer()) {
		_ = stream.Reset()
		return
	}
	followed := &followedSync{own: own, set: own.kept.set(), awaited: map[[32]byte]bool{}}
	exchange := framesOf(stream, maxFrameBytes)
	for {
		request, err := exchange.read(followerPatience)
		var reply []byte
		if err == nil {
			reply, err = followed.reply(request)
		}
		if err == nil {
			err = exchange.writeBytes(reply)
		}
		if err != nil {
			own.report(map[string]any{"event": "followed a sync", "end": err.Error(), "given": followed.given, "received": followed.received})
			_ = stream.Close()
			return
		}
	}
}

type followedSync struct {
	own             *node
	set             recordSet
	awaited         map[[32]byte]bool
	given, received int
}

// reply gives the content of a frame: a page answers a request for records, CBOR all others.
func (followed *followedSync) reply(request map[string]any) ([]byte, error) {
	if request["type"] == "records" {
		ids, _ := request["ids"].([]byte)
		content, count, taken := followed.own.kept.page(ids)
		followed.given += count
		return append(binary.BigEndian.AppendUint16(nil, uint16(taken)), content...), nil
	}
	reply, err := followed.message(request)
	return encode(reply), err
}

func (followed *followedSync) message(request map[string]any) (map[string]any, error) {
	ids, _ := request["ids"].([]byte)
	switch request["type"] {
	case "summary":
		sum := followed.set.sum()
		return map[string]any{"count": len(followed.set), "sum": sum[:]}, nil
	case "reconcile":
		message, _ := request["message"].([]byte)
		reply, err := (&reconciliation{set: followed.set}).reply(message)
		return map[string]any{"message": reply}, err
	case "offer":
		wanted := []byte{}
		for digest := range digestsOf(ids) {
			if followed.own.kept.get(digest) == nil {
				wanted = append(wanted, digest[:]...)
				followed.awaited[digest] = true
			}
		}
		return map[string]any{"wanted": wanted, "later": false}, nil
	case "give":
		kept, err := followed.own.takeIn(request["frames"], followed.awaited)
		followed.received += kept
		return map[string]any{"kept": kept}, err
	}
	return nil, fmt.Errorf("a request of the type %v", request["type"])
}

// takeIn checks and keeps records that were asked for.
func (own *node) takeIn(content any, asked map[[32]byte]bool) (int, error) {
	page, isBytes := content.([]byte)
	if !isBytes {
		return 0, errors.New("no page of records")
	}
	kept := 0
	for count := 1; len(page) > 0; count++ {
		if len(page) < lengthBytes || count > maxIDsPerRequest {
			return kept, errors.New("a page of records is too long, or cut short")
		}
		end := lengthBytes + int(binary.BigEndian.Uint16(page))
		if end > len(page) {
			return kept, errors.New("a record is cut short")
		}
		frame := page[lengthBytes:end]
		page = page[end:]
		checked, err := checkRecord(frame, time.Now())
		if errors.Is(err, errIgnored) {
			continue
		}
		if err != nil {
			return kept, fmt.Errorf("a record is to be rejected: %w", err)
		}
		if !asked[checked.digest] {
			return kept, errors.New("a record was not asked for")
		}
		delete(asked, checked.digest)
		if own.kept.add(checked) {
			own.report(heard(checked, "sync"))
		}
		kept++
	}
	return kept, nil
}

// page gives the records of a first part of the ids, as many as fit into a frame, how many they are, and how many ids that part has.
func (store *recordStore) page(ids []byte) (content []byte, count, taken int) {
	content = []byte{}
	for ; len(ids) >= digestBytes; ids = ids[digestBytes:] {
		if found := store.get([32]byte(ids[:digestBytes])); found != nil {
			if count > 0 && len(content)+lengthBytes+len(found.frame) > frameBudgetBytes {
				return content, count, taken
			}
			content = binary.BigEndian.AppendUint16(content, uint16(len(found.frame)))
			content = append(content, found.frame...)
			count++
		}
		taken++
	}
	return content, count, taken
}

func pages(digests map[[32]byte]bool, handle func(ids []byte) error) error {
	ids := []byte{}
	for digest := range digests {
		if ids = append(ids, digest[:]...); len(ids) == maxIDsPerRequest*digestBytes {
			if err := handle(ids); err != nil {
				return err
			}
			ids = []byte{}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return handle(ids)
}

func digestsOf(ids []byte) map[[32]byte]bool {
	digests := map[[32]byte]bool{}
	for ; len(ids) >= digestBytes; ids = ids[digestBytes:] {
		digests[[32]byte(ids[:digestBytes])] = true
	}
	return digests
}
