package invoices

import (
	"context"
	"regexp"
	"strconv"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

var requestForm = regexp.MustCompile(`^[0-9A-Za-z:.-]{1,80}$`)

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// atOnce is how many documents one transaction gives numbers to.
const atOnce = 300

// Outcome counts what a run did.
type Outcome struct{ Issued, Parked int64 }

// Issue gives every draft its number and its entry in the books, until none is left. One node runs it under a lease; should two, the row of the
// series makes one wait. A draft that fails is parked, with why, and the rest go on. Run again it does nothing.
func (s *Service) Issue(ctx context.Context) (Outcome, error) { return s.IssueTelling(ctx, nil) }

// IssueTelling is Issue, and tells what became of some at a time, in the transaction in which it did, which may be made again.
func (s *Service) IssueTelling(ctx context.Context, wrote func(*db.Tx, Outcome) error) (done Outcome, err error) {
	for ctx.Err() == nil {
		all, err := s.drafts(ctx, atOnce)
		if err != nil || len(all) == 0 {
			return done, err
		}
		some, err := s.issueSome(ctx, all, wrote)
		if err != nil && !fault.Is(err, fault.Unavailable) && ctx.Err() == nil { // one of them is to blame: find it
			some, err = s.issueEach(ctx, all, wrote)
		}
		done.Issued, done.Parked = done.Issued+some.Issued, done.Parked+some.Parked
		if err != nil {
			return done, err
		}
	}
	return done, ctx.Err()
}

// IssueOne gives one draft its number now, and tells it as it is then.
func (s *Service) IssueOne(ctx context.Context, id int64) (Document, error) {
	d, err := s.Get(ctx, id)
	if err != nil {
		return d, err
	}
	if d.State == Draft {
		if _, err := s.issueEach(ctx, []Document{d}, nil); err != nil {
			return d, err
		}
	}
	return s.Get(ctx, id)
}

func (s *Service) issueEach(ctx context.Context, all []Document, wrote func(*db.Tx, Outcome) error) (done Outcome, err error) {
	for _, d := range all {
		some, err := s.issueSome(ctx, []Document{d}, wrote)
		if err != nil && (fault.Is(err, fault.Unavailable) || ctx.Err() != nil) {
			return done, err
		}
		if err != nil {
			why := err.Error()
			err = s.DB.InTx(ctx, func(tx *db.Tx) error {
				if err := s.move(tx, d.ID, Draft, Parked, cutText(why)); err != nil || wrote == nil {
					return err
				}
				return wrote(tx, Outcome{Parked: 1})
			})
			if err != nil && !fault.Is(err, fault.Conflict) { // somebody else has taken it up
				return done, err
			}
			some = Outcome{Parked: 1}
		}
		done.Issued, done.Parked = done.Issued+some.Issued, done.Parked+some.Parked
	}
	return done, nil
}

func cutText(text string) string {
	if shortText(text, longestNote) {
		return text
	}
	return string([]rune(text)[:longestNote])
}

// issueSome numbers drafts in one transaction: all of them, or none.
func (s *Service) issueSome(ctx context.Context, all []Document, wrote func(*db.Tx, Outcome) error) (done Outcome, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		done = Outcome{}
		fresh, err := s.take(tx, all)
		if err != nil {
			return err
		}
		if err := s.answering(tx, fresh); err != nil {
			return err
		}
		good := fresh[:0]
		for _, d := range fresh {
			if err := d.check(); err != nil {
				if err := s.move(tx, d.ID, Draft, Parked, cutText(err.Error())); err != nil {
					return err
				}
				done.Parked++
				continue
			}
			good = append(good, d)
		}
		done.Issued = int64(len(good))
		if err := s.issueTx(tx, good); err != nil || wrote == nil {
			return err
		}
		return wrote(tx, done)
	})
	return done, err
}

// issueTx numbers documents that are held, and books them.
func (s *Service) issueTx(tx *db.Tx, all []Document) error {
	now, today := s.now(), s.today()
	ids := make([]int64, len(all))
	for n, d := range all {
		ids[n] = d.CustomerID
	}
	terms, err := s.termsOf(tx, ids)
	if err != nil {
		return err
	}
	series := map[string][]int{}
	var names []string
	for n := range all {
		d := &all[n]
		d.Day, d.IssuedAt, d.DueDay = today, now, today+clock.Day(terms[d.CustomerID].days(s.Settings))
		d.State, d.Open = Issued, d.Gross
		switch {
		case d.Kind == ProForma:
			d.State, d.Open = Asked, 0
		case d.Kind == Note:
			d.State, d.Open, d.DueDay = Credited, 0, 0
		case d.Gross == 0:
			d.State = Paid
		}
		d.Series = s.series(d.Kind, today)
		if d.opening() {
			d.Series = openingSeries
		}
		if series[d.Series] == nil {
			names = append(names, d.Series)
		}
		series[d.Series] = append(series[d.Series], n)
	}
	for _, name := range names {
		last, err := s.reserve(tx, name, len(series[name]))
		if err != nil {
			return err
		}
		for i, n := range series[name] {
			all[n].Number = last - int64(len(series[name])) + int64(i) + 1
		}
	}
	return s.book(tx, all)
}

// series names where a document takes its number from.
func (s *Service) series(k Kind, today clock.Day) string {
	name := map[Kind]string{Invoice: s.Settings.String(settings.InvoicePrefix), Note: "CN", ProForma: "PF"}[k]
	if s.Settings.String(settings.InvoiceSeries) == settings.SeriesYear {
		year, _, _ := today.Date()
		name += "-" + strconv.Itoa(year)
	}
	return name
}

// book stores numbers, posts entries and tells of them.
func (s *Service) book(tx *db.Tx, all []Document) error {
	byKind := map[string][]ledger.Entry{}
	if err := s.setNumbers(tx, all); err != nil {
		return err
	}
	for _, d := range all {
		if d.Kind != ProForma {
			e := d.entry(d.IssuedAt)
			byKind[e.Kind] = append(byKind[e.Kind], e)
		}
	}
	for _, kind := range []string{entryInvoice, entryNote} {
		if len(byKind[kind]) > 0 {
			if err := s.Ledger.PostAll(tx, byKind[kind]); err != nil {
				return err
			}
		}
	}
	var owe []int64
	for _, d := range all {
		if d.State == Issued {
			owe = append(owe, d.CustomerID)
		}
		if d.Kind == Note && d.OfID == 0 { // of a run: what was charged too much before is credit now
			from := ledger.Posting{Account: ledger.Receivables, Party: party(d.CustomerID), Amount: money.KES(-d.Gross)}
			if err := s.Purse.Add(tx, d.CustomerID, money.KES(-d.Gross), "credit_note", d.source(), d.Text(), from); err != nil {
				return err
			}
		}
		if d.opening() { // nobody is sent a debt that they know
			continue
		}
		if err := s.Jobs.Emit(tx, FactIssued, idText(d.ID), Fact{d.ID, d.CustomerID}); err != nil {
			return err
		}
	}
	return s.weigh(tx, owe...) // after accounts, as who pays does
}
