package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

func topicOf(swarm string) string {
	return "grapevine/1/" + swarm
}

func messageID(topic string, data []byte) string {
	digest := sha256.Sum256(append([]byte(topic), data...))
	return string(digest[:])
}

func (own *node) joinTopic(ctx context.Context, isHonest bool) error {
	gossip, err := pubsub.NewGossipSub(ctx, own.host,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithNoAuthor(),
		pubsub.WithMessageIdFn(func(message *pb.Message) string { return messageID(message.GetTopic(), message.GetData()) }),
	)
	if err != nil {
		return err
	}
	name := topicOf(own.swarm)
	if isHonest {
		if err := gossip.RegisterTopicValidator(name, own.validate, pubsub.WithValidatorInline(true)); err != nil {
			return err
		}
	}
	if own.topic, err = gossip.Join(name); err != nil {
		return err
	}
	subscription, err := own.topic.Subscribe()
	if err != nil {
		return err
	}
	go own.hear(ctx, subscription)
	return nil
}

func (own *node) validate(_ context.Context, from peer.ID, message *pubsub.Message) pubsub.ValidationResult {
	checked, err := checkRecord(message.GetData(), time.Now())
	if errors.Is(err, errIgnored) {
		return pubsub.ValidationIgnore
	}
	if err != nil {
		own.report(map[string]any{"event": "rejected", "peer": from.String(), "reason": err.Error()})
		return pubsub.ValidationReject
	}
	if own.kept.add(checked) && from != own.host.ID() {
		own.report(heard(checked, "gossip"))
	}
	return pubsub.ValidationAccept
}

// hear empties the subscription: what is to be done with a message was done when it was validated.
func (own *node) hear(ctx context.Context, subscription *pubsub.Subscription) {
	for {
		if _, err := subscription.Next(ctx); err != nil {
			return
		}
	}
}

// publish waits until somebody is in the mesh for the first time. Who was in it once is known to be reachable, whether or not it still listens to this peer.
func (own *node) publish(ctx context.Context, frame []byte) error {
	waiting, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if own.wasInMesh {
		return own.topic.Publish(waiting, frame)
	}
	err := own.topic.Publish(waiting, frame, pubsub.WithReadiness(pubsub.MinTopicSize(1)))
	own.wasInMesh = err == nil
	return err
}

func heard(checked *record, by string) map[string]any {
	return map[string]any{
		"event": "heard", "by": by, "id": checked.id(), "type": checked.body["type"], "title": checked.body["title"],
		"author": authorText(checked.body["author"].([]byte)),
	}
}
