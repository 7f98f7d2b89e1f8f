package scheduled

import (
	"context"
	"strconv"
	"strings"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
)

// Members knows who works here. *staff.Service satisfies it.
type Members interface {
	Member(ctx context.Context, id int64) (staff.Member, error)
	MemberByEmail(ctx context.Context, email string) (staff.Member, error)
}

// Messages sends e-mails. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock
	Members   Members
	Messages  Messages
	Reports   []Report
	Paused    func() bool // a restored copy sends nothing
	PublicURL string      // empty: nobody can be given a link
}

// Service keeps schedules.
type Service struct {
	Options
	draw func(context.Context, Order) (notify.File, error)
}

// New makes the service.
func New(o Options) *Service { return &Service{Options: o} }

// AskDrawer has the files made by f; call it at wiring.
func (s *Service) AskDrawer(f func(context.Context, Order) (notify.File, error)) { s.draw = f }

// Report is the one of a name.
func (s *Service) Report(name string) (Report, bool) {
	for _, r := range s.Reports {
		if r.Name == name {
			return r, true
		}
	}
	return Report{}, false
}

// OpenTo are the reports that a member may have sent.
func (s *Service) OpenTo(m staff.Member) (all []Report) {
	for _, r := range s.Reports {
		if r.openTo(m, m.Sites) {
			all = append(all, r)
		}
	}
	return all
}

// By is who changes something, and from where.
type By struct {
	Member staff.Member
	From   string
}

// sees says whether somebody may read and change a schedule: who may see its report at all its sites, and owners.
func (s *Service) sees(by By, sc Schedule) bool {
	r, known := s.Report(sc.Report)
	return by.Member.IsOwner() || known && r.openTo(by.Member, sc.Sites)
}

func unknown() error { return fault.New(fault.NotFound, "scheduled.unknown") }

// Get is a schedule with whom it goes to; fault.NotFound "scheduled.unknown" for who does not see it, too.
func (s *Service) Get(ctx context.Context, by By, id int64) (Schedule, []Recipient, error) {
	sc, err := s.byID(ctx, id)
	if err != nil {
		return sc, nil, err
	}
	if !s.sees(by, sc) {
		return Schedule{}, nil, unknown()
	}
	to, err := s.recipients(ctx, id)
	return sc, to, err
}

// List is a page of the schedules that somebody sees, the newest first, before an id; 0 is the first page.
func (s *Service) List(ctx context.Context, by By, before int64, limit int) (all []Schedule, err error) {
	for range mostPages {
		some, err := s.page(ctx, before, limit)
		if err != nil {
			return nil, err
		}
		for _, sc := range some {
			if before = sc.ID; s.sees(by, sc) && len(all) < limit {
				all = append(all, sc)
			}
		}
		if len(some) < limit || len(all) == limit {
			break
		}
	}
	return all, nil
}

// mostPages bounds how many pages of schedules of others are read for one of somebody's own.
const mostPages = 20

// Sendings are the last of a schedule, the newest first.
func (s *Service) Sendings(ctx context.Context, by By, id int64) ([]Sending, error) {
	sc, err := s.byID(ctx, id)
	if err != nil {
		return nil, err
	}
	if !s.sees(by, sc) {
		return nil, unknown()
	}
	return s.lastSendings(ctx, id)
}

func (s *Service) record(tx *db.Tx, actor, from, action string, sc Schedule, to []Recipient) error {
	outside, members := 0, 0
	for _, r := range to {
		if r.MemberID == 0 {
			outside++
		} else {
			members++
		}
	}
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: actor, From: from, Action: action, Object: "report schedule", ObjectID: number(sc.ID)}, nil, map[string]any{"report": sc.Report, "every": sc.Every, "day": sc.Day, "hour": sc.Hour, "span": sc.Span, "format": sc.Format, "state": sc.State, "members": members, "outside": outside})
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// Lines are addresses as they are typed: one a line, or with commas between.
func Lines(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;", r) })
}
