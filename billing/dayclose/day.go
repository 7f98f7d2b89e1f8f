package dayclose

import (
	"strconv"
	"time"

	"mtandao/internal/clock"
)

// Cause is why something does not agree.
type Cause string

// The causes.
const (
	NotInBooks     Cause = "not_in_books"     // the statement has money that did not arrive here
	NotOnStatement Cause = "not_on_statement" // money arrived here that the statement does not have
	AmountDiffers  Cause = "amount_differs"
	OtherDay       Cause = "other_day"     // it arrived here on another day than the statement says
	Untold         Cause = "untold"        // what arrived at a till after its statement ends, or without one; an item for all of it
	NoNumber       Cause = "no_number"     // money arrived here by a prompt's word, and no receipt names it yet
	NotInLedger    Cause = "not_in_ledger" // what arrived is not what was posted
	NoService      Cause = "no_service"    // the money matches nothing yet, or is on an order that is not paid
	NoMoney        Cause = "no_money"      // an order is paid, and no money is placed on it
	NotTakenBack   Cause = "not_taken_back"
	BackNotTold    Cause = "back_not_told" // taken back here, and the statement does not say so
	BackDiffers    Cause = "back_differs"  // taken back by another amount than the statement says
)

// Causes are all of them, in the order in which they are shown.
var Causes = []Cause{NotInBooks, NotOnStatement, Untold, AmountDiffers, OtherDay, NoNumber, NotInLedger, NoService, NoMoney, NotTakenBack, BackNotTold, BackDiffers}

// Item is one disagreement. Statement and Books are cents; ReceiptID, OrderID and SiteID are 0 where it has none.
type Item struct {
	Cause                      Cause
	TillID, ReceiptID, OrderID int64
	SiteID                     int64
	Receipt                    string
	Statement, Books           int64
	At                         time.Time
}

// Key names an item among those of its day, whenever it is looked for.
func (i Item) Key() string {
	what := i.Receipt
	switch {
	case what != "":
	case i.ReceiptID != 0:
		what = "receipt " + strconv.FormatInt(i.ReceiptID, 10)
	case i.OrderID != 0:
		what = "order " + strconv.FormatInt(i.OrderID, 10)
	}
	return string(i.Cause) + " " + strconv.FormatInt(i.TillID, 10) + " " + what
}

// Cents is the money that an item is about.
func (i Item) Cents() int64 {
	switch i.Cause {
	case AmountDiffers, BackDiffers:
		return max(i.Statement-i.Books, i.Books-i.Statement)
	}
	return max(i.Statement, i.Books)
}

// Till is a till's day in figures. Until is how far its statement tells; zero for a till without one.
//
// By the statement: what came in, was taken back, charged, and left. Here: what arrived, what of it the ledger has, and what it did: it served an order, raised a
// customer's account or a reseller's float, waits, or is gone (taken back, refunded). Elsewhere is told on this day and arrived on another; Strayed the other way round.
type Till struct {
	ID                              int64
	Key, ShortCode                  string
	Until                           time.Time
	Lines, Receipts, Untold         int64
	UntoldCents, Elsewhere, Strayed int64
	In, Back, Charged, Out          int64
	Books, Ledger                   int64
	Served, Raised, Float           int64
	Held, Gone                      int64
}

// Given is what was given for a till's money.
func (t Till) Given() int64 { return t.Served + t.Raised + t.Float }

// Site is what was paid for at a site.
type Site struct{ ID, Orders, Cents int64 }

// Reseller is the day of one of them: what of the tills' money raised their float, what they paid in cash, less what they got back, and the vouchers that they sold, by their prices.
type Reseller struct{ ID, ByTill, InCash, Vouchers, Sold int64 }

// Day is what a look found. More says that there are more items than are told.
type Day struct {
	Day       clock.Day
	Tills     []Till
	Sites     []Site
	Resellers []Reseller
	Items     []Item
	More      bool
	sellers   map[int64]int // where each is among Resellers
}

// Total sums the figures of all tills.
func (d Day) Total() (sum Till) {
	for _, t := range d.Tills {
		sum.Lines, sum.Receipts, sum.Untold, sum.UntoldCents = sum.Lines+t.Lines, sum.Receipts+t.Receipts, sum.Untold+t.Untold, sum.UntoldCents+t.UntoldCents
		sum.Elsewhere, sum.Strayed, sum.Books, sum.Ledger = sum.Elsewhere+t.Elsewhere, sum.Strayed+t.Strayed, sum.Books+t.Books, sum.Ledger+t.Ledger
		sum.In, sum.Back, sum.Charged, sum.Out = sum.In+t.In, sum.Back+t.Back, sum.Charged+t.Charged, sum.Out+t.Out
		sum.Served, sum.Raised, sum.Float, sum.Held, sum.Gone = sum.Served+t.Served, sum.Raised+t.Raised, sum.Float+t.Float, sum.Held+t.Held, sum.Gone+t.Gone
	}
	return sum
}

// reseller is the figures of one of them.
func (d *Day) reseller(id int64) *Reseller {
	n, known := d.sellers[id]
	if !known {
		if d.sellers == nil {
			d.sellers = map[int64]int{}
		}
		n, d.Resellers = len(d.Resellers), append(d.Resellers, Reseller{ID: id})
		d.sellers[id] = n
	}
	return &d.Resellers[n]
}

// mostItems bounds what a look keeps: whoever has more has brought the wrong statement.
const mostItems = 10_000

func (d *Day) add(i Item) {
	if len(d.Items) >= mostItems {
		d.More = true
		return
	}
	d.Items = append(d.Items, i)
}

// till is the figures of a till, which may be gone while its money is not.
func (d *Day) till(id int64) *Till {
	for n := range d.Tills {
		if d.Tills[n].ID == id {
			return &d.Tills[n]
		}
	}
	d.Tills = append(d.Tills, Till{ID: id})
	return &d.Tills[len(d.Tills)-1]
}
