package notify

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Consent is a person's word about a class of messages to one address: the wording they saw, and where it was given.
type Consent struct {
	Channel Channel
	To      string
	Class   Class
	Given   bool
	Wording string // the version of the text that was agreed to
	From    string // portal, agent, reply, network
	Actor   string // who recorded it; empty when the person did
}

// Record keeps a person's word; the newest counts. Everything ever said stays, as evidence, until the address is erased.
func (s *Service) Record(tx *db.Tx, c Consent) error {
	to, ok := address(c.Channel, c.To)
	switch {
	case !ok:
		return fault.New(fault.Invalid, "message.address")
	case c.Class != Services && c.Class != Offers, c.From == "" || len(c.From) > 32, c.Given && c.Class == Offers && strings.TrimSpace(c.Wording) == "":
		return fault.New(fault.Invalid, "message.consent")
	}
	return s.insertConsent(tx, s.addressHash(c.Channel, to), c)
}

// allows: offers need a yes; what a person has is told until they say no.
func allows(class Class, latest []consentRow) bool {
	switch {
	case class == "":
		return true
	case len(latest) == 0:
		return class == Services
	}
	return latest[0].Given == 1
}

// Consents says which classes may be sent to an address; fault.Invalid "message.address".
func (s *Service) Consents(ctx context.Context, c Channel, to string) (map[Class]bool, error) {
	to, ok := address(c, to)
	if !ok {
		return nil, fault.New(fault.Invalid, "message.address")
	}
	allowed := map[Class]bool{}
	for _, class := range []Class{Services, Offers} {
		latest, err := s.consent(ctx, s.addressHashes(c, to), class)
		if err != nil {
			return nil, err
		}
		allowed[class] = allows(class, latest)
	}
	return allowed, nil
}

func (s *Service) mayReceive(tx *db.Tx, m Message) (bool, error) {
	latest, err := s.consentTx(tx, s.addressHashes(m.Channel, m.To), manners[m.Purpose].class)
	return allows(manners[m.Purpose].class, latest), err
}

func (s *Service) mayStillReceive(ctx context.Context, m Message) (bool, error) {
	latest, err := s.consent(ctx, s.addressHashes(m.Channel, m.To), manners[m.Purpose].class)
	return allows(manners[m.Purpose].class, latest), err
}

// stoppedAtNetwork keeps what a network's own list told by refusing a message. Codes, which a person asks for, go on.
func (s *Service) stoppedAtNetwork(ctx context.Context, m stored) error {
	class := manners[m.Purpose].class
	if class == "" {
		return nil
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return s.Record(tx, Consent{Channel: m.Channel, To: m.To, Class: class, From: "network"})
	})
}

// Word is a person's word as it is kept: what they said, when and how.
type Word struct {
	Consent
	At time.Time
}

// mostSaid bounds a history of words.
const mostSaid = 20

// Said lists what a person said about an address, the newest first; fault.Invalid "message.address".
func (s *Service) Said(ctx context.Context, c Channel, to string) ([]Word, error) {
	to, ok := address(c, to)
	if !ok {
		return nil, fault.New(fault.Invalid, "message.address")
	}
	rows, err := s.said(ctx, s.addressHashes(c, to))
	words := make([]Word, len(rows))
	for i, r := range rows {
		words[i] = Word{Consent{Channel: c, To: to, Class: Class(r.Class), Given: r.Given == 1, Wording: r.Wording, From: r.CameFrom, Actor: r.Actor}, r.At.UTC()}
	}
	return words, err
}
