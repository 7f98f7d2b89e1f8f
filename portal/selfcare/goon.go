package selfcare

import (
	"net/url"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// goOn is what a customer pays for first and does then: it goes from the page of its price through the pages of paying and back, stamped for this sign-in, so that no
// address of another's makes a button.
type goOn struct{ Line, Do, Wants, How, Request string }

func (q *request) stamped(g goOn) string {
	what := strings.Join([]string{g.Line, g.Do, g.Wants, g.How}, ".")
	return what + "." + q.face.stamps.Make("go on", what, q.token)
}

// goingOn reads it again; nothing when it is not ours.
func (q *request) goingOn() (g goOn, text string) {
	if text = q.Query("go"); q.Method() == "POST" {
		text = q.typed("go")
	}
	n := strings.LastIndexByte(text, '.')
	if n < 0 || !q.face.stamps.Valid(text[n+1:], "go on", text[:n], q.token) {
		return g, ""
	}
	part := strings.Split(text[:n], ".")
	return goOn{Line: part[0], Do: part[1], Wants: part[2], How: part[3], Request: q.once()}, text
}

// goes is the address of the page of paying, with what is done after and which bill is paid first.
func goes(text string, first *bill) string {
	with := url.Values{}
	if text != "" {
		with.Set("go", text)
	}
	if first != nil {
		with.Set("bill", strconv.FormatInt(first.ID, 10))
	}
	if len(with) == 0 {
		return root + "/pay"
	}
	return root + "/pay?" + with.Encode()
}

// toPay is what is paid first, from which phone.
type toPay struct{ Sum, Owe, Amount, Phone, Once, Go string }

// missing says on a page what is to be paid first: money pays open bills before it is held for anything else.
func (f *Face) missing(q *request, m *manage, due money.Amount) error {
	held, err := f.Accounts.Balances(q.ctx, []int64{q.who.ID})
	if err != nil || !due.IsPositive() || held[q.who.ID].Cents >= due.Cents {
		return err
	}
	st, err := f.Bills.StandingOf(q.ctx, q.who.ID, q.today())
	if err != nil {
		return err
	}
	pay := &toPay{Once: q.once(), Go: q.stamped(goOn{Line: m.ID, Do: m.Sure.Do, Wants: m.Wants, How: m.How})}
	cents := due.Cents - max(0, held[q.who.ID].Cents)
	m.Sure.Pay, m.Sure.Costs = pay, q.T("my.sure.price", "Amount", due.String())
	if c := held[q.who.ID]; c.IsPositive() {
		m.Sure.Costs += " " + q.T("my.sure.held", "Amount", c.String())
	}
	if st.Open.IsPositive() {
		pay.Owe, cents = st.Open.String(), cents+st.Open.Cents
	}
	shillings := (cents + 99) / 100 // phones are asked for whole ones
	pay.Sum, pay.Amount = money.Shillings(shillings).String(), strconv.FormatInt(shillings, 10)
	if _, err := f.Tills.TillFor(q.ctx, q.who.SiteID); err != nil {
		pay.Once = ""
		if fault.Is(err, fault.Unavailable) {
			err = nil
		}
		return err
	}
	phones, err := f.Customers.FirstPhones(q.ctx, []int64{q.who.ID})
	if phones[q.who.ID] != "" {
		pay.Phone = phones[q.who.ID].Local()
	}
	return err
}
