package billrun

import (
	"context"
	"strconv"

	"mtandao/billing/accounts"
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// payment is what somebody does on a day: money for a customer, or money that goes back.
type payment struct {
	customerID, cents int64
	how               string
	bounces           clock.Day // days after which it goes back; 0: it does not
	again             clock.Day // days after which it is paid once more
	toID              int64     // to whom it is paid by mistake; 0: to whom it should
	back              int64     // the event that goes back
	why               string
	slip              clock.Day // days after which somebody finds whose it is that was paid by paybill under a mistyped account; 0: it was not
	receipt           string    // by which it came
}

// meetsBills plans what becomes of the invoices of a day.
func (s *story) meetsBills(today clock.Day) {
	s.Helper()
	rows, err := s.DB.SQL().Query("SELECT customer_id, open_cents FROM invoices WHERE day = ? AND state = 'issued' AND kind = 'invoice' AND open_cents > 0 ORDER BY number", today.String())
	if err != nil {
		s.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		p := payment{how: accounts.ByCash}
		if err := rows.Scan(&p.customerID, &p.cents); err != nil {
			s.Fatal(err)
		}
		on := today + clock.Day(s.r.IntN(14))
		if s.r.IntN(2) == 0 {
			if p.how = byPaybill; s.r.IntN(10) == 0 {
				p.slip = clock.Day(1 + s.r.IntN(20))
			}
		}
		switch habit := s.r.IntN(100); {
		case habit < 55:
		case habit < 80:
			on += clock.Day(15 + s.r.IntN(50))
		case habit < 86:
			part := p
			part.cents = max(100, p.cents/3)
			s.paying[on] = append(s.paying[on], part)
			p.cents, on = max(100, p.cents-part.cents), on+clock.Day(10+s.r.IntN(30))
		case habit < 90:
			p.cents += 1_000_00
		case habit < 92:
			p.how, p.bounces, p.again, p.why = byPaybill, clock.Day(1+s.r.IntN(25)), clock.Day(s.r.IntN(30)), "the rail took it back"
			if s.r.IntN(2) == 0 {
				p.slip = clock.Day(1 + s.r.IntN(20))
			}
		case habit < 94:
			p.slip = 0
			p.how, p.bounces, p.again, p.why = accounts.ByCheque, clock.Day(2+s.r.IntN(20)), clock.Day(s.r.IntN(30)), "the cheque bounced"
		case habit < 97:
			p.how, p.slip = accounts.ByCash, 0
			p.toID, p.bounces, p.again, p.why = s.lines[s.r.IntN(len(s.lines))].CustomerID, clock.Day(1+s.r.IntN(20)), 1, "another's account"
		default: // never
			continue
		}
		s.paying[on] = append(s.paying[on], p)
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
}

// pay does what is to be done on a day.
func (s *story) pay(today clock.Day) {
	s.Helper()
	ctx, by := context.Background(), accounts.By{Actor: "clerk"}
	for _, p := range s.paying[today] {
		if p.how == byPaybill {
			s.byPaybill(p, today)
			continue
		}
		to := p.customerID
		if p.toID != 0 {
			to = p.toID
		}
		if p.back != 0 {
			if _, err := s.accounts.ReturnTaking(ctx, to, p.back, p.why, by); err != nil {
				s.Fatal(err)
			}
			s.returned++
			s.rail.moved[to] -= p.cents
			s.rail.counter[p.how] -= p.cents
			if p.again != 0 {
				on := today + p.again
				s.paying[on] = append(s.paying[on], payment{customerID: p.customerID, cents: p.cents, how: accounts.ByCash})
			}
			continue
		}
		id := strconv.FormatInt(s.DB.ID(), 10)
		e, err := s.accounts.TakeAtCounter(ctx, accounts.Taking{Request: id, CustomerID: to, How: p.how, Reference: id, Amount: money.KES(p.cents)}, by)
		if err != nil {
			s.Fatal(err)
		}
		s.rail.moved[to] += p.cents
		s.rail.counter[p.how] += p.cents
		if p.bounces != 0 {
			p.back = e.ID
			s.paying[today+p.bounces] = append(s.paying[today+p.bounces], p)
		}
	}
	delete(s.paying, today)
}
