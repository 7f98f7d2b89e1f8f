package resellers

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/vouchers"
)

// States of a reseller.
const (
	Active = "active"
	Closed = "closed" // sells nothing; may still give back and pay
)

// Terms say when a reseller pays for paper.
const (
	Prepaid     = "prepaid"     // when it is signed out
	Consignment = "consignment" // when it is sold or used
)

// Reseller is somebody who sells vouchers for the provider.
type Reseller struct {
	ID, Number int64 // Number is what they pay to: account R1001
	Name       string
	Phone      customers.Phone
	Lang       words.Lang
	State      string
	ParentID   int64 // whose sub-reseller this is; 0: nobody's. A sub-reseller has none below
	Terms      string
	Limit      money.Amount // that may be owed, with what is on consignment
	Balance    money.Amount // float, or debt below zero
	Commission Commission
	Sites      []int64 // where they sell; empty: everywhere
	Plans      []int64 // what they sell; empty: all
	CreatedBy  string
	CreatedAt  time.Time
	seq        int64
}

// firstNumber is the first reseller's.
const firstNumber = 1001

const mostOwed = 100_000_000 // cents

// Holder is how the reseller stands in vouchers.
func (r Reseller) Holder() string { return vouchers.ResellerHolder(r.ID) }

// Account is what a reseller types when paying to the paybill.
func (r Reseller) Account() string { return accountOf(r.Number) }

// Owes is what the reseller owes, zero when they have float.
func (r Reseller) Owes() money.Amount { return money.KES(max(-r.Balance.Cents, 0)) }

// Float is what the reseller has paid in and not sold for.
func (r Reseller) Float() money.Amount { return money.KES(max(r.Balance.Cents, 0)) }

// SellsAt says whether the reseller sells at a site.
func (r Reseller) SellsAt(siteID int64) bool {
	return len(r.Sites) == 0 || slices.Contains(r.Sites, siteID)
}

// Sells says whether the reseller sells a plan.
func (r Reseller) Sells(planID int64) bool {
	return len(r.Plans) == 0 || slices.Contains(r.Plans, planID)
}

// check says what is wrong with what somebody typed of a reseller.
func (r Reseller) check() error {
	name := strings.TrimSpace(r.Name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > 80 || !vouchers.Printable(name):
		return fault.New(fault.Invalid, "reseller.name")
	case r.Phone == "":
		return fault.New(fault.Invalid, "phone.empty")
	case r.Terms != Prepaid && r.Terms != Consignment:
		return fault.New(fault.Invalid, "reseller.terms")
	case r.State != Active && r.State != Closed:
		return fault.New(fault.Invalid, "reseller.state")
	}
	return r.checkLimit()
}

func (r Reseller) checkLimit() error {
	if r.Limit.Cents < 0 || r.Limit.Cents > mostOwed {
		return fault.New(fault.Invalid, "reseller.limit", "Most", money.KES(mostOwed))
	}
	return nil
}
