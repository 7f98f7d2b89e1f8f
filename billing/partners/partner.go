package partners

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// States of a partner.
const (
	Active = "active"
	Closed = "closed" // shares nothing any more; may still be paid
)

// Partner is somebody with a share in the sales at sites.
type Partner struct {
	ID        int64
	Name      string
	Phone     customers.Phone
	Lang      words.Lang
	State     string
	Sites     []int64
	Share     int64        // in hundredths of a per cent
	Due       money.Amount // not paid out yet
	CreatedAt time.Time
	seq       int64
	next      string // the day to be shared next
}

// Kinds of events.
const (
	Shared  = "shared"   // a day's sales
	PaidOut = "paid_out" // to the partner
)

// How a partner is paid.
const (
	InCash  = "cash"
	ByBank  = "bank"
	ByMPesa = "mpesa" // paid out to the phone by the rail
)

// Event is a day's share or a payout. Amounts are cents.
type Event struct {
	ID, PartnerID, Seq int64
	Kind, Request      string
	Day                string // whose sales are shared, or on which was paid
	Sold, Back         int64  // of a day
	Share              int64  // hundredths of a per cent
	Delta, Balance     int64
	How, Note, By      string
	At                 time.Time
}

const whole = 10_000

// shareOf is a part of an amount in cents; a part of a cent falls to the provider.
func shareOf(cents, share int64) int64 {
	if cents < 0 {
		return -shareOf(-cents, share)
	}
	return cents/whole*share + cents%whole*share/whole
}

// Percent spells a share: "12.5".
func (p Partner) Percent() string {
	text := fmt.Sprintf("%d.%02d", p.Share/100, p.Share%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// ReadShare reads a per cent as somebody types it; fault.Invalid "partner.share".
func ReadShare(typed string) (int64, error) {
	a, err := money.Parse(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(typed), "%")), money.Shilling)
	if err != nil || a.Cents < 1 || a.Cents > whole {
		return 0, fault.New(fault.Invalid, "partner.share")
	}
	return a.Cents, nil
}

func (p Partner) check() error {
	switch {
	case strings.TrimSpace(p.Name) == "" || utf8.RuneCountInString(p.Name) > 80 || !printable(p.Name):
		return fault.New(fault.Invalid, "partner.name")
	case p.Phone == "":
		return fault.New(fault.Invalid, "phone.empty")
	case p.State != Active && p.State != Closed:
		return fault.New(fault.Invalid, "partner.state")
	case p.Share < 1 || p.Share > whole:
		return fault.New(fault.Invalid, "partner.share")
	case len(p.Sites) == 0:
		return fault.New(fault.Invalid, "partner.sites")
	}
	return nil
}

// printable says that a text can be stored and shown: whole letters, on one line.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func (e Event) source() string { return fmt.Sprintf("partner:%d", e.ID) }

// proof is the digest of an event in the books.
func (e Event) proof() string {
	sum := sha256.New()
	for _, part := range []any{e.ID, e.PartnerID, e.Seq, e.Kind, e.Request, e.Day, e.Sold, e.Back, e.Share, e.Delta, e.Balance, e.How, e.Note, e.By, e.At.UnixMilli()} {
		text := fmt.Sprint(part)
		fmt.Fprintf(sum, "%d:%s;", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:40]
}
