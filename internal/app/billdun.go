package app

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

type billDunCommand struct {
	withConfig
	AsOf   time.Time `name:"as-of" format:"2006-01-02" placeholder:"DAY" required:"" help:"Take the steps of this day, as 2026-12-01; another than today is for a dry run."`
	DryRun bool      `name:"dry-run" help:"Say what would be done about whom and why, and change nothing."`
	JSON   bool      `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (billDunCommand) Help() string {
	return "Takes the steps of the table of late payers that are due on a day: reminders, fees, slow internet, walled garden, suspension, end. Each is\n" +
		"taken once for an invoice; run again it does nothing. A running program does the same by itself, between 8:00 and 18:00.\n\n" +
		"Example: mtandao bill dun --as-of 2026-12-01 --dry-run"
}

// dunReport is what was done about late payers, or would be.
type dunReport struct {
	AsOf   string    `json:"as_of"`
	DryRun bool      `json:"dry_run"`
	Done   int64     `json:"done"`
	Held   int64     `json:"held"` // by a promise, or because the customer is only reminded
	Steps  []dunLine `json:"steps,omitempty"`
}

// dunLine is a step that would be taken.
type dunLine struct {
	Invoice  string `json:"invoice"`
	Customer string `json:"customer"`
	Due      string `json:"due"`
	Days     int    `json:"days_late"`
	Cents    int64  `json:"open_cents"`
	Step     string `json:"step"`
	After    int    `json:"after_days"`
	FeeCents int64  `json:"fee_cents,omitempty"`
	Held     string `json:"held_by,omitempty"`
	open     string
}

// Run takes the steps.
func (cmd *billDunCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error { return cmd.dun(c, m) })
}

func (cmd *billDunCommand) dun(c *console, m *Main) (err error) {
	asOf := clock.Date(cmd.AsOf.Date())
	found := dunReport{AsOf: asOf.String(), DryRun: cmd.DryRun}
	switch {
	case cmd.DryRun:
		err = found.foresee(c, m, asOf)
	case asOf != clock.DayOf(m.Plan.Now()):
		err = fault.New(fault.Invalid, "dunning.other_day")
	default:
		found.Done, err = m.Invoices.Dun(c)
	}
	if err != nil {
		return err
	}
	if cmd.JSON {
		return c.printJSON(found)
	}
	found.print(c)
	return nil
}

func (r *dunReport) foresee(ctx context.Context, m *Main, asOf clock.Day) error {
	var all []invoices.Doing
	err := m.Invoices.Foresee(ctx, asOf, func(d invoices.Doing) { all = append(all, d) })
	if err != nil {
		return err
	}
	var ids []int64
	for _, d := range all {
		ids = append(ids, d.CustomerID)
	}
	names, err := m.Invoices.Names(ctx, ids)
	for _, d := range all {
		if d.Held == "" {
			r.Done++
		} else {
			r.Held++
		}
		r.Steps = append(r.Steps, dunLine{Invoice: d.Text, Customer: names[d.CustomerID], Due: d.DueDay.String(), Days: d.Days, Cents: d.Open.Cents, Step: string(d.Step.Action), After: d.Step.After,
			FeeCents: d.Step.Cents, Held: string(d.Held), open: d.Open.String()})
	}
	return err
}

// heldBy says why a step is not taken.
var heldBy = map[string]string{string(invoices.HeldVIP): "; held, because this customer is only reminded", string(invoices.HeldPromise): "; held, because they promised to pay",
	string(invoices.HeldPrompt): "; held, because their phone is asked for it first"}

func (l dunLine) says() string {
	when := fmt.Sprintf("due on %s, %d days late", l.Due, l.Days)
	if l.Days <= 0 {
		when = "due on " + l.Due
	}
	return fmt.Sprintf("%s of %s, %s open, %s: %s (step of day %d)%s", l.Invoice, l.Customer, l.open, when, l.Step, l.After, heldBy[l.Held])
}

func (r *dunReport) print(c *console) {
	for _, l := range r.Steps {
		c.printf("%s\n", l.says())
	}
	if r.DryRun {
		c.printf("%s: %d steps would be taken, %d are held; nothing was changed\n", r.AsOf, r.Done, r.Held)
		return
	}
	c.printf("%s: %d steps taken\n", r.AsOf, r.Done)
}
