package money

import (
	"math"

	"mtandao/internal/fault"
)

// Shilling is the currency of Kenya.
const Shilling = "KES"

// Amount is money: cents of a currency. The zero Amount has no currency and fits every other.
type Amount struct {
	Cents    int64
	Currency string
}

// KES is so many cents of Kenyan shillings.
func KES(cents int64) Amount { return Amount{Cents: cents, Currency: Shilling} }

// Shillings is so many whole Kenyan shillings.
func Shillings(n int64) Amount { return KES(n * 100) }

// Add is a + b; fault.Invalid "money.currency" or "money.overflow".
func (a Amount) Add(b Amount) (Amount, error) {
	currency, err := common(a, b)
	if err != nil {
		return Amount{}, err
	}
	sum := a.Cents + b.Cents
	if (sum > a.Cents) != (b.Cents > 0) && b.Cents != 0 {
		return Amount{}, fault.New(fault.Invalid, "money.overflow")
	}
	return Amount{Cents: sum, Currency: currency}, nil
}

// Sub is a - b, with Add's faults.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.Cents == math.MinInt64 {
		return Amount{}, fault.New(fault.Invalid, "money.overflow")
	}
	return a.Add(b.Neg())
}

func common(a, b Amount) (string, error) {
	switch {
	case a.Currency == b.Currency || b == Amount{}:
		return a.Currency, nil
	case a == Amount{}:
		return b.Currency, nil
	}
	return "", fault.New(fault.Invalid, "money.currency")
}

// Neg is -a. The smallest int64 has no opposite: Sub refuses it.
func (a Amount) Neg() Amount { return Amount{Cents: -a.Cents, Currency: a.Currency} }

// IsZero says whether there is no money in it.
func (a Amount) IsZero() bool { return a.Cents == 0 }

// IsPositive says whether it is more than nothing.
func (a Amount) IsPositive() bool { return a.Cents > 0 }

// Compare is -1, 0 or 1; fault.Invalid "money.currency".
func (a Amount) Compare(b Amount) (int, error) {
	if _, err := common(a, b); err != nil {
		return 0, err
	}
	switch {
	case a.Cents < b.Cents:
		return -1, nil
	case a.Cents > b.Cents:
		return 1, nil
	}
	return 0, nil
}

// WholeShillings is the amount in units; false when there are cents beside them.
func (a Amount) WholeShillings() (int64, bool) { return a.Cents / 100, a.Cents%100 == 0 }
