package app

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

type billRunCommand struct {
	withConfig
	AsOf   time.Time `name:"as-of" format:"2006-01-02" placeholder:"DAY" required:"" help:"Bill what is due on this day or before, as 2026-12-01."`
	DryRun bool      `name:"dry-run" help:"Say what would be billed and why, and change nothing."`
	JSON   bool      `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (billRunCommand) Help() string {
	return "Drafts an invoice for every subscription whose billing day has come, each once, and gives those numbers that nobody needs to look at.\n" +
		"What cannot be billed is parked, with why, and the rest goes on. Run again it issues nothing.\n" +
		"A day to come can only be looked at, with --dry-run: bills have the day on which they are issued. A running program does the same by itself.\n\n" +
		"Example: mtandao bill run --as-of 2026-12-01 --dry-run"
}

// billReport is what a bill run did, or would do.
type billReport struct {
	AsOf      string     `json:"as_of"`
	DryRun    bool       `json:"dry_run"`
	Drafts    int64      `json:"drafts"`
	Nothing   int64      `json:"nothing_to_bill"`
	Parked    int64      `json:"parked"`
	Issued    int64      `json:"issued"`
	Documents []billLine `json:"documents,omitempty"` // of a dry run
}

// billLine is a document that a run would make.
type billLine struct {
	Subscription int64    `json:"subscription,string"`
	Customer     int64    `json:"customer,string"`
	Name         string   `json:"name"` // the customer's
	From         string   `json:"from"`
	Until        string   `json:"until"` // the day after
	Cents        int64    `json:"cents"`
	Lines        []string `json:"lines"`
	Problem      string   `json:"problem,omitempty"`
	Together     bool     `json:"together,omitempty"` // on one bill of who pays for several lines
}

// Run bills.
func (cmd *billRunCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error { return cmd.bill(c, m) })
}

func (cmd *billRunCommand) bill(c *console, m *Main) error {
	asOf := clock.Date(cmd.AsOf.Date())
	if today := clock.DayOf(m.Plan.Now()); asOf > today && !cmd.DryRun {
		return fault.New(fault.Invalid, "bill.ahead", "Day", asOf.String(), "Today", today.String())
	}
	found := billReport{AsOf: asOf.String(), DryRun: cmd.DryRun}
	o := invoices.RunOptions{Workers: billWorkers}
	var mu sync.Mutex
	if cmd.DryRun {
		o.Tell = func(d invoices.Due, b invoices.Bill, err error) {
			mu.Lock()
			defer mu.Unlock()
			found.would(d, b, err)
		}
	}
	drafted, err := m.Invoices.Run(c, asOf, m.Due, o)
	if err != nil {
		return err
	}
	if !cmd.DryRun {
		done, err := m.Invoices.Issue(c)
		if err != nil {
			return err
		}
		found.Drafts, found.Nothing, found.Parked, found.Issued = drafted.Drafts, drafted.Nothing, drafted.Parked+done.Parked, done.Issued
	}
	slices.SortStableFunc(found.Documents, func(a, b billLine) int {
		return cmp.Or(cmp.Compare(a.Subscription, b.Subscription), cmp.Compare(a.From, b.From))
	})
	if err := found.name(c, m); err != nil {
		return err
	}
	if cmd.JSON {
		return c.printJSON(found)
	}
	found.print(c)
	return nil
}

// would adds a document that a dry run tells of.
func (r *billReport) would(d invoices.Due, b invoices.Bill, err error) {
	l := billLine{Together: d.Together, Subscription: d.SubscriptionID, Customer: d.CustomerID, From: d.Period.From.String(), Until: d.Period.Until.String(), Cents: b.Gross,
		Lines: b.Explain(func(l invoices.Line) string { return l.CalledAndSays(words.English) })}
	switch {
	case err != nil:
		r.Parked++
		l.Problem = words.Fault(words.English, err)
	case len(b.Lines) == 0:
		r.Nothing++
	default:
		r.Drafts++
	}
	r.Documents = append(r.Documents, l)
}

// name says who would get the documents.
func (r *billReport) name(ctx context.Context, m *Main) error {
	ids := make([]int64, len(r.Documents))
	for n, d := range r.Documents {
		ids[n] = d.Customer
	}
	names, err := m.Invoices.Names(ctx, ids)
	for n, d := range r.Documents {
		r.Documents[n].Name = names[d.Customer]
	}
	return err
}

func (r *billReport) print(c *console) {
	for _, d := range r.Documents {
		c.printf("%s, subscription %d, from %s: %s\n", d.Name, d.Subscription, d.From, money.KES(d.Cents))
		for _, l := range d.Lines {
			c.printf("  %s\n", l)
		}
		if d.Together {
			c.printf("  on one bill with the other lines of who pays for it\n")
		}
		if d.Problem != "" {
			c.printf("  cannot be billed: %s\n", d.Problem)
		}
	}
	if r.DryRun {
		c.printf("%s: %d would be billed, %d cost nothing, %d cannot be billed; nothing was changed\n", r.AsOf, r.Drafts, r.Nothing, r.Parked)
		return
	}
	c.printf("%s: %d drafts, %d cost nothing, %d parked, %d issued\n", r.AsOf, r.Drafts, r.Nothing, r.Parked, r.Issued)
}
