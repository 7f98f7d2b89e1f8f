package pdf

import (
	"fmt"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// sums checks that amounts add up.
type sums struct{ err error }

func (s *sums) of(all ...money.Amount) (sum money.Amount) {
	for _, a := range all {
		next, err := sum.Add(a)
		if err != nil && s.err == nil {
			s.err = err
		}
		sum = next
	}
	return sum
}

// equal wants two amounts to be the same; what names them for the log.
func (s *sums) equal(what string, a, b money.Amount) {
	if order, err := a.Compare(b); s.err == nil && (err != nil || order != 0) {
		s.err = fault.Wrap(fault.Internal, "internal", fmt.Errorf("pdf: %s: %v is not %v", what, a, b))
	}
}

func (i Invoice) check() error {
	var s sums
	var lines, taxes, payments money.Amount
	for _, l := range i.Lines {
		lines = s.of(lines, l.Amount)
	}
	for _, t := range i.Taxes {
		taxes = s.of(taxes, t.Amount)
	}
	for _, p := range i.Payments {
		payments = s.of(payments, p.Amount)
	}
	if i.Inclusive {
		s.equal("lines and total", lines, i.Total)
	} else {
		s.equal("lines and net", lines, i.Net)
	}
	s.equal("net with taxes and total", s.of(i.Net, taxes), i.Total)
	if i.Balanced {
		total := i.Total
		if i.Kind == Credit {
			total = total.Neg()
		}
		s.equal("balance", s.of(i.Previous, total, payments.Neg()), i.Owed)
	}
	return s.err
}

func (st Statement) check() error {
	var s sums
	balance, aged := st.Opening, money.Amount{}
	for n, e := range st.Entries {
		balance = s.of(balance, e.Charge, e.Paid.Neg())
		s.equal(fmt.Sprintf("entry %d", n+1), balance, e.Balance)
	}
	s.equal("closing balance", balance, st.Closing)
	for _, a := range st.Ageing {
		aged = s.of(aged, a.Amount)
	}
	if len(st.Ageing) > 0 {
		s.equal("ageing", aged, st.Closing)
	}
	return s.err
}

func (r Receipt) check() error {
	var s sums
	var parts money.Amount
	for _, p := range r.Parts {
		parts = s.of(parts, p.Amount)
	}
	if len(r.Parts) > 0 {
		s.equal("parts and amount", parts, r.Amount)
	}
	return s.err
}
