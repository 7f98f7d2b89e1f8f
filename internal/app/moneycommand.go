package app

import (
	"io"
	"os"
	"time"

	"mtandao/billing"
	"mtandao/billing/railbook"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

type moneyStatementCommand struct {
	withConfig
	File   string `arg:"" placeholder:"FILE" help:"M-Pesa's organisation statement, as CSV or XLSX; - reads standard input."`
	Till   string `placeholder:"KEY" help:"Which till it is of. Default: the one whose short code it says, or the only one."`
	DryRun bool   `name:"dry-run" help:"Tell what it holds and would do, and do nothing."`
	JSON   bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (moneyStatementCommand) Help() string {
	return "Each line is kept once; the same file again, or one that overlaps it, changes nothing. Where the rail took a payment back, what the money had done is\n" +
		"undone: service is suspended, invoices are open again, float and credit go down. A refund of ours is recognised. Rows that cannot be read are named.\n\n" +
		"Example: mtandao money statement statement.csv --till main --dry-run"
}

// statementReport is what a statement held, and what was done with it.
type statementReport struct {
	ShortCode string          `json:"short_code"`
	DryRun    bool            `json:"dry_run"`
	From      string          `json:"from,omitempty"`
	Until     string          `json:"until,omitempty"`
	Rows      int             `json:"rows"`
	Passed    int             `json:"passed"`
	Lines     []statementKind `json:"lines"`
	Fees      int64           `json:"fees_cents"`
	Reversals []statementBack `json:"reversals"`
	Wrong     int             `json:"wrong"`
	Problems  []rowProblem    `json:"problems"`
}

type statementKind struct {
	Kind  string `json:"kind"`
	New   int    `json:"new"`
	Known int    `json:"known"`
	In    int64  `json:"in_cents"`
	Out   int64  `json:"out_cents"`
}

type statementBack struct {
	Row       int    `json:"row"`
	Code      string `json:"code"`
	Receipt   string `json:"receipt"`
	Cents     int64  `json:"cents"`
	State     string `json:"state"`
	Placed    string `json:"placed,omitempty"`
	LostCents int64  `json:"lost_cents,omitempty"`
	Known     bool   `json:"known"`
}

type rowProblem struct {
	Row int    `json:"row"`
	Why string `json:"why"`
}

// Run reads a statement.
func (cmd *moneyStatementCommand) Run(c *console) error {
	do := c.change
	if cmd.DryRun {
		do = c.observe
	}
	return do(&cmd.Config, func(m *Main) error { return cmd.tell(c, m) })
}

func (cmd *moneyStatementCommand) tell(c *console, m *Main) error {
	till, err := m.tillNamed(c, cmd.Till)
	if err != nil {
		return err
	}
	a, err := cmd.read(c, m, till)
	if err != nil {
		return err
	}
	r := statementOf(a, cmd.DryRun)
	if cmd.JSON {
		return c.printJSON(r)
	}
	r.print(c)
	return nil
}

func (cmd *moneyStatementCommand) read(c *console, m *Main, till int64) (*railbook.Account, error) {
	in := c.stdin
	if cmd.File != "-" {
		file, err := os.Open(cmd.File)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, "config.file", err, "Path", cmd.File)
		}
		defer file.Close()
		in = io.Reader(file)
	}
	if cmd.DryRun {
		return m.RailBook.Look(c, in, till)
	}
	return m.RailBook.Take(c, in, till, railbook.By{Actor: "command money statement", From: hostName()})
}

// tillNamed is the till of a key; 0 without one.
func (m *Main) tillNamed(c *console, key string) (int64, error) {
	if key == "" {
		return 0, nil
	}
	tills, err := m.Billing.Tills(c)
	for _, t := range tills {
		if t.Key == key {
			return t.ID, nil
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "till.unknown", "Till", key)
	}
	return 0, err
}

func statementOf(a *railbook.Account, dry bool) statementReport {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	r := statementReport{ShortCode: a.ShortCode, DryRun: dry, From: day(a.First), Until: day(a.Last), Rows: a.Read, Passed: a.Passed, Fees: a.Fees, Wrong: a.Wrong, Lines: []statementKind{}, Reversals: []statementBack{},
		Problems: []rowProblem{}}
	for _, l := range a.Lines {
		if l.Fresh+l.Known > 0 {
			r.Lines = append(r.Lines, statementKind{l.Kind, l.Fresh, l.Known, l.In, l.Out})
		}
	}
	for _, f := range a.Found {
		r.Reversals = append(r.Reversals, statementBack{f.Row, f.Code, f.Receipt, f.Cents, string(f.State), f.Placed, f.Lost, f.Again})
	}
	for _, b := range a.Bad {
		r.Problems = append(r.Problems, rowProblem{b.Row, words.Fault(words.English, b.Fault())})
	}
	return r
}

func (r statementReport) print(c *console) {
	c.printf("till     %s\nrows     %d, %d without a movement, %d wrong\n", r.ShortCode, r.Rows, r.Passed, r.Wrong)
	if r.From != "" {
		c.printf("from     %s\nuntil    %s\n", r.From, r.Until)
	}
	for _, l := range r.Lines {
		c.printf("%-8s %d new, %d known, in %s, out %s\n", l.Kind, l.New, l.Known, money.KES(l.In), money.KES(l.Out))
	}
	if r.Fees != 0 {
		c.printf("fees     %s, booked as payment fees\n", money.KES(r.Fees))
	}
	for _, b := range r.Reversals {
		c.printf("row %d  %s of %s, %s: %s\n", b.Row, b.Code, b.Receipt, money.KES(b.Cents), b.says(r.DryRun))
	}
	for _, p := range r.Problems {
		c.printf("row %d  %s\n", p.Row, p.Why)
	}
	if r.DryRun {
		c.printf("Nothing was changed.\n")
	}
}

// says tells what becomes of a reversal.
func (b statementBack) says(dry bool) string {
	key := "statement.becomes." + b.State
	if b.State == string(billing.ReversalTaken) && !b.Known {
		key = "statement.becomes.taken_" + b.Placed
	}
	text := words.Text(words.English, key)
	if b.LostCents > 0 {
		text += " " + words.Text(words.English, "statement.becomes.lost", "Amount", money.KES(b.LostCents))
	}
	if dry && !b.Known {
		text = words.Text(words.English, "statement.becomes.would") + " " + text
	}
	return text
}
