package vouchers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// State is where a voucher is in its life.
type State string

// The states.
const (
	Made      State = "made"
	Printed   State = "printed"
	SignedOut State = "signed_out" // with whoever sells it
	Sold      State = "sold"
	Returned  State = "returned"
	Used      State = "used"
	Void      State = "void"
	Expired   State = "expired"
)

// Voucher is a code with its serial number; Code is empty unless it may be shown.
type Voucher struct {
	ID, BatchID int64
	Serial      int
	Code        access.Code
	State, Was  State // Was: before it was void
	Paid        bool  // the provider has its price
	Holder      string
	GrantID     int64
	ExpiresAt   time.Time
	UsedAt      time.Time
	AlarmedAt   time.Time // somebody tried to use it before it was signed out
	Prints      int       // how often it had been on paper before; Export alone knows
	deedID      int64
	earned      int64 // cents of its price that stayed with its holder
	above       int64 // and with the reseller above
}

// sellable are the states in which a voucher is out among people; idle those in which it is in a drawer.
var (
	sellable = []State{SignedOut, Sold}
	idle     = []State{Made, Printed, Returned}
	unused   = slices.Concat(idle, sellable)
)

// usableIn are the states in which a batch's vouchers may be used.
func (b Batch) usableIn() []State {
	switch {
	case b.State == Cancelled:
		return nil
	case b.Live:
		return unused
	}
	return sellable
}

// Serial is how a voucher is named on paper: batch and number.
func Serial(batch int64, serial int) string { return fmt.Sprintf("%d-%06d", batch, serial) }

var serialForm = regexp.MustCompile(`^#?([0-9]{1,9})-([0-9]{6})$`)

// ReadSerial reads what Serial wrote.
func ReadSerial(typed string) (batch int64, serial int, ok bool) {
	m := serialForm.FindStringSubmatch(typed)
	if m == nil {
		return 0, 0, false
	}
	batch, _ = strconv.ParseInt(m[1], 10, 64)
	serial, _ = strconv.Atoi(m[2])
	return batch, serial, serial > 0
}

// Sheet is the range of serials on sheet n, counted from 1, of paper with so many cards a sheet; none when there is no such sheet.
func (b Batch) Sheet(n, cards int) (first, last int) {
	if n < 1 || n > largest || cards < 1 || cards > largest {
		return 0, 0
	}
	return (n-1)*cards + 1, min(n*cards, b.Size)
}

// Chosen is the range that somebody chose: a sheet with its cards goes before serials. A sheet without the number of its cards, or cards without a sheet, is no
// choice: fault.Invalid "voucher.sheet".
func (b Batch) Chosen(first, last, sheet, cards int) (int, int, error) {
	if sheet == 0 && cards == 0 {
		return first, last, nil
	}
	if first, last = b.Sheet(sheet, cards); first == 0 || first > b.Made {
		return 0, 0, fault.New(fault.Invalid, "voucher.sheet")
	}
	return first, last, nil
}
