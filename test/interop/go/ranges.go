package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"sort"
)

// Range-based set reconciliation in the messages of negentropy protocol v1, as docs/PROTOCOL.md describes them.

const (
	rangeVersion      = 0x61
	maxReconcileBytes = 65_536

	modeSkip        = 0
	modeFingerprint = 1
	modeIDs         = 2

	// Ranges of so few records are answered with ids, longer ones with fingerprints of so many parts.
	mostListed = 4
	parts      = 16
	// Room for the bounds, modes and the one fingerprint with which a full message ends.
	reservedBytes = 256
)

type item struct {
	createdAt uint64
	digest    [32]byte
}

// recordSet is in the order of createdAt and digest.
type recordSet []item

type bound struct {
	createdAt uint64
	prefix    []byte
}

var theEnd = bound{createdAt: math.MaxUint64}

type part struct {
	upper       bound
	mode        uint64
	fingerprint [16]byte
	digests     [][32]byte
}

// sum is the digests' sum modulo 2^256: 32 bytes, little-endian.
func (set recordSet) sum() [32]byte {
	total := new(big.Int)
	for _, each := range set {
		reversed := slices.Clone(each.digest[:])
		slices.Reverse(reversed)
		total.Add(total, new(big.Int).SetBytes(reversed))
	}
	total.Mod(total, new(big.Int).Lsh(big.NewInt(1), 256))
	var sum [32]byte
	total.FillBytes(sum[:])
	slices.Reverse(sum[:])
	return sum
}

func (set recordSet) fingerprint() [16]byte {
	sum := set.sum()
	digest := sha256.Sum256(appendVarint(sum[:], uint64(len(set))))
	return [16]byte(digest[:16])
}

// rank is how many records lie before the bound.
func (set recordSet) rank(position bound) int {
	return sort.Search(len(set), func(index int) bool {
		each := set[index]
		if each.createdAt != position.createdAt {
			return each.createdAt > position.createdAt
		}
		padded := [32]byte{}
		copy(padded[:], position.prefix)
		return bytes.Compare(each.digest[:], padded[:]) >= 0
	})
}

// boundBefore is a bound between a record and the one before it.
func (set recordSet) boundBefore(index int) bound {
	before, behind := set[index-1], set[index]
	if before.createdAt != behind.createdAt {
		return bound{createdAt: behind.createdAt}
	}
	shared := 0
	for before.digest[shared] == behind.digest[shared] {
		shared++
	}
	return bound{createdAt: behind.createdAt, prefix: behind.digest[:shared+1]}
}

func (set recordSet) digests() [][32]byte {
	digests := make([][32]byte, 0, len(set))
	for _, each := range set {
		digests = append(digests, each.digest)
	}
	return digests
}

// reconciliation is what one side makes of the messages of the other.
type reconciliation struct {
	set recordSet
	// Of the leader, which does not answer ids but learns from them: digests that only one side has, each once.
	have, need map[[32]byte]bool
	isLeader   bool
}

func (side *reconciliation) begin() []byte {
	answer := newAnswer(side.set)
	answer.split(0, len(side.set), theEnd)
	return answer.bytes
}

// reply gives nil when the leader has nothing more to say.
func (side *reconciliation) reply(message []byte) ([]byte, error) {
	ranges, err := readRanges(message)
	if err != nil {
		return nil, err
	}
	answer := newAnswer(side.set)
	lower := 0
	for _, each := range ranges {
		upper := side.set.rank(each.upper)
		own := side.set[lower:upper]
		switch {
		case each.mode == modeFingerprint && own.fingerprint() != each.fingerprint:
			answer.split(lower, upper, each.upper)
		case each.mode == modeIDs && side.isLeader:
			side.learn(own, each.digests)
			answer.skipTo(each.upper)
		case each.mode == modeIDs:
			answer.list(lower, upper, each.upper)
		default:
			answer.skipTo(each.upper)
		}
		lower = upper
	}
	if side.isLeader && len(answer.bytes) == 1 {
		return nil, nil
	}
	return answer.bytes, nil
}

func (side *reconciliation) learn(own recordSet, theirs [][32]byte) {
	missing := map[[32]byte]bool{}
	for _, digest := range theirs {
		missing[digest] = true
	}
	for _, each := range own {
		if missing[each.digest] {
			delete(missing, each.digest)
		} else {
			side.have[each.digest] = true
		}
	}
	for digest := range missing {
		side.need[digest] = true
	}
}

// answer is a message in the making.
type answer struct {
	set     recordSet
	bytes   []byte
	last    uint64
	skipped *bound
	isFull  bool
}

func newAnswer(set recordSet) *answer {
	return &answer{set: set, bytes: []byte{rangeVersion}}
}

func (made *answer) skipTo(upper bound) {
	made.skipped = &upper
}

func (made *answer) split(lower, upper int, end bound) {
	count := upper - lower
	if count <= mostListed {
		made.list(lower, upper, end)
		return
	}
	pieces := min(parts, count)
	from := lower
	for piece := 1; piece <= pieces; piece++ {
		to := lower + count*piece/pieces
		upperBound := end
		if to != upper {
			upperBound = made.set.boundBefore(to)
		}
		made.say(from, part{upper: upperBound, mode: modeFingerprint, fingerprint: made.set[from:to].fingerprint()})
		from = to
	}
}

