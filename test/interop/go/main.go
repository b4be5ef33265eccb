// A Grapevine peer in another language, written from docs/PROTOCOL.md, to prove that one can be.
//
//	peer vectors FOLDER          holds this program's code to the samples of the wire format
//	peer join INVITE NAME        an honest peer
//	peer misbehave INVITE NAME   one that checks nothing, and publishes what it is told to
//	peer bad-records             the names of the bad records that it knows
//
// A peer takes commands from its standard input, one JSON object a line, and answers each with a line that has its `number`. In between come lines with an `event`.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	output := &lineWriter{encoder: json.NewEncoder(os.Stdout)}
	switch {
	case len(words) == 2 && words[0] == "vectors":
		counts, err := verifyVectors(words[1])
		if err == nil {
			output.write(counts)
		}
		return err
	case len(words) == 1 && words[0] == "bad-records":
		for name := range badRecords {
			output.write(map[string]any{"name": name})
		}
		return nil
	case len(words) == 3 && (words[0] == "join" || words[0] == "misbehave"):
		return runPeer(words[1], words[2], words[0] == "join", output)
	}
	return errors.New("usage: peer vectors FOLDER | join INVITE NAME | misbehave INVITE NAME | bad-records")
}

func runPeer(line, name string, isHonest bool, output *lineWriter) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	to, err := parseInvite(line)
	if err != nil {
		return err
	}
	own, err := newNode(ctx, to, name, isHonest, output.write)
	if err != nil {
		return err
	}
	defer own.host.Close()
	if err := own.join(ctx, to); err != nil {
		return err
	}
	output.write(map[string]any{"event": "joined", "peer": own.host.ID().String(), "swarm": own.swarm, "inviter": to.name})
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		var asked command
		if err := json.Unmarshal(commands.Bytes(), &asked); err != nil {
			return err
		}
		reply, err := own.perform(ctx, asked)
		if err != nil {
			reply = map[string]any{"error": err.Error()}
		}
		reply["number"] = asked.Number
		output.write(reply)
	}
	return commands.Err()
}

type command struct {
	Number                                   int
	Do                                       string
	Title, Situation, Guidance, Lesson, Kind string
	Question                                 string
	Worked, Changed, Failed                  int64
	// Keeps the record without publishing it, so that only a sync can bring it to others.
	Quietly bool
}

func (own *node) perform(ctx context.Context, asked command) (map[string]any, error) {
	switch asked.Do {
	case "teach":
		return own.bringOut(ctx, sign(own.key, own.lessonBody(asked.Title, asked.Situation, asked.Guidance)), asked.Quietly)
	case "attest":
		of, err := parseRecordID(asked.Lesson)
		if err != nil {
			return nil, err
		}
		return own.bringOut(ctx, sign(own.key, own.attestationBody(of, asked.Worked, asked.Changed, asked.Failed)), asked.Quietly)
	case "misbehave":
		made, isKnown := badRecords[asked.Kind]
		if !isKnown {
			return nil, fmt.Errorf("no bad record is called %q", asked.Kind)
		}
		frame := made(own)
		return map[string]any{"published": asked.Kind}, own.publish(ctx, frame)
	case "sync":
		received, given, err := own.leadSync(ctx, own.inviter)
		return map[string]any{"received": received, "given": given}, err
	case "ask", "probe":
		return own.ask(ctx, own.inviter, asked.Do, asked.Question)
	case "records":
		return map[string]any{"ids": own.kept.ids()}, nil
	}
	return nil, fmt.Errorf("unknown command %q", asked.Do)
}

func (own *node) bringOut(ctx context.Context, frame []byte, quietly bool) (map[string]any, error) {
	checked, err := checkRecord(frame, time.Now())
	if err != nil {
		return nil, err
	}
	own.kept.add(checked)
	if quietly {
		return map[string]any{"id": checked.id()}, nil
	}
	return map[string]any{"id": checked.id()}, own.publish(ctx, frame)
}

// lineWriter writes whole lines from any goroutine.
type lineWriter struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func (output *lineWriter) write(line map[string]any) {
	output.mutex.Lock()
	defer output.mutex.Unlock()
	// When nobody reads any more, standard input ends as well.
	_ = output.encoder.Encode(line)
}
