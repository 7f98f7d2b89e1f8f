package vouchers

import (
	"math/big"
	"strconv"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// States of a batch.
const (
	Making    = "making"
	Ready     = "ready"
	Cancelled = "cancelled"
	Open      = "open" // a shelf: its vouchers are made one by one, as resellers sell them
)

const (
	largest    = 100_000 // vouchers of a batch
	oddsLeast  = 10_000_000
	dearest    = 25_000_000 // cents, as the dearest plan
	longestFix = 4          // symbols of a prefix
	oneDay     = 24 * time.Hour
	longestFor = 5 * 365 * oneDay
)

// Days is a time of so many days; of more than a voucher may wait it is still too long, however many they are.
func Days(n int64) time.Duration {
	return time.Duration(max(-1, min(n, int64(longestFor/oneDay)+1))) * oneDay
}

// Batch is vouchers of one plan at one price, made together. What they give is frozen when it is placed.
type Batch struct {
	ID, Number     int64
	PlanID         int64
	PlanKey        string
	NameEN, NameSW string // of the plan
	Segment        string
	Limits         access.Limits
	Price          money.Amount
	SiteID         int64 // 0: every site
	Size, Made     int
	Style          access.CodeStyle
	Group          int  // symbols between dashes
	Live           bool // may be used at once, without being signed out
	UnsoldUntil    time.Time
	UnusedFor      time.Duration // after its sale; 0: for good
	State          string
	By             string
	CreatedAt      time.Time
}

// PlanName is the plan's name in a language, as it was when the batch was placed.
func (b Batch) PlanName(l words.Lang) string {
	if l == words.Swahili && b.NameSW != "" {
		return b.NameSW
	}
	return b.NameEN
}

// Wish is a batch to be made. An empty Price is the plan's, an empty Style nine random symbols, no Group groups of five.
type Wish struct {
	PlanID, SiteID int64
	Size           int
	Price          money.Amount
	Style          access.CodeStyle
	Group          int
	Live           bool
	UnsoldUntil    time.Time
	UnusedFor      time.Duration
}

// withUsual fills in what was left out.
func (w Wish) withUsual() Wish {
	if w.Style.Random == 0 {
		w.Style.Random = access.LogInCodes.Random
		if w.Style.Digits {
			w.Style.Random = 13
		}
	}
	if w.Group == 0 {
		w.Group = 5
	}
	return w
}

func (w Wish) check(now time.Time) error {
	switch {
	case w.Size < 1 || w.Size > largest:
		return fault.New(fault.Invalid, "voucher.size", "Most", largest)
	case !w.Style.Valid() || len(w.Style.Prefix) > longestFix:
		return fault.New(fault.Invalid, "voucher.style")
	case w.Group < 2 || w.Group > 20:
		return fault.New(fault.Invalid, "voucher.group")
	case w.UnusedFor < 0 || w.UnusedFor > longestFor || !w.UnsoldUntil.IsZero() && (!now.Before(w.UnsoldUntil) || w.UnsoldUntil.After(now.Add(longestFor))):
		return fault.New(fault.Invalid, "voucher.expiry")
	case w.Price.Cents < 0 || w.Price.Cents > dearest || w.Price != (money.Amount{}) && w.Price.Currency != money.Shilling:
		return fault.New(fault.Invalid, "voucher.price", "Most", money.KES(dearest))
	}
	return nil
}

// Odds is how hard codes of one style are to guess.
type Odds struct {
	Live     int64    // codes of as many random symbols that would be in use
	Codes    *big.Int // that there may be
	Shortest int      // random symbols that are enough; 0: none are
}

// Enough says that one live code is found in ten million tries, at best.
func (o Odds) Enough() bool { return enough(o.Codes, o.Live) }

// OneIn is in how many tries a live code is found.
func (o Odds) OneIn() *big.Int { return new(big.Int).Div(o.Codes, big.NewInt(max(o.Live, 1))) }

func enough(codes *big.Int, live int64) bool {
	return codes.Cmp(new(big.Int).Mul(big.NewInt(oddsLeast), big.NewInt(live))) >= 0
}

// codesOf is how many codes of a style there are: its prefix and its check symbol follow from the rest.
func codesOf(s access.CodeStyle) *big.Int {
	return new(big.Int).Exp(big.NewInt(int64(len(s.Alphabet()))), big.NewInt(int64(s.Random)), nil)
}

// tooEasy tells the arithmetic.
func (o Odds) tooEasy(s access.CodeStyle) error {
	return fault.New(fault.Invalid, "voucher.odds", "Symbols", len(s.Alphabet()), "Random", s.Random, "Codes", money.Thousands(o.Codes.String()), "Live", money.Thousands(strconv.FormatInt(o.Live, 10)),
		"OneIn", money.Thousands(o.OneIn().String()), "Shortest", o.Shortest)
}
