package invoices

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

// Due is a period of a subscription of which a document is due. Its History needs neither Billed nor Exempt nor RoundTo: the run adds them.
type Due struct {
	SubscriptionID, CustomerID int64
	Line                       string // what the subscription is called where a customer has several
	Track                      string // of a subscription's periods, when it has several kinds of them; may be empty
	Seen                       int64  // what the source remembers it by
	Period                     Period // the one that begins
	History                    History
	Usage                      []Use // of the period before, and since the period of History.Since
	Problem                    error // why it has no history
	PayerID                    int64 // who gets the document; the run says so
	Together                   bool  // as a part of one bill of several lines of who gets it; the run says so
}

// Source tells what is due. It names a track of a subscription again, with the next period, once Done has been told.
type Source interface {
	// Due are tracks of subscriptions after an id, in order, those of one together, some so many at the most, of which a period begins on a day or
	// before; without their histories.
	Due(ctx context.Context, asOf clock.Day, after int64, limit int) ([]Due, error)
	// Fill adds customers, histories and usage, and tells the prices that they name.
	Fill(ctx context.Context, due []Due) (map[int64]Price, error)
	// Done notes, in the transaction of the drafts, that these periods are billed.
	Done(tx *db.Tx, due []Due) error
	// After is the period that is due next once one is billed, without its history; false when nothing of the track is.
	After(due Due) (Due, bool)
}

// RunOptions are how a run runs. Tell, when set, hears of each document that a dry run would make, and of each part of one (Due.Together), and nothing is written. Wrote, when set, hears what each page
// wrote, in its transaction, which may be made again; several at once.
type RunOptions struct {
	Workers int
	Tell    func(Due, Bill, error)
	Wrote   func(*db.Tx, Drafted) error
	dry     *dryAhead // of a dry run
}

// Drafted counts what a run wrote.
type Drafted struct{ Drafts, Nothing, Parked, There, Parts int64 } // Parts wait for their payer's one bill, which is a draft

func (d Drafted) plus(o Drafted) Drafted {
	return Drafted{d.Drafts + o.Drafts, d.Nothing + o.Nothing, d.Parked + o.Parked, d.There + o.There, d.Parts + o.Parts}
}

const (
	duePage    = 200
	mostRounds = 400 // periods that one subscription may be behind
)

// Run drafts what is due on a day for every subscription that a source tells of, in small transactions; any node may run it, and run it again. A
// subscription that cannot be billed is parked, with why, and tried again by the next run; this one goes on. Issue gives the drafts their numbers.
func (s *Service) Run(ctx context.Context, asOf clock.Day, source Source, o RunOptions) (sum Drafted, err error) {
	if o.Tell != nil {
		return sum, s.dryRun(ctx, asOf, source, o)
	}
	for round := 0; round < mostRounds; round++ { // who is behind by several periods is due again
		some, err := s.runOnce(ctx, asOf, source, o)
		sum.Parked = 0 // what is parked is tried each round
		sum = sum.plus(some)
		if err != nil {
			return sum, err
		}
		if some.Drafts+some.Nothing+some.Parts == 0 {
			break
		}
	}
	made, err := s.gather(ctx, asOf, o.Wrote)
	sum.Drafts += made
	return sum, err
}

