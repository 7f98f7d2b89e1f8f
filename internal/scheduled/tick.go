package scheduled

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Why nothing was sent, or a schedule stopped.
const (
	whyMember    = "member"    // whose it is may not see it
	whyRecipient = "recipient" // who it is for may not see it
)

// Sending is one report to one recipient, and what became of it.
type Sending struct {
	ID          int64
	ScheduleID  int64
	RecipientID int64
	Due         time.Time
	First, Last clock.Day
	Span        Span
	Format      Format
	MessageID   int64  // 0: nothing was sent
	Why         string // why not
}

// duePiece is how many schedules are looked at in one go.
const duePiece = 50

// Tick sends what is due. Call it every minute on one node; two at once send nothing twice.
func (s *Service) Tick(ctx context.Context) error {
	if s.Paused != nil && s.Paused() {
		return nil
	}
	for {
		due, err := s.due(ctx, s.Clock.Now(), duePiece)
		if err != nil {
			return err
		}
		var failed error
		for _, sc := range due {
			failed = errors.Join(failed, s.sendDue(ctx, sc))
		}
		if failed != nil || len(due) < duePiece {
			return failed
		}
	}
}

// outgoing is one recipient with where they are reached, in which language, and why not.
type outgoing struct {
	Recipient
	to   string
	lang words.Lang
	why  string
}

func (s *Service) sendDue(ctx context.Context, sc Schedule) error {
	r, known := s.Report(sc.Report)
	m, err := s.Members.Member(ctx, sc.MemberID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || !known || !r.openTo(m, sc.Sites) {
		return s.stop(ctx, sc)
	}
	all, err := s.outgoing(ctx, r, sc, languageOf(m))
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.moveOn(tx, sc, sc.after(sc.NextAt, s.Clock.Now()))
		if err != nil || !won {
			return err
		}
		for _, o := range all {
			if err := s.sendOne(tx, r, sc, m, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// outgoing are all who get a report, or do not because they may not see it.
func (s *Service) outgoing(ctx context.Context, r Report, sc Schedule, lang words.Lang) (all []outgoing, err error) {
	to, err := s.recipients(ctx, sc.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range to {
		if one.State != Gets {
			continue
		}
		o := outgoing{Recipient: one, to: one.Address, lang: lang}
		if one.MemberID != 0 {
			m, err := s.Members.Member(ctx, one.MemberID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if o.to, o.lang = m.Email, languageOf(m); err != nil || !r.openTo(m, sc.Sites) {
				o.why = whyRecipient
			}
		}
		all = append(all, o)
	}
	return all, nil
}

func languageOf(m staff.Member) words.Lang {
	l, _ := words.Parse(m.Language)
	return l
}

func (s *Service) sendOne(tx *db.Tx, r Report, sc Schedule, m staff.Member, o outgoing) error {
	one := Sending{ID: tx.ID(), ScheduleID: sc.ID, RecipientID: o.ID, Due: sc.NextAt, Span: sc.Span, Format: sc.Format, Why: o.why}
	one.First, one.Last = sc.Span.Days(clock.DayOf(sc.NextAt))
	secret := seal.RandomHex(16)
	if o.why == "" {
		var err error
		if one.MessageID, err = s.Messages.Send(tx, s.message(r, sc, m, o, one, secret)); err != nil {
			return err
		}
	}
	return s.insertSending(tx, one, s.Keys.Lookup(purposeLink, secret))
}

// message is the e-mail with a report; the file is made when it leaves.
func (s *Service) message(r Report, sc Schedule, m staff.Member, o outgoing, one Sending, secret string) notify.Message {
	l := o.lang
	days := words.DateOf(l, one.Last)
	if one.First != one.Last {
		days = words.DateOf(l, one.First) + " – " + days
	}
	title := words.Text(l, r.Title)
	letter := &notify.Letter{Lang: string(l), Heading: title, Text: words.Text(l, "scheduled.mail.text", "Title", title, "Days", days), Foot: words.Text(l, "scheduled.mail.foot", "Name", m.Name)}
	if s.PublicURL != "" {
		letter.Stop = s.PublicURL + LinkPath + secret
		letter.Button, letter.Link = words.Text(l, "scheduled.mail.stop"), letter.Stop
	}
	return notify.Message{Key: "report:" + number(sc.ID) + " " + number(sc.NextAt.UnixMilli()) + " " + number(o.ID), Purpose: notify.ForReport, Channel: notify.Email, To: o.to,
		Language: l, Subject: "scheduled.mail.subject", Args: []any{"Title", title, "Days", days}, Letter: letter, SiteID: onlySite(sc.Sites), Paper: one.ID}
}

// onlySite is whose look an e-mail has.
func onlySite(sites []int64) int64 {
	if len(sites) == 1 {
		return sites[0]
	}
	return 0
}

// stop ends a schedule whose member may not see the report any more.
func (s *Service) stop(ctx context.Context, sc Schedule) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.moveOut(tx, sc)
		if err != nil || !won {
			return err
		}
		sc.State = Stopped
		return s.record(tx, "Mtandao", "", "report schedule stopped", sc, nil)
	})
}

// keptFor is how long it is known what was sent.
const keptFor = 400 * 24 * time.Hour

// Clean forgets what was sent long ago. Call it every hour on one node.
func (s *Service) Clean(ctx context.Context) error {
	return s.dropSendings(ctx, s.Clock.Now().Add(-keptFor))
}
