package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/support"
	"mtandao/radius"
)

// exported is all that is stored of a customer, for themselves. Secrets are no data of theirs to take along: they are shown on a page of their own.
type exported struct {
	context.Context
	m   *Main
	c   customers.Customer
	out map[string]any
	err error
}

const exportedAtOnce, mostExported = 50, 20_000

// Export implements selfcare.Desk; the trail tells who took it along.
func (d selfDesk) Export(ctx context.Context, c customers.Customer, from string) ([]byte, error) {
	e := &exported{Context: ctx, m: d.m, c: c, out: map[string]any{"made": d.m.Clock.Now().UTC().Format(time.RFC3339)}}
	for _, part := range []func(){e.who, e.bills, e.money, e.lines, e.prompts, e.tickets, e.outside, e.files, e.messages} {
		if part(); e.err != nil {
			return nil, e.err
		}
	}
	if err := d.tell(ctx, c, from, "own data exported", "customer", c.ID); err != nil {
		return nil, err
	}
	return json.MarshalIndent(e.out, "", " ")
}

func stampOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// everyOne reads the rest of a list, page by page.
func everyOne[T any](e *exported, page func(before int64) ([]T, error), id func(T) int64, tell func(T) any) (list []any) {
	list = []any{}
	for before := int64(0); e.err == nil && len(list) < mostExported; {
		some, err := page(before)
		if e.err = err; err != nil || len(some) == 0 {
			return list
		}
		for _, one := range some {
			list = append(list, tell(one))
			before = id(one)
		}
	}
	return list
}

func (e *exported) who() {
	c := e.c
	contacts, e1 := e.m.Customers.Contacts(e, c.ID)
	addresses, e2 := e.m.Customers.Addresses(e, c.ID)
	tags, e3 := e.m.Customers.Tags(e, c.ID)
	old, e4 := e.m.Customers.OldNumbers(e, c.ID)
	if e.err = errors.Join(e1, e2, e3, e4); e.err != nil {
		return
	}
	reached, places := []any{}, []any{}
	for _, one := range contacts {
		reached = append(reached, map[string]any{"kind": one.Kind, "value": one.Value, "person": one.Person, "consents": e.consent(one)})
	}
	for _, a := range addresses {
		places = append(places, map[string]any{"kind": a.Kind, "text": a.Text(), "place": a.At.String()})
	}
	e.out["customer"] = map[string]any{"account": c.Number, "old_numbers": old, "name": c.Name, "kind": c.Kind, "state": c.State, "segment": c.Segment, "language": c.Lang, "kra_pin": c.PIN,
		"bill_day": c.BillDay, "bill_weekday": c.BillWeekday, "payment_days": c.PaymentDays, "tax_exempt": c.TaxExempt, "exempt_certificate": c.ExemptCertificate, "purchase_order": c.PurchaseOrder, "since": stampOf(c.CreatedAt),
		"contacts": reached, "addresses": places, "tags": tags}
	e.out["notes"] = everyOne(e, func(before int64) ([]customers.Note, error) {
		return e.m.Customers.Notes(e, c.ID, before, exportedAtOnce)
	},
		func(n customers.Note) int64 { return n.ID }, func(n customers.Note) any { return map[string]any{"at": stampOf(n.At), "text": n.Text} })
}

var channelOf = map[customers.ContactKind]notify.Channel{customers.ByPhone: notify.SMS, customers.ByEmail: notify.Email}

// consent is what somebody said of messages to a contact.
func (e *exported) consent(c customers.Contact) []any {
	list := []any{}
	said, err := e.m.Notify.Said(e, channelOf[c.Kind], c.Value)
	if err != nil {
		return list // what no message reaches has no consent
	}
	for _, w := range said {
		list = append(list, map[string]any{"at": stampOf(w.At), "about": w.Class, "yes": w.Given, "wording": w.Wording, "from": w.From})
	}
	return list
}

func (e *exported) bills() {
	e.out["documents"] = everyOne(e, func(before int64) ([]invoices.Document, error) {
		return e.m.Invoices.Newest(e, invoices.Filter{CustomerID: e.c.ID}, before, exportedAtOnce)
	}, func(d invoices.Document) int64 { return d.ID }, func(d invoices.Document) any {
		return map[string]any{"number": d.Text(), "kind": d.Kind, "state": d.State, "day": dayText(d.Day), "due": dayText(d.DueDay), "net": money.KES(d.Net).String(), "excise": money.KES(d.Excise).String(),
			"vat": money.KES(d.VAT).String(), "total": money.KES(d.Gross).String(), "open": money.KES(d.Open).String(), "why": d.Why}
	})
}

