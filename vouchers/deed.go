package vouchers

import (
	"time"

	"mtandao/billing/ledger"
)

// Kinds of deeds.
const (
	DeedPrint   = "print"
	DeedSignOut = "sign_out"
	DeedSell    = "sell"
	DeedReturn  = "return"
	DeedVoid    = "void"
	DeedUndo    = "undo" // of a void
	DeedUsed    = "used" // a reseller's, which guests used before it was paid for
)

// Deed is something done with the vouchers of a batch whose serials are First to Last. Those that it does not fit stay as they are.
type Deed struct {
	ID          int64
	Kind        string
	BatchID     int64
	First, Last int
	Done        int    // the last serial dealt with
	Holder      string // who they are signed out to; else only those that they have, unless empty
	Money       bool   // paid for at signing out; given back at voiding
	Cut         bool   // a void ends what used ones gave, too
	Undoes      int64
	Reason      string
	Moved       int // vouchers that it changed
	Ended       int // grants that it ended
	Cents       int64
	By          string
	CreatedAt   time.Time
}

// move is one change of those that a deed makes: vouchers in these states, paid or not, go to another, and their price from an account to another.
type move struct {
	from          []State
	paid          bool
	to            State // empty: back to what they were
	paidAfter     bool
	debit, credit string // empty: no money moves
	earned, above int64  // cents of each that stay with whoever sells it
	priced        bool   // earned and above are written
	whose         string // resellers', the house's, or anybody's
	alive         bool   // only what has not expired
}

// Whose vouchers a move is of. Money of resellers' vouchers is theirs to settle: only Hand moves it.
const (
	ofHouse     = "house"
	ofResellers = "resellers"
)

// moves says what a deed does.
func (d Deed) moves() []move {
	switch d.Kind {
	case DeedPrint:
		return []move{{from: []State{Made}, to: Printed}}
	case DeedSignOut:
		out := move{from: idle, to: SignedOut, alive: true}
		if d.Money {
			out.paidAfter, out.debit, out.credit = true, ledger.Cash, ledger.Vouchers
		}
		return []move{out}
	case DeedSell:
		return []move{{from: []State{SignedOut}, paid: true, to: Sold, paidAfter: true, alive: true, whose: ofHouse},
			{from: []State{SignedOut}, to: Sold, paidAfter: true, debit: ledger.Cash, credit: ledger.Vouchers, alive: true, whose: ofHouse},
			{from: []State{Used}, to: Used, paidAfter: true, debit: ledger.Cash, credit: ledger.VouchersOwed, whose: ofHouse}}
	case DeedReturn:
		return []move{{from: sellable, to: Returned, whose: ofHouse}, {from: sellable, paid: true, to: Returned, debit: ledger.Vouchers, credit: ledger.Cash, whose: ofHouse}}
	case DeedVoid:
		kept := move{from: unused, paid: true, to: Void, paidAfter: true, debit: ledger.Vouchers, credit: ledger.Breakage}
		if !d.Money {
			return []move{{from: unused, to: Void}, kept}
		}
		back := kept // what a reseller paid for is given back where they return it
		back.paidAfter, back.credit, back.whose, kept.whose = false, ledger.Cash, ofHouse, ofResellers
		return []move{{from: unused, to: Void}, back, kept}
	case DeedUndo:
		return []move{{from: []State{Void}}, {from: []State{Void}, paid: true, paidAfter: true, debit: ledger.Breakage, credit: ledger.Vouchers}}
	}
	return nil
}
