package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// verifyVectors holds this program's own code to the samples of a folder, and says how many of each kind there were.
func verifyVectors(folder string) (map[string]any, error) {
	records, err := verifyRecords(folder)
	if err != nil {
		return nil, fmt.Errorf("records.json: %w", err)
	}
	var samples messageSamples
	if err := readJSON(filepath.Join(folder, "messages.json"), &samples); err != nil {
		return nil, err
	}
	problems := errors.Join(verifyFrames(samples), verifyGossip(folder, samples), verifyInvite(samples), verifyReconciliation(samples))
	return map[string]any{
		"records": records, "frames": len(samples.Frames), "reconciliations": len(samples.Reconciliation.Messages),
	}, problems
}

type recordSample struct {
	Name, Seed, ID string
	Body           map[string]any
}

func verifyRecords(folder string) (int, error) {
	var samples []recordSample
	if err := readJSON(filepath.Join(folder, "records.json"), &samples); err != nil {
		return 0, err
	}
	if len(samples) == 0 {
		return 0, errors.New("no samples")
	}
	for _, sample := range samples {
		frame, err := os.ReadFile(filepath.Join(folder, sample.Name+".bin"))
		if err != nil {
			return 0, err
		}
		if err := verifyRecord(sample, frame); err != nil {
			return 0, fmt.Errorf("%s: %w", sample.Name, err)
		}
	}
	return len(samples), nil
}

// verifyRecord goes both ways: the frame gives the id, and seed and body give the frame. Each of its bytes counts, in one of its bits.
func verifyRecord(sample recordSample, frame []byte) error {
	createdAt, err := sample.Body["createdAt"].(json.Number).Int64()
	if err != nil {
		return err
	}
	then := time.UnixMilli(createdAt)
	checked, err := checkRecord(frame, then)
	if err != nil {
		return err
	}
	if checked.id() != sample.ID {
		return fmt.Errorf("it has the id %s", checked.id())
	}
	seed, err := hex.DecodeString(sample.Seed)
	if err != nil {
		return err
	}
	body, err := wireBody(sample.Body)
	if err != nil {
		return err
	}
	if signed := sign(ed25519.NewKeyFromSeed(seed), body); !bytes.Equal(signed, frame) {
		return errors.New("seed and body give other bytes")
	}
	if !reflect.DeepEqual(encode(checked.body), frame[signatureBytes:]) {
		return errors.New("the body is encoded to other bytes")
	}
	for at := range frame {
		altered := bytes.Clone(frame)
		altered[at] ^= 1 << (at % 8)
		if again, err := checkRecord(altered, then); err == nil && again != nil {
			return fmt.Errorf("it is taken with byte %d changed", at)
		}
	}
	return nil
}

// wireBody turns the texts for ids, authors and bytes of a sample into what is on the wire.
func wireBody(sample map[string]any) (map[string]any, error) {
	body := plain(sample).(map[string]any)
	var problems []error
	convert := func(name string, to func(text string) (any, error)) {
		if text, isThere := body[name].(string); isThere {
			value, err := to(text)
			body[name] = value
			problems = append(problems, err)
		}
	}
	toLink := func(text string) (any, error) { return parseRecordID(text) }
	toKey := func(text string) (any, error) { return authorKey(text) }
	convert("author", toKey)
	convert("follows", toKey)
	convert("member", toKey)
	convert("lesson", toLink)
	convert("supersedes", toLink)
	toBytes := func(text string) (any, error) { return hex.DecodeString(text) }
	convert("nextKeyHash", toBytes)
	convert("keeps", toBytes)
	steps, _ := body["succession"].([]any)
	for index, each := range steps {
		frame, err := hex.DecodeString(each.(string))
		steps[index] = frame
		problems = append(problems, err)
	}
	links, _ := body["derivedFrom"].([]any)
	for index, each := range links {
		identifier, err := parseRecordID(each.(string))
		links[index] = identifier
		problems = append(problems, err)
	}
	return body, errors.Join(problems...)
}

type hexBytes struct{ Hex string }

func (content hexBytes) bytes() []byte {
	decoded, err := hex.DecodeString(content.Hex)
	if err != nil {
		return nil
	}
	return decoded
}

type messageSamples struct {
	Frames []struct {
		Name, Protocol string
		Value          any
		Frame          hexBytes
	}
	Gossip struct {
		Swarm, Topic, Record string
		ID                   hexBytes
	}
	Invite struct {
		Swarm, PeerID, Name, Text, ID string
		Addresses                     []string
		ExpiresAt                     int64
	}
	Reconciliation struct {
		Records, RecordsPerDate, LeaderLacksEvery, FollowerLacksEvery int
		FirstCreatedAt                                                uint64
		Leader                                                        struct {
			Count            int
			Sum, Fingerprint hexBytes
		}
		Messages               []hexBytes
		LeaderHas, LeaderLacks []int
	}
}

