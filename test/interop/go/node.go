package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	helloProtocol = "/grapevine/hello/1"
	helloTimeout  = 10 * time.Second
)

// node is a peer of the swarm that an invite leads to.
type node struct {
	host  host.Host
	key   ed25519.PrivateKey
	swarm string
	name  string
	// Whom the invite names.
	inviter peer.ID
	topic   *pubsub.Topic
	// Has anything been published? Of the goroutine that takes commands.
	wasInMesh bool
	kept      *recordStore
	// Told what happens, from several goroutines.
	report func(event map[string]any)

	mutex   sync.Mutex
	greeted map[peer.ID]bool
	seq     int64
}

// newNode makes a host that is connected to nobody yet. An honest one checks what it hears, and keeps and relays what passes; one that is not publishes whatever it likes.
func newNode(ctx context.Context, to *invite, name string, isHonest bool, report func(map[string]any)) (*node, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	hostKey, err := crypto.UnmarshalEd25519PrivateKey(append([]byte{}, key...))
	if err != nil {
		return nil, err
	}
	own, err := libp2p.New(
		libp2p.Identity(hostKey),
		libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
	)
	if err != nil {
		return nil, err
	}
	if own.ID().String() != authorText(public) {
		return nil, fmt.Errorf("libp2p calls this key %s, our own code %s", own.ID(), authorText(public))
	}
	made := &node{
		host: own, key: key, swarm: to.swarm, name: name, inviter: to.inviter.ID,
		kept: newRecordStore(), report: report, greeted: map[peer.ID]bool{},
	}
	own.SetStreamHandler(helloProtocol, made.answerGreeting)
	own.SetStreamHandler(syncProtocol, made.followSync)
	own.Network().Notify(&network.NotifyBundle{DisconnectedF: made.lost})
	return made, made.joinTopic(ctx, isHonest)
}

// join dials the inviter, whose key the handshake proves, and greets it.
func (own *node) join(ctx context.Context, to *invite) error {
	if !time.Now().Before(to.expires) {
		return fmt.Errorf("the invite expired at %s", to.expires)
	}
	dialling, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	if err := own.host.Connect(dialling, to.inviter); err != nil {
		return err
	}
	stream, err := own.host.NewStream(dialling, to.inviter.ID, helloProtocol)
	if err != nil {
		return err
	}
	exchange := framesOf(stream, maxHelloBytes)
	greeting := own.greeting()
	greeting["invite"] = to.id
	if err := exchange.write(greeting); err != nil {
		return err
	}
	reply, err := exchange.read(helloTimeout)
	if err != nil {
		return fmt.Errorf("no greeting came back: %w", err)
	}
	if err := own.conclude(stream.Conn().RemotePeer(), reply); err != nil {
		return errors.Join(err, own.host.Network().ClosePeer(to.inviter.ID))
	}
	return stream.Close()
}

func (own *node) answerGreeting(stream network.Stream) {
	exchange := framesOf(stream, maxHelloBytes)
	theirs, err := exchange.read(helloTimeout)
	if err == nil {
		// Greeted before the reply is sent, since the dialler goes on as soon as it has it; another swarm gets the reply as well.
		err = own.conclude(stream.Conn().RemotePeer(), theirs)
		err = errors.Join(err, exchange.write(own.greeting()), stream.Close())
	}
	if err != nil {
		own.report(map[string]any{"event": "greeting refused", "reason": err.Error()})
		_ = stream.Conn().Close()
	}
}

func (own *node) greeting() map[string]any {
	addresses := []any{}
	for _, address := range own.host.Addrs() {
		addresses = append(addresses, address.String()+"/p2p/"+own.host.ID().String())
	}
	return map[string]any{"v": 1, "swarm": own.swarm, "name": own.name, "addresses": addresses}
}

func (own *node) conclude(from peer.ID, theirs map[string]any) error {
	if err := whole(theirs["v"]); err != nil {
		return fmt.Errorf("a greeting's version %w", err)
	}
	if theirs["swarm"] != own.swarm {
		return fmt.Errorf("the peer is in the swarm %v, this one in %s", theirs["swarm"], own.swarm)
	}
	if refusal, isThere := theirs["refused"]; isThere {
		return fmt.Errorf("the invite does not hold: %v", refusal)
	}
	own.mutex.Lock()
	own.greeted[from] = true
	own.mutex.Unlock()
	own.report(map[string]any{"event": "greeted", "peer": from.String(), "name": theirs["name"]})
	return nil
}

func (own *node) hasGreeted(other peer.ID) bool {
	own.mutex.Lock()
	defer own.mutex.Unlock()
	return own.greeted[other]
}

func (own *node) lost(_ network.Network, connection network.Conn) {
	own.mutex.Lock()
	delete(own.greeted, connection.RemotePeer())
	own.mutex.Unlock()
	own.report(map[string]any{"event": "lost", "peer": connection.RemotePeer().String()})
}

func (own *node) nextSeq() int64 {
	own.mutex.Lock()
	defer own.mutex.Unlock()
	own.seq++
	return own.seq - 1
}
