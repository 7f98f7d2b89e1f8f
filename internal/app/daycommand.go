package app

import (
	"time"

	"mtandao/billing/dayclose"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

type dayCloseCommand struct {
	withConfig
	Day  time.Time `format:"2006-01-02" required:"" help:"The day, as 2026-12-01; one that is over."`
	JSON bool      `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (dayCloseCommand) Help() string {
	return "Compares what the rail's statements say of a day with what arrived in the books and with the service that was given, and lists what does not agree.\n" +
		"Read the statements first: mtandao money statement. Changes nothing; ends with 1 when something is unexplained.\n\n" +
		"Example: mtandao dayclose --day 2026-12-01 --json"
}

// dayReport is a day as the command tells it; all money is cents.
type dayReport struct {
	Day         string      `json:"day"`
	State       string      `json:"state"` // open or closed
	ClosedBy    string      `json:"closed_by,omitempty"`
	Changed     bool        `json:"changed_since_closed"`
	Tills       []dayTill   `json:"tills"`
	Sites       []daySite   `json:"sites"`
	Resellers   []daySeller `json:"resellers"`
	Unexplained int64       `json:"unexplained"`
	Cents       int64       `json:"unexplained_cents"`
	Items       []dayItem   `json:"items"`
	More        bool        `json:"more"`
}

type dayTill struct {
	Till      string `json:"till"`
	ShortCode string `json:"short_code"`
	Until     string `json:"statement_until,omitempty"`
	Lines     int64  `json:"lines"`
	In        int64  `json:"in_cents"`
	Back      int64  `json:"taken_back_cents"`
	Charged   int64  `json:"charged_cents"`
	Out       int64  `json:"out_cents"`
	Receipts  int64  `json:"receipts"`
	Books     int64  `json:"books_cents"`
	Ledger    int64  `json:"ledger_cents"`
	Served    int64  `json:"served_cents"`
	Raised    int64  `json:"raised_cents"`
	Float     int64  `json:"float_cents"` // of resellers
	Held      int64  `json:"held_cents"`
	Gone      int64  `json:"gone_cents"`
	Elsewhere int64  `json:"arrived_other_day_cents"`
	Strayed   int64  `json:"told_other_day_cents"`
}

type daySite struct {
	Site   string `json:"site"`
	Orders int64  `json:"orders"`
	Cents  int64  `json:"cents"`
}

type daySeller struct {
	ID       int64 `json:"id,string"`
	ByTill   int64 `json:"paid_by_till_cents"`
	InCash   int64 `json:"paid_in_cash_cents"`
	Vouchers int64 `json:"vouchers_sold"`
	Sold     int64 `json:"sold_cents"`
}

type dayItem struct {
	Cause     string `json:"cause"`
	Says      string `json:"says"`
	Standing  string `json:"standing"` // left, or explained
	Reason    string `json:"reason,omitempty"`
	Late      bool   `json:"late"` // found after the day was closed
	Till      string `json:"till,omitempty"`
	Receipt   string `json:"receipt,omitempty"`
	ReceiptID int64  `json:"receipt_id,omitempty,string"`
	OrderID   int64  `json:"order_id,omitempty,string"`
	Statement int64  `json:"statement_cents"`
	Books     int64  `json:"books_cents"`
	At        string `json:"at"`
	at        time.Time
}

// Run tells a day; fault.Conflict "dayclose.unexplained" when something of it is.
func (cmd *dayCloseCommand) Run(c *console) error {
	return c.observe(&cmd.Config, func(m *Main) error { return cmd.tell(c, m) })
}

func (cmd *dayCloseCommand) tell(c *console, m *Main) error {
	found, err := m.Days.See(c, clock.Date(cmd.Day.Date()))
	if err != nil {
		return err
	}
	r := m.dayReport(found)
	if cmd.JSON {
		err = c.printJSON(r)
	} else {
		r.print(c)
	}
	if err == nil && r.Unexplained > 0 {
		err = fault.New(fault.Conflict, "dayclose.unexplained", "Count", r.Unexplained, "Amount", money.KES(r.Cents))
	}
	return err
}

func (m *Main) dayReport(v dayclose.View) dayReport {
	d := v.Look
	r := dayReport{Day: d.Day.String(), State: string(v.State), ClosedBy: v.ClosedBy, Changed: v.Changed(), Tills: []dayTill{}, Sites: []daySite{}, Resellers: []daySeller{}, Items: []dayItem{}, More: d.More}
	tills := map[int64]string{}
	for _, t := range d.Tills {
		until := ""
		if !t.Until.IsZero() {
			until = t.Until.Format(time.RFC3339)
		}
		tills[t.ID] = t.Key
		r.Tills = append(r.Tills, dayTill{t.Key, t.ShortCode, until, t.Lines, t.In, t.Back, t.Charged, t.Out, t.Receipts, t.Books, t.Ledger, t.Served, t.Raised, t.Float, t.Held, t.Gone, t.Elsewhere, t.Strayed})
	}
	for _, one := range d.Sites {
		here, _, _ := m.Sites.Get(one.ID) // a site that is gone has no name
		r.Sites = append(r.Sites, daySite{here.Slug, one.Orders, one.Cents})
	}
	for _, one := range d.Resellers {
		r.Resellers = append(r.Resellers, daySeller(one))
	}
	r.Unexplained, r.Cents = v.Left, v.LeftCents
	for _, i := range v.Differences {
		if i.Standing != dayclose.Gone {
			r.Items = append(r.Items, dayItem{string(i.Cause), words.Text(words.English, "dayclose.cause."+string(i.Cause)), string(i.Standing), i.Reason, i.Late, tills[i.TillID], i.Receipt, i.ReceiptID, i.OrderID,
				i.Statement, i.Books, i.At.Format(time.RFC3339), i.At})
		}
	}
	return r
}

func (r dayReport) print(c *console) {
	kes := func(cents int64) string { return money.KES(cents).String() }
	for _, t := range r.Tills {
		c.printf("till %s (%s)\n", t.Till, t.ShortCode)
		c.printf("  statement  %s in, %s taken back, %s charged, %s out, %d lines\n", kes(t.In), kes(t.Back), kes(t.Charged), kes(t.Out), t.Lines)
		c.printf("  ledger     %s of %s that arrived in %d receipts\n", kes(t.Ledger), kes(t.Books), t.Receipts)
		c.printf("  service    %s served, %s to accounts, %s to resellers, %s wait, %s gone\n", kes(t.Served), kes(t.Raised), kes(t.Float), kes(t.Held), kes(t.Gone))
	}
	for _, s := range r.Sites {
		c.printf("site %s: %d orders of %s\n", s.Site, s.Orders, kes(s.Cents))
	}
	var sum daySeller
	for _, s := range r.Resellers {
		sum.ByTill, sum.InCash, sum.Vouchers, sum.Sold = sum.ByTill+s.ByTill, sum.InCash+s.InCash, sum.Vouchers+s.Vouchers, sum.Sold+s.Sold
	}
	if n := len(r.Resellers); n > 0 {
		c.printf("%d resellers paid in %s by tills and %s in cash, and sold %d vouchers of %s\n", n, kes(sum.ByTill), kes(sum.InCash), sum.Vouchers, kes(sum.Sold))
	}
	for _, i := range r.Items {
		name := i.Receipt
		if name == "" {
			name = i.Till
		}
		if i.Reason != "" {
			i.Says += " (" + i.Reason + ")"
		}
		c.printf("%s  %-10s %s: statement %s, books %s\n", i.at.In(clock.Nairobi).Format("02 Jan 15:04"), name, i.Says, kes(i.Statement), kes(i.Books))
	}
	if r.More {
		c.printf("There is more that does not agree.\n")
	}
	if r.ClosedBy != "" {
		c.printf("Closed by %s.\n", r.ClosedBy)
	}
	if r.Changed {
		c.printf("The figures are not those any more that it was closed with.\n")
	}
	c.printf("%s: %d unexplained, %s\n", r.Day, r.Unexplained, kes(r.Cents))
}
