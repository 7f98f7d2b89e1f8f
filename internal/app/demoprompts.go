package app

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/prompts"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// demoPrompted are homes whose bill is due today, and what they do when M-Pesa asks them by itself. The last does nothing: its prompt stays open, for the
// rail never says what became of it.
var demoPrompted = []struct {
	name, phone, who string
	lang             words.Lang
	bob              int64
	act              safaricom.Act
	faults           safaricom.Faults
}{
	{"Esther Moraa", "0711 200 011", "Esther Moraa", words.English, 2_500, safaricom.Approve, safaricom.Faults{}},
	{"Juma Bakari", "0711 200 012", "Juma Bakari", words.Swahili, 1_500, safaricom.Cancel, safaricom.Faults{}},
	{"Sharon Achieng", "0711 200 013", "her mother, who pays", words.English, 4_500, safaricom.Ignore, safaricom.Faults{LoseCallback: true, QueryPending: true, ConfirmPushes: true}},
}

// seedPrompts has the demo's homes asked for a bill on its due day, once.
func (s *Stage) seedPrompts(ctx context.Context) error {
	if _, err := s.Main.Customers.FindNow(ctx, demoPrompted[0].phone); !fault.Is(err, fault.NotFound) {
		return err
	}
	for _, d := range demoPrompted {
		phone, err := customers.ParsePhone(d.phone)
		if err != nil {
			return err
		}
		who, err := s.promptedHome(ctx, d.name, phone, d.lang, d.who)
		if err == nil {
			err = s.dueToday(ctx, who, money.Shillings(d.bob))
		}
		if err == nil {
			err = s.promptToday(ctx, who, phone, d.act, d.faults)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Stage) promptedHome(ctx context.Context, name string, phone customers.Phone, lang words.Lang, agreed string) (c customers.Customer, err error) {
	m := s.Main
	err = m.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err = m.Customers.Create(tx, customers.Customer{Kind: customers.Person, Name: name, SiteID: s.seeded.sites["kasarani"].ID, Lang: lang},
			[]customers.Contact{{Kind: customers.ByPhone, Value: string(phone), ForBills: true, ForAlerts: true}}, customers.By{Actor: demoMember})
		return err
	})
	if err == nil {
		_, err = m.Prompts.Agree(ctx, c.ID, string(phone), agreed, prompts.By{Actor: demoMember})
	}
	return c, err
}

// dueToday bills a home so that it is to pay today: nobody has so short a time but for the time that this takes.
func (s *Stage) dueToday(ctx context.Context, who customers.Customer, a money.Amount) error {
	m := s.Main
	usual := m.Settings.Int(settings.InvoiceDueDays)
	d, err := m.Invoices.Write(ctx, invoices.NewDocument{Request: fmt.Sprint("demo-due:", who.ID), Kind: invoices.Invoice, CustomerID: who.ID,
		Lines: []invoices.NewLine{{Name: "Nyumbani 10 Mbps", Supply: taxes.Internet, Quantity: 1, Amount: a, Inclusive: true}}}, invoices.By{Actor: demoMember})
	if err == nil {
		err = s.dueDays(ctx, 0)
	}
	if err == nil {
		_, err = m.Invoices.IssueOne(ctx, d.ID)
	}
	if e := s.dueDays(context.WithoutCancel(ctx), usual); err == nil {
		err = e
	}
	return err
}

func (s *Stage) dueDays(ctx context.Context, days int) error {
	m := s.Main
	if err := m.DB.InTx(ctx, func(tx *db.Tx) error { return m.Settings.Set(tx, settings.InvoiceDueDays, strconv.Itoa(days)) }); err != nil {
		return err
	}
	return m.Settings.Refresh(ctx)
}

// promptRings is how long a demo waits for a phone to ring.
const promptRings = time.Minute

// promptToday asks a home for what is due, waits until its phone rings, and has its owner do something about it.
func (s *Stage) promptToday(ctx context.Context, who customers.Customer, phone customers.Phone, act safaricom.Act, faults safaricom.Faults) error {
	usual := s.Safaricom.Faults()
	s.Safaricom.SetFaults(faults)
	defer s.Safaricom.SetFaults(usual)
	if _, err := s.Main.Prompts.AskDue(ctx, who.ID); err != nil {
		return err
	}
	for waits := clock.Stopwatch(); waits() < promptRings && rest(ctx, 20*time.Millisecond); {
		for _, p := range s.Safaricom.Prompts() {
			if p.Phone != string(phone) {
				continue
			}
			if act == safaricom.Ignore {
				return nil
			}
			return s.Safaricom.Answer(p.CheckoutID, safaricom.Answer{Act: act})
		}
	}
	return fmt.Errorf("demo: the phone of %s never rang", who.Name)
}