func dayText(d clock.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func (e *exported) money() {
	e.out["movements"] = everyOne(e, func(before int64) ([]accounts.Event, error) {
		return e.m.Accounts.Events(e, e.c.ID, before, exportedAtOnce)
	},
		func(a accounts.Event) int64 { return a.Seq }, func(a accounts.Event) any {
			return map[string]any{"at": stampOf(a.At), "kind": a.Kind, "how": a.How, "reference": a.Reference, "amount": a.Delta.String(), "credit_after": a.Balance.String(), "note": a.Note}
		})
}

func (e *exported) lines() {
	all, err := e.m.Lines.Of(e, e.c.ID)
	if e.err = err; err != nil {
		return
	}
	list := []any{}
	for _, sub := range all {
		events, e1 := e.m.Lines.Events(e, sub.ID)
		today := clock.DayOf(e.m.Plan.Now())
		days, e2 := e.m.Radius.DaysOf(e, sub.GrantID, (today - 366).String(), today.String())
		open, e3 := e.m.Radius.SessionsOf(e, sub.GrantID)
		past, e4 := e.m.Radius.PastOf(e, sub.GrantID)
		names, e5 := e.m.Access.DeviceNames(e, sub.GrantID)
		_, slots, _, e6 := e.m.Access.View(e, sub.GrantID)
		if e.err = errors.Join(e1, e2, e3, e4, e5, e6); e.err != nil {
			return
		}
		st := sub.State
		history, use, sessions, devices, equipment := []any{}, []any{}, []any{}, []any{}, []any{}
		for _, one := range events {
			history = append(history, map[string]any{"what": one.Kind, "at": stampOf(one.At), "recorded": stampOf(one.Recorded)})
		}
		for _, u := range days {
			use = append(use, map[string]any{"day": u.Day, "seconds": u.Seconds, "up": u.BytesUp, "down": u.BytesDown})
		}
		for _, o := range open {
			sessions = append(sessions, usedSession(o.Session, time.Time{}))
		}
		for _, o := range past {
			sessions = append(sessions, usedSession(o.Session, o.EndedAt))
		}
		for _, slot := range slots {
			if slot.MAC != "" {
				devices = append(devices, map[string]any{"mac": slot.MAC.Colons(), "name": names[slot.MAC], "since": stampOf(slot.BoundAt)})
			}
		}
		for _, q := range st.Equipment {
			equipment = append(equipment, map[string]any{"name": q.Name, "serial": q.Serial, "mac": q.MAC, "loaned": q.Loaned, "back": q.Back})
		}
		list = append(list, map[string]any{"plan": st.Sold.PlanKey, "state": st.Status, "login": st.Login.Name, "address": st.Login.Own.IPv4, "installed": st.Place.Installed, "began": stampOf(st.StartedAt),
			"paid_to": stampOf(st.PaidTo), "deposit": st.Deposit.String(), "contract_until": stampOf(st.Contract.Until), "history": history, "use_by_day": use, "sessions": sessions, "devices": devices, "equipment": equipment})
	}
	e.out["lines"] = list
}

func usedSession(s radius.Session, ended time.Time) map[string]any {
	return map[string]any{"from": stampOf(s.StartedAt), "until": stampOf(ended), "mac": s.MAC.Colons(), "ip": s.IP, "seconds": s.Seconds, "up": s.BytesUp, "down": s.BytesDown}
}

// prompts are the phones that were asked for money, and whether one is asked by itself.
func (e *exported) prompts() {
	asks, err := e.m.Prompts.Asks(e, e.c.ID, exportedAtOnce)
	if e.err = err; err != nil {
		return
	}
	list := []any{}
	for _, a := range asks {
		list = append(list, map[string]any{"at": stampOf(a.At), "cause": a.Cause, "amount": a.Order.Price.String(), "phone": a.Order.Phone, "state": a.Payment.State})
	}
	e.out["prompts"] = list
	agreed, err := e.m.Prompts.Agreed(e, e.c.ID)
	if e.err = err; err == nil && agreed != nil {
		e.out["prompted_by_itself"] = map[string]any{"phone": agreed.Phone, "who": agreed.Who, "since": stampOf(agreed.At)}
	}
}

// messages are what was sent to them, without codes.
func (e *exported) messages() {
	e.out["messages"] = everyOne(e, func(before int64) ([]notify.Told, error) {
		return e.m.Notify.OfCustomer(e, e.c.ID, before, exportedAtOnce)
	},
		func(m notify.Told) int64 { return m.ID }, func(m notify.Told) any {
			return map[string]any{"at": stampOf(m.CreatedAt), "channel": m.Channel, "to": m.To, "state": m.State, "subject": m.Subject, "text": m.Text}
		})
}

func (e *exported) tickets() {
	e.out["tickets"] = everyOne(e, func(before int64) ([]support.Ticket, error) {
		return e.m.Tickets.OfCustomer(e, e.c.ID, before, exportedAtOnce)
	},
		func(t support.Ticket) int64 { return t.ID }, func(t support.Ticket) any {
			said := everyOne(e, func(before int64) ([]support.Event, error) {
				return e.m.Tickets.History(e, t.ID, before, exportedAtOnce)
			},
				func(h support.Event) int64 { return h.ID }, func(h support.Event) any {
					return map[string]any{"at": stampOf(h.At), "kind": h.Kind, "channel": h.Channel, "text": h.Text}
				})
			return map[string]any{"reference": t.Reference, "subject": t.Subject, "state": t.State, "opened": stampOf(t.OpenedAt), "complaint": t.Complaint, "history": said}
		})
}
