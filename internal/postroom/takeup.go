package postroom

import (
	"context"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/mailbox"
	"mtandao/internal/notify"
	"mtandao/internal/support"
)

// LeftOne is an e-mail that was put aside. fault.NotFound "mail.unknown"; fault.Conflict "mail.taken_up" when it is a ticket's by now, with that ticket.
func (s *Service) LeftOne(ctx context.Context, mailID int64) (Left, int64, error) {
	r, err := s.asideRow(ctx, mailID)
	if err != nil {
		return Left{}, 0, err
	}
	if r.Outcome != string(Aside) {
		return Left{}, r.TicketID, fault.New(fault.Conflict, "mail.taken_up")
	}
	l, err := s.left(r)
	return l, 0, err
}

// TakeUp makes a ticket of an e-mail that was put aside, once: of a customer, or of nobody yet when that is 0. It is read from the mailbox again, with
// what came with it; who wrote is told nothing. Faults of LeftOne, of mailbox.Open and of support.Open; fault.Conflict "mail.gone" when it is not in the
// mailbox any more, fault.Unavailable "mail.paused" on a restored copy.
func (s *Service) TakeUp(ctx context.Context, mailID, customerID int64, by By) (ticketID int64, err error) {
	if s.Paused != nil && s.Paused() {
		return 0, fault.New(fault.Unavailable, "mail.paused")
	}
	if _, made, err := s.LeftOne(ctx, mailID); err != nil {
		return made, err
	}
	r, err := s.asideRow(ctx, mailID)
	if err != nil {
		return 0, err
	}
	b, m, err := s.again(ctx, r)
	if err != nil {
		return 0, err
	}
	with := seenThrough(m.Files)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.claimAside(tx, mailID)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "mail.taken_up")
		}
		if err != nil {
			return err
		}
		t := asked(b, m)
		t.CustomerID = customerID
		text, is := s.readable(m)
		made, err := s.Tickets.OpenTx(tx, support.Opening{Ticket: t, Text: text, Request: "mail " + m.Digest, Mail: &is, Attach: s.keep(with)}, by)
		if err != nil {
			return err
		}
		ticketID = made.ID
		if err := s.tookUp(tx, mailID, ticketID); err != nil {
			return err
		}
		told, err := audit.Text(map[string]any{"reference": made.Reference, "why": r.Reason})
		if err != nil {
			return err
		}
		if err := audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "mail taken up", Object: "mailbox", ObjectID: boxName, After: told}); err != nil {
			return err
		}
		return s.between("taken up, not committed")
	})
	if fault.KeyOf(err) == "mail.taken_up" { // by somebody else, or by ourselves when the answer was lost
		if _, made, e := s.LeftOne(ctx, mailID); made != 0 {
			return made, e
		}
	}
	return ticketID, err
}

// again reads an e-mail a second time, by its number, and sees that it is the same.
func (s *Service) again(ctx context.Context, r mailRow) (box, mailbox.Mail, error) {
	gone := fault.New(fault.Conflict, "mail.gone")
	b, err := s.loadNow(ctx)
	if fault.Is(err, fault.NotFound) || err == nil && (b.account.box() != r.Box || int64(b.validity) != r.Validity) {
		return b, mailbox.Mail{}, gone
	}
	if err != nil {
		return b, mailbox.Mail{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	open, err := mailbox.Open(ctx, b.account.Account, s.Roots)
	if err != nil {
		return b, mailbox.Mail{}, err
	}
	defer open.Close()
	if open.Validity != b.validity {
		return b, mailbox.Mail{}, gone
	}
	m, there, err := open.Fetch(uint32(r.UID))
	if err == nil && (!there || m.Digest != r.Digest) {
		err = gone
	}
	return b, m, err
}

// mostFlooded bounds what the alarm counts.
const mostFlooded = 10_000

// Flooded tells how many e-mails of the last hour were put aside because there were too many, for the alarm; nothing when no mailbox is read.
func (s *Service) Flooded(ctx context.Context) ([]notify.Reading, error) {
	a, _, err := s.Get(ctx)
	if fault.Is(err, fault.NotFound) || err == nil && a.Off {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n, err := s.flooded(ctx, s.Clock.Now().Add(-time.Hour), mostFlooded)
	return []notify.Reading{{Subject: a.Address, Value: int64(n)}}, err
}
