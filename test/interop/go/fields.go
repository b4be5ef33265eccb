package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The fields of records, as the tables of docs/PROTOCOL.md give them.

type check func(value any) error

type field struct {
	check    check
	optional bool
}

type fields map[string]field

var commonFields = fields{
	"v":         {check: oneOf[int64](recordVersion)},
	"author":    {check: bytesOf(32)},
	"seq":       {check: whole},
	"createdAt": {check: whole},
	"expiresAt": {check: whole, optional: true},
}

var fieldsByType = map[string]fields{
	"lesson": {
		"kind":        {check: oneOf("strategy", "pitfall", "fact", "procedure")},
		"title":       {check: text(120)},
		"situation":   {check: text(400)},
		"guidance":    {check: text(800)},
		"example":     {check: example.check, optional: true},
		"evidence":    {check: evidence.check},
		"tags":        {check: listOf(text(40), 0, 8)},
		"environment": {check: environmentFacts, optional: true},
		"model":       {check: text(120), optional: true},
		"derivedFrom": {check: listOf(isLink, 0, 8)},
		"supersedes":  {check: isLink, optional: true},
	},
	"attestation": {
		"lesson":  {check: isLink},
		"worked":  {check: whole},
		"changed": {check: whole},
		"failed":  {check: whole},
	},
	"retraction": {
		"lesson": {check: isLink},
		"reason": {check: text(200), optional: true},
	},
	"membership": {
		"swarm":  {check: closedSwarm},
		"member": {check: bytesOf(32)},
		"state":  {check: oneOf("admitted", "revoked")},
		"until":  {check: whole, optional: true},
		"keeps":  {check: keptDigests, optional: true},

		"succession": {check: listOf(someBytes, 2, 16), optional: true},
	},
	"rotation": {
		"nextKeyHash": {check: bytesOf(32)},
		"follows":     {check: bytesOf(32), optional: true},
		"keeps":       {check: keptDigests, optional: true},
	},
}

var example = fields{
	"task":  {check: text(400)},
	"steps": {check: listOf(text(400), 1, 8)},
}

var evidence = fields{
	"worked":     {check: whole},
	"changed":    {check: whole},
	"failed":     {check: whole},
	"verifiedBy": {check: oneOf("environment", "feedback", "author")},
}

func checkBody(body map[string]any) error {
	name, _ := body["type"].(string)
	own, isKnown := fieldsByType[name]
	if !isKnown {
		return fmt.Errorf("of the unknown type %q", name)
	}
	all := maps.Clone(commonFields)
	maps.Copy(all, own)
	all["type"] = field{check: oneOf(name)}
	if name == "membership" {
		delete(all, "expiresAt")
	}
	if err := all.check(body); err != nil {
		return err
	}
	switch name {
	case "membership":
		return checkMembership(body)
	case "rotation":
		return checkRotation(body)
	}
	return nil
}

// checkRotation asks whom the author follows, and whether there are records of that one to keep.
func checkRotation(body map[string]any) error {
	follows, hasFollows := body["follows"].([]byte)
	_, hasKeeps := body["keeps"]
	switch {
	case hasFollows && bytes.Equal(body["author"].([]byte), follows):
		return errors.New("follows: is the author")
	case hasKeeps && !hasFollows:
		return errors.New("keeps: is for a key that follows another")
	}
	return nil
}

// checkMembership asks what no field shows by itself: who may say it of whom, and in which state.
func checkMembership(body map[string]any) error {
	author, member := body["author"].([]byte), body["member"].([]byte)
	_, owner, _ := strings.Cut(body["swarm"].(string), "@")
	_, hasUntil := body["until"]
	_, hasKeeps := body["keeps"]
	steps, hasFollowed := body["succession"].([]any)
	isFounder := owner == authorText(author)
	switch {
	case !isFounder && !hasFollowed:
		return errors.New("author: is not the owner of the swarm")
	case isFounder && hasFollowed:
		return errors.New("succession: is for keys that followed the one in the swarm's name")
	case owner == authorText(member):
		return errors.New("member: is the owner")
	case bytes.Equal(author, member) && body["state"] == "revoked":
		return errors.New("state: is that of the owner's own key")
	case hasUntil && body["state"] != "admitted":
		return errors.New("until: is for those who are admitted")
	case hasKeeps && body["state"] != "revoked":
		return errors.New("keeps: is for those who are revoked")
	}
	if hasFollowed {
		return checkSuccession(owner, steps, author)
	}
	return nil
}

