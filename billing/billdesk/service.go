package billdesk

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
)

// Bills makes documents. *invoices.Service satisfies it.
type Bills interface {
	TryPage(ctx context.Context, asOf clock.Day, source invoices.Source, after int64, tell func(invoices.Due, invoices.Bill, error)) (int64, error)
	Run(ctx context.Context, asOf clock.Day, source invoices.Source, o invoices.RunOptions) (invoices.Drafted, error)
	IssueTelling(ctx context.Context, wrote func(*db.Tx, invoices.Outcome) error) (invoices.Outcome, error)
}

// Options are a Service's collaborators. Clock is the machine's, Plan that of subscriptions; Paused says whether this is a restored copy, which bills nobody.
type Options struct {
	DB          *db.DB
	Jobs        *jobs.Queue
	Clock, Plan clock.Clock
	Bills       Bills
	Due         invoices.Source
	Paused      func() bool
}

// Service is what staff can do about bill runs.
type Service struct{ Options }

const factAsked = "bill run asked"

type askedFact struct{ RunID int64 }

// New makes the service and subscribes its job.
func New(o Options) *Service {
	s := &Service{o}
	o.Jobs.On(factAsked, "bill", s.work)
	return s
}

// How far before and after today a run may be asked for.
const (
	daysBefore = 366
	daysAhead  = 31
)

// Days are the first and the last day that may be asked for.
func (s *Service) Days() (first, last clock.Day) {
	today := clock.DayOf(s.Plan.Now())
	return today - daysBefore, today + daysAhead
}

var requestForm = regexp.MustCompile(`^[0-9A-Za-z]{8,64}$`)

// Look asks for a preview of what is due on a day or before; the same request again is the same preview, and while one is made everybody gets that one.
// fault.Invalid "bill_run.day".
func (s *Service) Look(ctx context.Context, asOf clock.Day, request string, by By) (Run, error) {
	if first, last := s.Days(); asOf < first || asOf > last {
		return Run{}, fault.New(fault.Invalid, "bill_run.day", "First", first.String(), "Last", last.String())
	}
	return s.ask(ctx, Run{Kind: Preview, AsOf: asOf}, request, by)
}

// Start starts a run for the day of a preview; the same request again is the same run. fault.Conflict "bill_run.not_looked" (the preview is not at its end), "bill_run.ahead" (of a day to come),
// "bill_run.busy" (another works), "bill_run.paused".
func (s *Service) Start(ctx context.Context, previewID int64, request string, by By) (Run, error) {
	p, err := s.Run(ctx, previewID)
	switch {
	case err != nil:
		return p, err
	case p.Kind != Preview || p.State != Done:
		return p, fault.New(fault.Conflict, "bill_run.not_looked")
	case p.AsOf > clock.DayOf(s.Plan.Now()):
		return p, fault.New(fault.Conflict, "bill_run.ahead", "Day", p.AsOf.String())
	case s.Paused():
		return p, fault.New(fault.Conflict, "bill_run.paused")
	}
	return s.ask(ctx, Run{Kind: Billing, AsOf: p.AsOf, PreviewID: p.ID, Due: p.Drafts + p.Nothing + p.Parked}, request, by)
}

// ask keeps a run and has it done. Two at once meet in the unique keys of the request and of what moves.
func (s *Service) ask(ctx context.Context, r Run, request string, by By) (Run, error) {
	if !requestForm.MatchString(request) {
		return r, fault.New(fault.Invalid, "bill_run.request")
	}
	r.State, r.By, r.AskedAt = Asked, by, s.now()
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		r.ID = tx.ID()
		if err := insertRun(tx, r, request); err != nil {
			return err
		}
		if r.Kind == Billing {
			e := audit.Event{Actor: by.Actor, From: by.From, Action: "bill run started", Object: "bill run", ObjectID: idText(r.ID), After: r.AsOf.String()}
			if err := audit.Record(tx, s.Clock.Now(), e); err != nil {
				return err
			}
		}
		return s.Jobs.Emit(tx, factAsked, idText(r.ID), askedFact{r.ID})
	})
	if !db.IsDuplicate(err) {
		return r, err
	}
	if first, err := s.byRequest(ctx, request); err == nil || !fault.Is(err, fault.NotFound) {
		return first, err
	}
	if other, err := s.Moving(ctx, r.Kind); err == nil && r.Kind == Preview && other.AsOf == r.AsOf {
		return other, nil
	}
	return r, fault.New(fault.Conflict, "bill_run.busy")
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Millisecond) }

// Stop ends a run that is not issuing yet. What it drafted stays, and gets its number with the next run. fault.Conflict "bill_run.at_end".
func (s *Service) Stop(ctx context.Context, id int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.end(tx, id, Failed, fault.New(fault.Conflict, "bill_run.stopped_by", "By", by.Actor), Asked, Drafting)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "bill_run.at_end")
		}
		if err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "bill run stopped", Object: "bill run", ObjectID: idText(id)})
	})
}

// keptFor is how long previews are kept, and mostCleaned how many a run of Clean removes.
const (
	keptFor     = 48 * time.Hour
	mostCleaned = 20
)

// Clean removes previews that are old; call it every hour.
func (s *Service) Clean(ctx context.Context) error {
	ids, err := s.oldPreviews(ctx, s.Clock.Now().Add(-keptFor))
	for _, id := range ids {
		err = errors.Join(err, s.drop(ctx, id))
	}
	return err
}
