package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
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
	bills     map[billOf]int
}

// billOf is the one bill of somebody's lines whose periods begin on a day.
type billOf struct {
	payer int64
	from  clock.Day
}

// billLine is a document that a run would make.
type billLine struct {
	Subscription int64      `json:"subscription,string"` // 0: one bill of several lines, which are its parts
	Customer     int64      `json:"customer,string"`
	Name         string     `json:"name"` // the customer's
	From         string     `json:"from"`
	Until        string     `json:"until"` // the day after
	Cents        int64      `json:"cents"`
	Lines        []string   `json:"lines"`
	Problem      string     `json:"problem,omitempty"`
	Parts        []billPart `json:"parts,omitempty"`
	told         int        // lines of its parts
}

// billPart is what one line's period would be on one bill of several.
type billPart struct {
	Subscription int64    `json:"subscription,string"`
	Customer     int64    `json:"customer,string"`
	Line         string   `json:"line"` // whose, and where
	Cents        int64    `json:"cents"`
	Lines        []string `json:"lines"`
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
	if err == nil && cmd.DryRun {
		err = m.Invoices.TellWaiting(c, asOf, o.Tell)
	}
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
	found.sort()
	if err := found.name(c, m); err != nil {
		return err
	}
	if cmd.JSON {
		return c.printJSON(found)
	}
	found.print(c)
	return nil
}

// would adds a document that a dry run tells of, or a part to its bill.
func (r *billReport) would(d invoices.Due, b invoices.Bill, err error) {
	lines := b.Explain(func(l invoices.Line) string { return l.CalledAndSays(words.English) })
	if d.Together {
		r.gather(d, billPart{d.SubscriptionID, d.CustomerID, d.Line, b.Gross, lines})
		return
	}
	l := billLine{Subscription: d.SubscriptionID, Customer: d.CustomerID, From: d.Period.From.String(), Until: d.Period.Until.String(), Cents: b.Gross, Lines: lines}
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

// gather puts a part onto the last bill of who pays for it, of its day, or onto another when there is no room.
func (r *billReport) gather(d invoices.Due, p billPart) {
	if r.bills == nil {
		r.bills = map[billOf]int{}
	}
	key := billOf{d.PayerID, d.Period.From}
	n, is := r.bills[key]
	if !is || !invoices.Room(len(r.Documents[n].Parts), r.Documents[n].told, len(p.Lines)) {
		n = len(r.Documents)
		r.bills[key] = n
		r.Documents = append(r.Documents, billLine{Customer: d.PayerID, From: d.Period.From.String()})
		r.Drafts++
	}
	bill := &r.Documents[n]
	bill.Until, bill.Cents, bill.told = max(bill.Until, d.Period.Until.String()), bill.Cents+p.Cents, bill.told+len(p.Lines)
	bill.Parts = append(bill.Parts, p)
}

// sort puts documents, and the parts of each, by their lines and days; bills of several first.
func (r *billReport) sort() {
	slices.SortStableFunc(r.Documents, func(a, b billLine) int {
		return cmp.Or(cmp.Compare(a.Subscription, b.Subscription), cmp.Compare(a.From, b.From), cmp.Compare(a.Customer, b.Customer))
	})
	for _, d := range r.Documents {
		slices.SortStableFunc(d.Parts, func(a, b billPart) int {
			return cmp.Or(strings.Compare(a.Line, b.Line), cmp.Compare(a.Subscription, b.Subscription))
		})
	}
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
		if len(d.Parts) > 0 {
			d.printBill(c)
			continue
		}
		c.printf("%s, subscription %d, from %s: %s\n", d.Name, d.Subscription, d.From, money.KES(d.Cents))
		for _, l := range d.Lines {
			c.printf("  %s\n", l)
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

// printBill prints one bill of several lines, with its parts.
func (l billLine) printBill(c *console) {
	c.printf("%s, one bill of %d lines, from %s: %s\n", l.Name, len(l.Parts), l.From, money.KES(l.Cents))
	for _, p := range l.Parts {
		c.printf("  %s, subscription %d: %s\n", p.Line, p.Subscription, money.KES(p.Cents))
		for _, line := range p.Lines {
			c.printf("    %s\n", line)
		}
	}
}