// runOnce goes once through all who are due, with several workers that take pages in turn.
func (s *Service) runOnce(ctx context.Context, asOf clock.Day, source Source, o RunOptions) (sum Drafted, err error) {
	rates, err := s.Taxes.All(ctx)
	if err != nil {
		return sum, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu, turn sync.Mutex
	after, workers := int64(0), sync.WaitGroup{}
	for range max(1, o.Workers) {
		workers.Go(func() {
			for ctx.Err() == nil {
				turn.Lock()
				page, err := source.Due(ctx, asOf, after, duePage)
				if len(page) > 0 {
					after = page[len(page)-1].SubscriptionID
				}
				turn.Unlock()
				if err == nil && len(page) == 0 {
					return
				}
				var some Drafted
				if err == nil {
					some, err = s.runPage(ctx, source, page, rates, o)
				}
				mu.Lock()
				sum = sum.plus(some)
				mu.Unlock()
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return sum, context.Cause(ctx)
}

func (s *Service) runPage(ctx context.Context, source Source, page []Due, rates taxes.Rates, o RunOptions) (sum Drafted, err error) {
	prices, err := source.Fill(ctx, page)
	if err != nil {
		return sum, err
	}
	if o.Tell != nil {
		return sum, s.tryPage(ctx, page, prices, rates, o)
	}
	return sum, s.DB.InTx(ctx, func(tx *db.Tx) error {
		sum = Drafted{}
		all, err := s.draftPage(tx, page, prices, rates, nil, nil)
		if err != nil {
			return err
		}
		var done []Due
		for n, due := range page { // behind theirs are the documents of others
			if all[n].State != Parked { // that one is due still, and tried again by the next run
				done = append(done, due)
			}
		}
		if err := source.Done(tx, done); err != nil {
			return err
		}
		if err := s.unpark(tx, all); err != nil {
			return err
		}
		added, err := s.insert(tx, all)
		for _, d := range all {
			switch {
			case !added[d.ID]:
				sum.There++
			case d.State == Parked:
				sum.Parked++
			case d.State == Nothing:
				sum.Nothing++
			case d.State == Gathering:
				sum.Parts++
			default:
				sum.Drafts++
			}
		}
		if err == nil && o.Wrote != nil {
			err = o.Wrote(tx, sum)
		}
		return err
	})
}

// draftPage computes the documents of a page, and after them those of others who had paid for something that turns out otherwise. A dry run is told of them instead.
func (s *Service) draftPage(tx *db.Tx, page []Due, prices map[int64]Price, rates taxes.Rates, dry *dryAhead, tell func(foretold)) ([]Document, error) {
	ids := make([]int64, len(page))
	for n, due := range page {
		ids[n] = due.CustomerID
	}
	terms, err := s.linesTermsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	billed, err := s.billed(tx, page)
	if err != nil {
		return nil, err
	}
	chosen, err := s.choices(tx, payersOf(terms))
	if err != nil {
		return nil, err
	}
	all, others := make([]Document, 0, len(page)), []Document(nil)
	for _, due := range page {
		payer := terms[due.CustomerID]
		was := billed[due.track()]
		due.History.Billed, due.History.Given, due.History.Exempt = was.billed, was.given, payer.Exempt
		due.PayerID, due.Together = payer.PayerID, chosen[payer.PayerID].On(due.Period.From)
		due.History.RoundTo = int64(s.Settings.Int(settings.InvoiceRound))
		if dry != nil {
			due.History.Billed = append(slices.Clip(due.History.Billed), dry.before(due)...)
		}
		b, failed := s.compute(due, prices, rates)
		own, theirs, err := s.split(tx, due, payer, b, prices, rates, failed)
		if err != nil {
			return nil, err
		}
		if tell != nil {
			tell(foretold{due, b, failed, append([]Document{own.gatherable(due, payer)}, theirs...)})
			continue
		}
		if err := s.tellAgain(tx, due, b); err != nil {
			return nil, err
		}
		all, others = append(all, own.gatherable(due, payer)), append(others, theirs...)
	}
	return append(all, others...), nil
}

// compute is Compute; whatever breaks in it is this subscription's trouble alone.
func (s *Service) compute(due Due, prices map[int64]Price, rates taxes.Rates) (b Bill, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, "internal", fmt.Errorf("panic: %v", p))
		}
	}()
	if due.Problem != nil {
		return b, due.Problem
	}
	b, err = Compute(due.History, due.Usage, prices, rates, due.Period)
	if !slices.ContainsFunc(b.Lines, func(l Line) bool { return l.Amount != 0 }) { // all use was within what is included: nobody needs a bill of nothing
		b = Bill{}
	}
	return b, err
}

// track names periods of one kind of one subscription.
type track struct {
	subscriptionID int64
	name           string
}

func (d Due) track() track { return track{d.SubscriptionID, d.Track} }

// runCause begins the cause of what a run makes.
const runCause = "subscription:"

// cause is what a document of a period is made for, once: "subscription:7:2026-12-01", and the track behind that when it has a name.
func (d Due) cause() string {
	text := runCause + idText(d.SubscriptionID) + ":" + d.Period.From.String()
	if d.Track != "" {
		text += ":" + d.Track
	}
	return text
}

// trackOf is that of a document that a run made.
func trackOf(d Document) track {
	parts := strings.Split(d.Cause, ":")
	if len(parts) < 4 {
		return track{d.SubscriptionID, ""}
	}
	return track{d.SubscriptionID, parts[3]}
}

// draft is the document that a bill becomes.
func (s *Service) draft(tx *db.Tx, due Due, terms Terms, b Bill, failed error) Document {
	d := Document{ID: tx.ID(), Kind: Invoice, State: Draft, Cause: due.cause(), CustomerID: terms.PayerID, SubscriptionID: due.SubscriptionID, Period: due.Period, Line: called(terms.For, due.Line),
		PONumber: terms.PONumber, By: "bill run", CreatedAt: s.now()}
	switch {
	case failed != nil:
		d.State, d.Why = Parked, cutText(failed.Error())
	case len(b.Lines) == 0:
		d.State = Nothing
	case terms.Review || terms.NeedsPO && terms.PONumber == "" || s.Settings.String(settings.InvoiceReview) == settings.ReviewAll:
		d.State = Review
	}
	if failed == nil {
		d = d.with(b)
		if d.Gross < 0 {
			d.Kind = Note
		}
	}
	return d
}

// Explain is what a bill says, a sentence a line, for whoever reads a dry run.
func (b Bill) Explain(say func(Line) string) (all []string) {
	for _, l := range b.Lines {
		all = append(all, say(l)+": "+money.KES(l.Gross).String())
	}
	return all
}
