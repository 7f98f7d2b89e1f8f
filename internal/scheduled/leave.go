package scheduled

import (
	"context"
	"slices"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/words"
)

// Order is a file that is wanted: a report, of which days and sites, in a language.
type Order struct {
	Report      string
	Span        Span
	First, Last clock.Day
	Sites       []int64
	Lang        words.Lang
	Format      Format
}

// LinkPath is what the addresses begin with by which somebody stops getting a report, after the program's own.
const LinkPath = "/e/"

// purposeLink is of the hashes of links; purposeAddress of addresses.
const (
	purposeLink    = "scheduled.link"
	purposeAddress = "scheduled.address"
)

// Attached makes the file of a sending when its e-mail leaves. Nothing leaves to who may not see it any more, or asked not to get it: fault.Denied "denied".
func (s *Service) Attached(ctx context.Context, id int64) (notify.File, error) {
	one, sc, r, err := s.of(ctx, id)
	if err != nil {
		return notify.File{}, err
	}
	report, known := s.Report(sc.Report)
	if !known || s.draw == nil {
		return notify.File{}, fault.New(fault.Unavailable, "scheduled.report")
	}
	m, err := s.Members.Member(ctx, sc.MemberID)
	if err != nil {
		return notify.File{}, err
	}
	all, err := s.outgoing(ctx, report, sc, languageOf(m))
	if err != nil {
		return notify.File{}, err
	}
	at := slices.IndexFunc(all, func(o outgoing) bool { return o.ID == r.ID && o.why == "" })
	if at < 0 || !report.openTo(m, sc.Sites) {
		return notify.File{}, fault.New(fault.Denied, "denied")
	}
	return s.draw(ctx, Order{Report: sc.Report, Span: one.Span, First: one.First, Last: one.Last, Sites: sc.Sites, Lang: all[at].lang, Format: one.Format})
}

// of is a sending with its schedule and its recipient; fault.Denied "denied" when one of them is no more.
func (s *Service) of(ctx context.Context, id int64) (Sending, Schedule, Recipient, error) {
	one, err := s.sendingBy(ctx, "id = ?", id)
	if err != nil {
		return one, Schedule{}, Recipient{}, err
	}
	sc, err := s.byID(ctx, one.ScheduleID)
	var to []Recipient
	if err == nil {
		to, err = s.recipients(ctx, sc.ID)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return one, sc, Recipient{}, err
	}
	at := slices.IndexFunc(to, func(r Recipient) bool { return r.ID == one.RecipientID })
	if at < 0 {
		return one, sc, Recipient{}, fault.New(fault.Denied, "denied")
	}
	return one, sc, to[at], nil
}

// Told is what somebody with a link is told.
type Told struct {
	Title   string // of the report
	Lang    words.Lang
	SiteID  int64
	Refuses bool

	recipient Recipient
	schedule  Schedule
}

// linkLength is of 128 random bits.
const linkLength = 32

// ByLink is what a link is about; fault.NotFound "scheduled.link" for every link that opens nothing.
func (s *Service) ByLink(ctx context.Context, secret string) (Told, error) {
	nothing := fault.New(fault.NotFound, "scheduled.link")
	if len(secret) != linkLength {
		return Told{}, nothing
	}
	one, err := s.sendingBy(ctx, "link IN ?", s.Keys.Lookups(purposeLink, secret))
	if err == nil {
		var t Told
		if _, t.schedule, t.recipient, err = s.of(ctx, one.ID); err == nil {
			return s.told(ctx, t)
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
		err = nothing
	}
	return Told{}, err
}

func (s *Service) told(ctx context.Context, t Told) (Told, error) {
	id := t.recipient.MemberID
	if id == 0 {
		id = t.schedule.MemberID
	}
	m, err := s.Members.Member(ctx, id)
	r, _ := s.Report(t.schedule.Report)
	t.Lang, t.SiteID, t.Refuses = languageOf(m), onlySite(t.schedule.Sites), t.recipient.State == Refuses
	t.Title = words.Text(t.Lang, r.Title)
	return t, err
}

// Refuse stops a report for whoever has the link, or lets it come again.
func (s *Service) Refuse(ctx context.Context, secret, from string, refuses bool) (Told, error) {
	t, err := s.ByLink(ctx, secret)
	if err != nil {
		return t, err
	}
	was, becomes, action := Gets, Refuses, "report e-mail refused"
	if !refuses {
		was, becomes, action = Refuses, Gets, "report e-mail wanted again"
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.turn(tx, t.recipient.ID, was, becomes, t.recipient.SaidBy)
		if err != nil || !won {
			return err
		}
		return s.record(tx, "link in an e-mail", from, action, t.schedule, nil)
	})
	t.Refuses = refuses
	return t, err
}
