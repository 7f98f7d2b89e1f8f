package arrears

import (
	"context"
	"errors"
	"fmt"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

const (
	mostTold    = 3   // phones of one customer
	longestLook = 100 // entries about an invoice
)

// Tell implements invoices.Enforcer: by SMS to those who get the bills, in the customer's language. notify keeps to their word and to quiet hours.
// What is not told by then is told no more: the next step tells of it.
func (s *Service) Tell(tx *db.Tx, d invoices.Doing) error {
	c, err := s.Customers.GetTx(tx, d.CustomerID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	phones, err := s.phones(tx.Context(), c)
	if err != nil {
		return err
	}
	name, sender := s.brand(c.SiteID)
	how, err := s.how(tx.Context(), c)
	if err != nil {
		return err
	}
	m := notify.Message{Customer: c.ID, Language: c.Lang, Sender: sender, Words: wordsOf(d), Args: []any{"Provider", name, "Number", d.Text, "Amount", d.Open, "Due", words.DateOf(c.Lang, d.DueDay), "Days", d.Days, "How", how}}
	for n, phone := range phones {
		if err := s.sms(tx, m, phone, messageKey(d.InvoiceID, d.Step, clock.DayOf(s.Clock.Now()), n)); err != nil {
			return err
		}
	}
	return nil
}

// sms sends one. A number that takes none, or was told by this key, holds nothing up.
func (s *Service) sms(tx *db.Tx, m notify.Message, to, key string) error {
	m.Purpose, m.Channel, m.To, m.Key = notify.ForReminder, notify.SMS, to, key
	_, err := s.Messages.Send(tx, m)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// wordsOf names what a step says.
func wordsOf(d invoices.Doing) string {
	if d.Step.Action != invoices.Remind {
		return "dunning.sms." + string(d.Step.Action)
	}
	switch {
	case d.Days < 0:
		return "dunning.sms.before"
	case d.Days == 0:
		return "dunning.sms.today"
	}
	return "dunning.sms.late"
}

func messageKey(invoiceID int64, st invoices.Step, day clock.Day, n int) string {
	return fmt.Sprintf("dunning %d %s %d %s %d", invoiceID, st.Action, st.After, day, n)
}

// phones are those to which bills go; with none, the customer's own.
func (s *Service) phones(ctx context.Context, c customers.Customer) (all []string, err error) {
	contacts, err := s.Customers.Contacts(ctx, c.ID)
	first := ""
	for _, one := range contacts {
		if one.Kind != customers.ByPhone {
			continue
		}
		if first == "" {
			first = one.Value
		}
		if one.ForBills && len(all) < mostTold {
			all = append(all, one.Value)
		}
	}
	if len(all) == 0 && first != "" {
		all = []string{first}
	}
	return all, err
}

// brand is what a site calls itself, and who its SMS are from.
func (s *Service) brand(siteID int64) (name, sender string) {
	if _, b, err := s.Sites.Get(siteID); err == nil {
		name, sender = b.Name, b.Sender
	}
	if name == "" {
		name = s.Settings.String(settings.ProviderName)
	}
	return name, sender
}

// how tells a customer how they pay.
func (s *Service) how(ctx context.Context, c customers.Customer) (string, error) {
	t, err := s.Tills.TillFor(ctx, c.SiteID)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return "", err
	}
	if err == nil && t.Type == billing.TillPaybill {
		return words.Text(c.Lang, "dunning.sms.paybill", "Paybill", t.ShortCode, "Account", c.Number), nil
	}
	return words.Text(c.Lang, "dunning.sms.account", "Account", c.Number), nil
}

// withdraw takes back what a customer was to be told of an invoice that is paid now.
func (s *Service) withdraw(tx *db.Tx, invoiceID int64) error {
	told, err := s.Invoices.Log(tx.Context(), 0, invoiceID, longestLook)
	for _, e := range told {
		for n := range mostTold {
			if e.What == invoices.LogDone {
				_, late := s.Messages.Withdraw(tx, messageKey(invoiceID, e.Step, clock.DayOf(e.At), n))
				err = errors.Join(err, late)
			}
		}
	}
	return err
}
