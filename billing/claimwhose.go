package billing

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// A receipt's code, which anybody may have read over a shoulder, spends no money by itself. Whoever types it for an order is its
// payer when the order is the one that the money came for, when the order's phone may be the one that paid, or when they know
// how that phone's number ends; or all of it, where the rail tells a hash. Where the rail hides more than that, staff decide.

// digitsAsked is how much of the end of the number that paid is asked for; a mask shows three of it.
const digitsAsked, digitsShown = 4, 3

// Whose is how somebody may show that they paid.
type Whose struct {
	Begins string // how the number begins, as far as it may be told: 254712, or 2547 of a mask; may be empty
	Whole  bool   // all of the number is needed
}

// payers is what is known of who paid a receipt.
type payers struct {
	phones []customers.Phone // who paid, and for whom
	told   string            // the mask or the hash that the rail told
}

func (s *Service) payersOf(tx *db.Tx, r Receipt) (payers, error) {
	p := payers{told: r.Payer}
	paid, _, err := s.provenPhone(tx, r.Payer)
	if err != nil {
		return p, err
	}
	meant := customers.Phone("")
	if r.payerHash != "" {
		meant, err = s.phoneOf(tx, r.payerHash)
	}
	for _, phone := range []customers.Phone{paid, meant} {
		if phone != "" {
			p.phones = append(p.phones, phone)
		}
	}
	return p, err
}

// mayBe says that a phone may be the one that paid.
func (p payers) mayBe(phone customers.Phone) bool {
	return slices.Contains(p.phones, phone) || fitsMask(string(phone), p.told) || phone != "" && strings.EqualFold(strings.TrimSpace(p.told), phone.SHA256())
}

// endsWith compares what was typed, the end of a number or all of it, with as much as is known of its end.
func (p payers) endsWith(typed string) bool {
	if phone, err := customers.ParsePhone(typed); err == nil {
		return p.mayBe(phone)
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, typed)
	if len(digits) != digitsAsked {
		return false
	}
	if _, tail, _ := maskParts(p.told); len(tail) >= digitsShown && strings.HasSuffix(digits, tail[len(tail)-min(len(tail), digitsAsked):]) {
		return true
	}
	return slices.ContainsFunc(p.phones, func(phone customers.Phone) bool { return strings.HasSuffix(string(phone), digits) })
}

// ask is what can be asked of who says that they paid; false when nothing could be compared with the answer.
func (p payers) ask() (Whose, bool) {
	head, tail, _ := maskParts(p.told)
	switch {
	case len(tail) >= digitsShown:
		return Whose{Begins: head}, true
	case len(p.phones) > 0:
		return Whose{Begins: string(p.phones[0][:6])}, true
	}
	return Whose{Whole: true}, payerMark(p.told) != "" // a hash: a mark of a mask has a tail
}

// prove looks whether who typed a receipt for an order, and end as the end of the number that paid, may have its money spent.
// ClaimWhose asks for that end; fault.Denied "receipt.not_whose" when it is wrong, fault.Conflict "receipt.hidden" when there is
// none to compare it with.
func (s *Service) prove(tx *db.Tx, o Order, r Receipt, end string) (c Claimed, err error) {
	c = Claimed{Token: o.Token, State: ClaimFound}
	if r.OrderID == o.ID {
		return c, nil
	}
	who, err := s.payersOf(tx, r)
	if err != nil || who.mayBe(o.Phone) {
		return c, err
	}
	c.State = ClaimWhose
	whose, can := who.ask()
	switch c.Whose = whose; {
	case !can:
		err = fault.New(fault.Conflict, "receipt.hidden")
	case end == "":
	case who.endsWith(end):
		c.State = ClaimFound
	default:
		err = fault.New(fault.Denied, "receipt.not_whose")
	}
	return c, err
}

// proveOrAsk is prove; when more must be shown for money that waits, the order's page asks for it, and staff see what was typed.
func (s *Service) proveOrAsk(ctx context.Context, o Order, p Payment, r Receipt, end string) (c Claimed, err error) {
	var refused error
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		refused = nil
		if c, err = s.prove(tx, o, r, end); c.State != ClaimWhose {
			return err
		}
		if refused = err; r.served() {
			return nil
		}
		kept, err := s.keepClaim(tx, claim{ID: tx.ID(), OrderID: o.ID, TillID: p.TillID, Receipt: r.Number, State: ClaimWhose, secret: seal.RandomHex(16)})
		if err != nil {
			return err
		}
		return s.setClaimTx(tx, kept.ID, ClaimWhose, fault.KeyOf(refused))
	})
	if err == nil {
		err = refused
	}
	return c, err
}