func (made *answer) list(lower, upper int, end bound) {
	made.say(lower, part{upper: end, mode: modeIDs, digests: made.set[lower:upper].digests()})
}

// say ends the message with one fingerprint of everything from the index on when there is no room for the part.
func (made *answer) say(from int, next part) {
	if made.isFull {
		return
	}
	if made.skipped != nil {
		made.write(part{upper: *made.skipped, mode: modeSkip})
		made.skipped = nil
	}
	if len(made.bytes)+32*len(next.digests)+2*reservedBytes > maxReconcileBytes {
		made.isFull = true
		next = part{upper: theEnd, mode: modeFingerprint, fingerprint: made.set[from:].fingerprint()}
	}
	made.write(next)
}

func (made *answer) write(next part) {
	made.bytes = appendPart(made.bytes, next, &made.last)
}

func appendPart(out []byte, next part, last *uint64) []byte {
	if next.upper.createdAt == theEnd.createdAt {
		out = appendVarint(out, 0)
	} else {
		out = appendVarint(out, 1+next.upper.createdAt-*last)
		*last = next.upper.createdAt
	}
	out = append(appendVarint(out, uint64(len(next.upper.prefix))), next.upper.prefix...)
	out = appendVarint(out, next.mode)
	switch next.mode {
	case modeFingerprint:
		out = append(out, next.fingerprint[:]...)
	case modeIDs:
		out = appendVarint(out, uint64(len(next.digests)))
		for _, digest := range next.digests {
			out = append(out, digest[:]...)
		}
	}
	return out
}

// appendVarint writes base 128, the most significant digit first.
func appendVarint(out []byte, value uint64) []byte {
	digits := []byte{byte(value & 127)}
	for value >>= 7; value > 0; value >>= 7 {
		digits = append(digits, byte(value&127)|128)
	}
	slices.Reverse(digits)
	return append(out, digits...)
}

func readRanges(message []byte) ([]part, error) {
	if len(message) == 0 || len(message) > maxReconcileBytes || message[0] != rangeVersion {
		return nil, errors.New("no message of this version")
	}
	reader := &rangeReader{bytes: message[1:]}
	var ranges []part
	for len(reader.bytes) > 0 {
		next, err := reader.part()
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, next)
	}
	return ranges, nil
}

type rangeReader struct {
	bytes []byte
	last  bound
}

func (reader *rangeReader) part() (part, error) {
	upper, err := reader.bound()
	if err != nil {
		return part{}, err
	}
	mode, err := reader.varint()
	if err != nil {
		return part{}, err
	}
	next := part{upper: upper, mode: mode}
	switch mode {
	case modeSkip:
		return next, nil
	case modeFingerprint:
		fingerprint, err := reader.take(16)
		copy(next.fingerprint[:], fingerprint)
		return next, err
	case modeIDs:
		count, err := reader.varint()
		for number := uint64(0); number < count && err == nil; number++ {
			var digest []byte
			if digest, err = reader.take(32); err == nil {
				next.digests = append(next.digests, [32]byte(digest))
			}
		}
		return next, err
	}
	return part{}, fmt.Errorf("a range of the mode %d", mode)
}

func (reader *rangeReader) bound() (bound, error) {
	if reader.last.createdAt == theEnd.createdAt {
		return bound{}, errors.New("it goes on behind the end")
	}
	date, err := reader.varint()
	if err != nil {
		return bound{}, err
	}
	length, err := reader.varint()
	if err != nil {
		return bound{}, err
	}
	if length > 32 {
		return bound{}, errors.New("a bound is longer than an id")
	}
	prefix, err := reader.take(length)
	upper := theEnd
	if date != 0 {
		upper = bound{createdAt: reader.last.createdAt + date - 1, prefix: prefix}
	}
	isBackwards := upper.createdAt == reader.last.createdAt && bytes.Compare(upper.prefix, reader.last.prefix) < 0
	if err == nil && (isBackwards || (date != 0 && upper.createdAt > maxSafeInteger)) {
		err = errors.New("its ranges are not in order")
	}
	reader.last = upper
	return upper, err
}

func (reader *rangeReader) take(length uint64) ([]byte, error) {
	if length > uint64(len(reader.bytes)) {
		return nil, errors.New("it ends too early")
	}
	taken := reader.bytes[:length]
	reader.bytes = reader.bytes[length:]
	return taken, nil
}

func (reader *rangeReader) varint() (uint64, error) {
	for value, digits := uint64(0), 0; ; digits++ {
		digit, err := reader.take(1)
		if err != nil {
			return 0, err
		}
		if value > maxSafeInteger>>7 || (digits == 0 && digit[0] == 128) {
			return 0, errors.New("a number is too large or begins with a zero")
		}
		if value = value<<7 | uint64(digit[0]&127); digit[0] < 128 {
			return value, nil
		}
	}
}
