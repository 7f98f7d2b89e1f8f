package app

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

type voucherCommands struct {
	Issue  voucherIssueCommand  `cmd:"" help:"Make a batch of codes."`
	Print  voucherPrintCommand  `cmd:"" help:"Write sheets, slips or messages of a batch to a file; it is on the trail."`
	Prints voucherPrintsCommand `cmd:"" help:"List what is printed in the background; fetch or cancel one."`
	Export voucherExportCommand `cmd:"" help:"Write a table of a batch with its codes in the clear; it is on the trail."`
	Find   voucherFindCommand   `cmd:"" help:"Say what a code or serial number is."`
	Out    voucherOutCommand    `cmd:"" name:"sign-out" help:"Give vouchers to somebody who sells them: from then on they work."`
	Void   voucherVoidCommand   `cmd:"" help:"Kill vouchers by serial numbers, by sheet, by batch or by who has them; or undo that."`
}

// batchLine is a batch as commands tell it.
type batchLine struct {
	Batch int64          `json:"batch"`
	State string         `json:"state"`
	Plan  string         `json:"plan"`
	Size  int            `json:"size"`
	Made  int            `json:"made"`
	Price string         `json:"price"`
	Stock map[string]int `json:"stock,omitempty"`
}

type voucherIssueCommand struct {
	withConfig
	Plan        string        `required:"" placeholder:"KEY" help:"Key of the plan."`
	Site        string        `placeholder:"SLUG" help:"Short name of the site. Default: every site."`
	Count       int           `required:"" help:"How many, 1 to 100,000."`
	Price       string        `placeholder:"KES" help:"Price of one, as in 50 or 49.50. Default: the plan's."`
	Digits      bool          `help:"Digits only, for phones without letters."`
	Length      int           `help:"Random symbols of a code. Default: 9, and 13 of digits only."`
	Prefix      string        `help:"What every code begins with, up to 4 symbols."`
	Group       int           `help:"Symbols between dashes. Default: 5."`
	Live        bool          `help:"They work at once, without being signed out."`
	UnsoldUntil time.Time     `format:"2006-01-02" placeholder:"DATE" help:"Day after which what is not sold is dead."`
	UnusedFor   time.Duration `placeholder:"2160h" help:"How long one may be used after its sale. Default: for good."`
	JSON        bool          `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (voucherIssueCommand) Help() string {
	return "Example: mtandao vouchers issue --plan day --site kasarani --count 1000 --json"
}

// Run makes the batch and waits for it.
func (cmd *voucherIssueCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		wish, err := cmd.wish(c, m)
		if err != nil {
			return err
		}
		b, err := m.Vouchers.Place(c, wish, commandBy("issue"))
		if err == nil {
			progress := c.meter("made", b.Size)
			b, err = m.Vouchers.Make(c, b.ID, progress.at)
			progress.end()
		}
		if err != nil {
			return err
		}
		return c.printBatch(m, b, cmd.JSON)
	})
}

func (cmd *voucherIssueCommand) wish(c *console, m *Main) (w vouchers.Wish, err error) {
	w = vouchers.Wish{Size: cmd.Count, Style: access.CodeStyle{Random: cmd.Length, Digits: cmd.Digits, Prefix: access.FoldCode(cmd.Prefix)}, Group: cmd.Group,
		Live: cmd.Live, UnusedFor: cmd.UnusedFor}
	if day := cmd.UnsoldUntil; !day.IsZero() { // that day, too, in Nairobi
		w.UnsoldUntil = time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, clock.Nairobi)
	}
	all, err := m.Plans.Packages(c)
	if err != nil {
		return w, err
	}
	i := slices.IndexFunc(all, func(p plans.Plan) bool { return p.Key == cmd.Plan })
	if i < 0 {
		return w, fault.New(fault.NotFound, "voucher.no_plan", "Key", cmd.Plan)
	}
	w.PlanID = all[i].ID
	if cmd.Site != "" {
		ids, err := m.sitesNamed([]string{cmd.Site})
		if err != nil {
			return w, err
		}
		w.SiteID = ids[0]
	}
	if cmd.Price != "" {
		w.Price, err = money.Parse(cmd.Price, money.Shilling)
	}
	return w, err
}

func commandBy(what string) vouchers.By {
	return vouchers.By{Actor: "command vouchers " + what, From: hostName()}
}

func (c *console) printBatch(m *Main, b vouchers.Batch, asJSON bool) error {
	stock, err := m.Vouchers.Stock(c, b.ID)
	if err != nil {
		return err
	}
	line := batchLine{Batch: b.Number, State: b.State, Plan: b.PlanKey, Size: b.Size, Made: b.Made, Price: b.Price.String(), Stock: map[string]int{}}
	for key, n := range stock {
		line.Stock[string(key.State)] += n
	}
	if asJSON {
		return c.printJSON(line)
	}
	c.printf("batch %d: %d of %d vouchers for %s at %s\n", b.Number, b.Made, b.Size, b.PlanName(words.English), b.Price)
	return nil
}

// voucherLine is a voucher as commands tell it.
type voucherLine struct {
	Serial  string `json:"serial"`
	Batch   int64  `json:"batch"`
	Plan    string `json:"plan"`
	State   string `json:"state"`
	Paid    bool   `json:"paid"`
	Holder  string `json:"holder,omitempty"`
	Grant   string `json:"grant,omitempty"`
	Alarmed bool   `json:"alarmed"`
}

type voucherFindCommand struct {
	withConfig
	What string `arg:"" help:"A code, in any spelling, or a serial number such as 12-000034."`
	JSON bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (voucherFindCommand) Help() string { return "Example: mtandao vouchers find 12-000034" }

// Run finds it.
func (cmd *voucherFindCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		b, v, err := m.Vouchers.Find(c, cmd.What)
		if err != nil {
			return err
		}
		line := voucherLine{Serial: vouchers.Serial(b.Number, v.Serial), Batch: b.Number, Plan: b.PlanKey, State: string(v.State), Paid: v.Paid, Holder: v.Holder,
			Alarmed: !v.AlarmedAt.IsZero()}
		if v.GrantID != 0 {
			line.Grant = strconv.FormatInt(v.GrantID, 10)
		}
		if cmd.JSON {
			return c.printJSON(line)
		}
		c.printf("%s\n", line.told())
		return nil
	})
}

// told is a line for a person.
func (l voucherLine) told() string {
	paid := "not paid"
	if l.Paid {
		paid = "paid"
	}
	text := l.Serial + "  " + l.Plan + "  " + l.State + "  " + paid
	if l.Holder != "" {
		text += "  with " + l.Holder
	}
	if l.Grant != "" {
		text += "  grant " + l.Grant
	}
	return text
}

type serialRange struct {
	Batch int64 `help:"Number of the batch."`
	First int   `help:"First serial number. Default: 1."`
	Last  int   `help:"Last serial number. Default: the last that is made."`
	Sheet int   `help:"Number of the sheet, with --cards, instead of serial numbers."`
	Cards int   `help:"Cards on a sheet."`
}

func (r serialRange) deed(c *console, m *Main, kind string) (vouchers.Deed, error) {
	b, err := m.Vouchers.ByNumber(c, r.Batch)
	d := vouchers.Deed{Kind: kind, BatchID: b.ID, First: cmp.Or(r.First, 1), Last: cmp.Or(r.Last, b.Made)}
	if err == nil {
		d.First, d.Last, err = b.Chosen(d.First, d.Last, r.Sheet, r.Cards)
	}
	return d, err
}

// deedLine is a deed as commands tell it.
type deedLine struct {
	Deed  string `json:"deed"`
	Kind  string `json:"kind"`
	First int    `json:"first"`
	Last  int    `json:"last"`
	Moved int    `json:"moved"`
	Ended int    `json:"ended"`
	Cents int64  `json:"cents"`
}

func (c *console) printDeeds(all []vouchers.Deed, asJSON bool) error {
	lines := []deedLine{}
	for _, d := range all {
		l := deedLine{Deed: strconv.FormatInt(d.ID, 10), Kind: d.Kind, First: d.First, Last: d.Last, Moved: d.Moved, Ended: d.Ended, Cents: d.Cents}
		if lines = append(lines, l); !asJSON {
			c.printf("%s %s: %d vouchers of %d to %d, %d cut off, %s\n", d.Kind, l.Deed, d.Moved, d.First, d.Last, d.Ended, money.KES(d.Cents))
		}
	}
	if asJSON {
		return c.printJSON(lines)
	}
	return nil
}

type voucherOutCommand struct {
	withConfig
	serialRange
	To   string `required:"" help:"Who has them to sell."`
	Paid bool   `help:"They have paid for them, in cash."`
	JSON bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (voucherOutCommand) Help() string {
	return "Example: mtandao vouchers sign-out --batch 12 --sheet 3 --cards 24 --to 'Mama Njeri' --paid"
}

// Run signs them out.
func (cmd *voucherOutCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		d, err := cmd.deed(c, m, vouchers.DeedSignOut)
		if err != nil {
			return err
		}
		d.Holder, d.Money = cmd.To, cmd.Paid
		done, err := m.Vouchers.Do(c, d, commandBy("sign-out"))
		if err != nil {
			return err
		}
		return c.printDeeds([]vouchers.Deed{done}, cmd.JSON)
	})
}

type voucherVoidCommand struct {
	withConfig
	serialRange
	Holder string `help:"All that somebody has, instead of a batch; or only theirs of a batch. A reseller by the account number, R1001."`
	Cut    bool   `help:"End what used ones gave, too, and cut their sessions."`
	Refund bool   `help:"Their price is paid back, in cash."`
	Reason string `help:"Why."`
	Undo   int64  `help:"Undo a void of this number instead."`
	JSON   bool   `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (voucherVoidCommand) Help() string {
	return "Example: mtandao vouchers void --batch 12 --sheet 3 --cards 24 --cut --reason 'stolen'"
}

// Run kills them, or brings them back.
func (cmd *voucherVoidCommand) Run(c *console) error {
	return c.change(&cmd.Config, func(m *Main) error {
		all, err := cmd.void(c, m)
		if err != nil {
			return err
		}
		return c.printDeeds(all, cmd.JSON)
	})
}

func (cmd *voucherVoidCommand) void(c *console, m *Main) ([]vouchers.Deed, error) {
	switch {
	case cmd.Undo != 0:
		d, err := m.Vouchers.Undo(c, cmd.Undo, commandBy("void"))
		return []vouchers.Deed{d}, err
	case cmd.Batch == 0 && cmd.Holder != "":
		holder, err := cmd.holder(c, m)
		if err != nil {
			return nil, err
		}
		return m.Vouchers.VoidOf(c, holder, cmd.Reason, cmd.Cut, commandBy("void"))
	}
	d, err := cmd.deed(c, m, vouchers.DeedVoid)
	if err != nil {
		return nil, err
	}
	d.Cut, d.Money, d.Reason = cmd.Cut, cmd.Refund, cmd.Reason
	if d.Holder, err = cmd.holder(c, m); err != nil {
		return nil, err
	}
	d, err = m.Vouchers.Do(c, d, commandBy("void"))
	return []vouchers.Deed{d}, err
}

// holder is who has them as vouchers keep it.
func (cmd *voucherVoidCommand) holder(c *console, m *Main) (string, error) {
	id, err := m.Resellers.FloatOf(c, cmd.Holder)
	if err != nil || id == 0 {
		return cmd.Holder, err
	}
	return vouchers.ResellerHolder(id), nil
}