func verifyFrames(samples messageSamples) error {
	var problems []error
	for _, sample := range samples.Frames {
		frame := sample.Frame.bytes()
		value := plain(sample.Value)
		content, isAsItIs := value.([]byte)
		if !isAsItIs {
			content = encode(value)
		}
		if !bytes.Equal(append(binary.AppendUvarint(nil, uint64(len(content))), content...), frame) {
			problems = append(problems, fmt.Errorf("the frame %s is encoded to other bytes", sample.Name))
		}
		_, prefix := binary.Uvarint(frame)
		if isAsItIs {
			continue
		}
		value, err := decode(frame[prefix:], maxFrameDepth)
		if err != nil || !bytes.Equal(encode(value), content) {
			problems = append(problems, fmt.Errorf("the frame %s is not read as it is: %v", sample.Name, err))
		}
	}
	return errors.Join(problems...)
}

func verifyGossip(folder string, samples messageSamples) error {
	frame, err := os.ReadFile(filepath.Join(folder, samples.Gossip.Record+".bin"))
	if err != nil {
		return err
	}
	topic := topicOf(samples.Gossip.Swarm)
	if topic != samples.Gossip.Topic || messageID(topic, frame) != string(samples.Gossip.ID.bytes()) {
		return errors.New("topic or id of the gossiped message differ")
	}
	return nil
}

func verifyInvite(samples messageSamples) error {
	said := samples.Invite
	read, err := parseInvite(said.Text)
	if err != nil {
		return err
	}
	addresses, err := peer.AddrInfoToP2pAddrs(&read.inviter)
	if err != nil {
		return err
	}
	texts := []string{}
	for _, address := range addresses {
		texts = append(texts, address.String())
	}
	isSame := read.swarm == said.Swarm && read.name == said.Name && read.id == said.ID && read.expires.UnixMilli() == said.ExpiresAt
	if !isSame || read.inviter.ID.String() != said.PeerID || !reflect.DeepEqual(texts, said.Addresses) {
		return fmt.Errorf("the invite is read as %v", read)
	}
	return nil
}

// verifyReconciliation reads the messages, writes them again, and reconciles the same sets by itself, in both roles.
func verifyReconciliation(samples messageSamples) error {
	said := samples.Reconciliation
	var leader, follower recordSet
	numbers := map[[32]byte]int{}
	for number := range said.Records {
		each := item{
			createdAt: said.FirstCreatedAt + uint64(number/said.RecordsPerDate),
			digest:    sha256.Sum256([]byte(strconv.Itoa(number))),
		}
		numbers[each.digest] = number
		if number%said.LeaderLacksEvery != 0 {
			leader = append(leader, each)
		}
		if number%said.FollowerLacksEvery != 0 {
			follower = append(follower, each)
		}
	}
	leader.sort()
	follower.sort()
	sum, fingerprint := leader.sum(), leader.fingerprint()
	if len(leader) != said.Leader.Count || !bytes.Equal(sum[:], said.Leader.Sum.bytes()) || !bytes.Equal(fingerprint[:], said.Leader.Fingerprint.bytes()) {
		return errors.New("count, sum or fingerprint differ")
	}
	for number, message := range said.Messages {
		ranges, err := readRanges(message.bytes())
		if err != nil {
			return fmt.Errorf("message %d: %w", number, err)
		}
		again := []byte{rangeVersion}
		var last uint64
		for _, each := range ranges {
			again = appendPart(again, each, &last)
		}
		if !bytes.Equal(again, message.bytes()) {
			return fmt.Errorf("message %d is written in other bytes", number)
		}
	}
	// The leader's first message is theirs, so that ours answers it.
	asking := &reconciliation{set: leader, have: map[[32]byte]bool{}, need: map[[32]byte]bool{}, isLeader: true}
	message := said.Messages[0].bytes()
	for message != nil {
		reply, err := (&reconciliation{set: follower}).reply(message)
		if err != nil {
			return err
		}
		if message, err = asking.reply(reply); err != nil {
			return err
		}
	}
	if !hasNumbers(asking.have, said.LeaderHas, numbers) || !hasNumbers(asking.need, said.LeaderLacks, numbers) {
		return fmt.Errorf("%d and %d differences were found", len(asking.have), len(asking.need))
	}
	return nil
}

func hasNumbers(found map[[32]byte]bool, expected []int, numbers map[[32]byte]int) bool {
	left := map[int]bool{}
	for _, number := range expected {
		left[number] = true
	}
	for digest := range found {
		number := numbers[digest]
		if !left[number] {
			return false
		}
		delete(left, number)
	}
	return len(left) == 0
}

// plain turns what JSON gives into values that encode takes: whole numbers, and bytes where there is {hex}.
func plain(value any) any {
	switch value := value.(type) {
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return whole
		}
		fraction, err := value.Float64()
		if err != nil {
			panic(err)
		}
		return fraction
	case map[string]any:
		if text, isHex := value["hex"].(string); isHex && len(value) == 1 {
			return hexBytes{Hex: text}.bytes()
		}
		fields := map[string]any{}
		for name, each := range value {
			fields[name] = plain(each)
		}
		return fields
	case []any:
		items := []any{}
		for _, each := range value {
			items = append(items, plain(each))
		}
		return items
	}
	return value
}

func readJSON(path string, into any) error {
	content, err := os.Open(path)
	if err != nil {
		return err
	}
	defer content.Close()
	decoder := json.NewDecoder(content)
	decoder.UseNumber()
	return decoder.Decode(into)
}