// checkSuccession asks whether rotations lead from the key in the swarm's name to the author: each by the key to which the one before committed.
func checkSuccession(owner string, steps []any, author []byte) error {
	var before map[string]any
	for _, step := range steps {
		body, err := checkSigned(step.([]byte))
		if err != nil {
			return fmt.Errorf("succession: %w", err)
		}
		by, _ := body["author"].([]byte)
		follows, _ := body["follows"].([]byte)
		hash := sha256.Sum256(by)
		switch {
		case body["type"] != "rotation":
			return errors.New("succession: holds a record that is no rotation")
		case before == nil && authorText(by) != owner:
			return errors.New("succession: does not begin with the owner in the swarm's name")
		case before != nil && !bytes.Equal(follows, before["author"].([]byte)):
			return errors.New("succession: holds a key that follows another")
		case before != nil && !bytes.Equal(hash[:], before["nextKeyHash"].([]byte)):
			return errors.New("succession: holds a key that was not committed to")
		}
		before = body
	}
	if !bytes.Equal(before["author"].([]byte), author) {
		return errors.New("succession: does not end with the author")
	}
	return nil
}

func (all fields) check(value any) error {
	given, isMap := value.(map[string]any)
	if !isMap {
		return errors.New("not a map")
	}
	for name, rule := range all {
		content, isThere := given[name]
		if !isThere && rule.optional {
			continue
		}
		if !isThere {
			return fmt.Errorf("%s is missing", name)
		}
		if err := rule.check(content); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name := range given {
		if _, isKnown := all[name]; !isKnown {
			return fmt.Errorf("%s is unknown", name)
		}
	}
	return nil
}

func whole(value any) error {
	if number, isWhole := value.(int64); !isWhole || number < 0 || number > maxSafeInteger {
		return errors.New("is not whole")
	}
	return nil
}

func isLink(value any) error {
	identifier, isLink := value.(link)
	if !isLink || string(identifier[:4]) != recordIDPrefix {
		return errors.New("is no link to a record")
	}
	return nil
}

func bytesOf(length int) check {
	return func(value any) error {
		if content, isBytes := value.([]byte); !isBytes || len(content) != length {
			return fmt.Errorf("is not %d bytes", length)
		}
		return nil
	}
}

func someBytes(value any) error {
	if _, isBytes := value.([]byte); !isBytes {
		return errors.New("is not bytes")
	}
	return nil
}

func text(maxLength int) check {
	return func(value any) error {
		content, isText := value.(string)
		if !isText {
			return errors.New("is no text")
		}
		if problem := textProblem(content, maxLength); problem != "" {
			return errors.New(problem)
		}
		return nil
	}
}

func oneOf[Value comparable](choices ...Value) check {
	return func(value any) error {
		if content, isOne := value.(Value); !isOne || !slices.Contains(choices, content) {
			return fmt.Errorf("is not among %v", choices)
		}
		return nil
	}
}

func listOf(item check, least, most int) check {
	return func(value any) error {
		items, isList := value.([]any)
		if !isList || len(items) < least || len(items) > most {
			return fmt.Errorf("is no list of %d to %d", least, most)
		}
		for _, each := range items {
			if err := item(each); err != nil {
				return err
			}
		}
		return nil
	}
}

var swarmLabel = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func closedSwarm(value any) error {
	name, _ := value.(string)
	label, owner, isClosed := strings.Cut(name, "@")
	if _, err := authorKey(owner); !isClosed || err != nil || !swarmLabel.MatchString(label) {
		return errors.New("is no name of a closed swarm")
	}
	return nil
}

// keptDigests are 1 to 512 times 16 bytes, ascending, each once.
func keptDigests(value any) error {
	content, isBytes := value.([]byte)
	if !isBytes || len(content) == 0 || len(content)%16 != 0 || len(content) > 512*16 {
		return errors.New("is no list of digests")
	}
	for at := 16; at < len(content); at += 16 {
		if bytes.Compare(content[at-16:at], content[at:at+16]) >= 0 {
			return errors.New("is not in order")
		}
	}
	return nil
}

func environmentFacts(value any) error {
	facts, isMap := value.(map[string]any)
	if !isMap || len(facts) > 8 {
		return errors.New("is no map of at most 8 facts")
	}
	for name, content := range facts {
		if err := errors.Join(text(80)(name), text(80)(content)); err != nil {
			return err
		}
	}
	return nil
}
