package papers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

const factBack = "service is back"

type backFact struct{ CustomerID int64 }

const (
	waitsForReceipt = 20 * time.Second // that says it too
	mostTold        = 3                // phones of one customer
)

// Returned notes, in the transaction in which money brought a customer's service back, that they are to be told, once: with the receipt of that money, or
// alone when it gets none by SMS. until is to when it is paid; zero: by invoices.
func (s *Service) Returned(tx *db.Tx, customerID int64, until time.Time) error {
	if err := s.keepBack(tx, customerID, until); err != nil {
		return err
	}
	return s.Jobs.Emit(tx, factBack, idText(customerID), backFact{customerID})
}

// tellBack handles "service is back", of whoever the receipt does not tell.
func (s *Service) tellBack(ctx context.Context, j jobs.Job) error {
	var f backFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	back, err := s.backOf(ctx, f.CustomerID)
	if err != nil || back == nil {
		return err
	}
	c, err := s.Customers.Get(ctx, f.CustomerID)
	if fault.Is(err, fault.NotFound) {
		return s.DB.InTx(ctx, func(tx *db.Tx) error { _, err := s.tookBack(tx, *back); return err })
	}
	if err != nil {
		return err
	}
	to, err := s.toBills(ctx, c.ID, s.Settings.String(settings.PaperReceipt))
	if err != nil {
		return err
	}
	if waits := waitsForReceipt - s.Clock.Now().Sub(back.At); waits > 0 && len(to.phones) > 0 {
		return jobs.Again(min(waits, 5*time.Second), errors.New("its receipt tells of it"))
	}
	phones, err := s.phonesOf(ctx, c.ID)
	if err != nil {
		return err
	}
	_, brand, err := s.dress(c.SiteID)
	if err != nil {
		return err
	}
	key, args := back.says(c.Lang)
	m := notify.Message{Customer: c.ID, Purpose: notify.ForReceipt, Channel: notify.SMS, Language: c.Lang, Sender: brand.Sender, SiteID: c.SiteID, Words: "paper.back.sms", Args: []any{"Brand", brand.Name, "Back", words.Text(c.Lang, key, args...)}}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if won, err := s.tookBack(tx, *back); err != nil || !won {
			return err
		}
		for n, phone := range phones {
			m.Key, m.To = fmt.Sprintf("back %d %d %d", c.ID, back.At.UnixMilli(), n), phone
			if _, err := s.Messages.Send(tx, m); err != nil && !fault.Is(err, fault.Invalid) { // a number that takes no SMS
				return err
			}
		}
		return nil
	})
}

// says is what is told of it.
func (b backRow) says(l words.Lang) (string, []any) {
	if b.UntilAt == nil {
		return "paper.back.open", nil
	}
	at := b.UntilAt.In(clock.Nairobi)
	return "paper.back.until", []any{"Day", Paper{facts: facts{Lang: l}}.day(clock.DayOf(*b.UntilAt)), "Hour", at.Format("15:04")}
}

// phonesOf are those to which bills go; with none, the customer's own. None when nobody carries SMS.
func (s *Service) phonesOf(ctx context.Context, customerID int64) (all []string, err error) {
	if carried, err := s.Messages.Carries(ctx, notify.SMS); err != nil || !carried {
		return nil, err
	}
	contacts, err := s.Customers.Contacts(ctx, customerID)
	first := ""
	for _, c := range contacts {
		if c.Kind != customers.ByPhone {
			continue
		}
		if first == "" {
			first = c.Value
		}
		if c.ForBills && len(all) < mostTold {
			all = append(all, c.Value)
		}
	}
	if len(all) == 0 && first != "" {
		all = []string{first}
	}
	return all, err
}

// waitsForReturn is how long a receipt waits for the service that its money is about to bring back.
const waitsForReturn = 30 * time.Second

// done says whether money that came has done what it does, so that its receipt can tell of it: it is spent, and nothing is left to be restored by it.
func (s *Service) done(ctx context.Context, customerID int64) (bool, error) {
	if err := s.Accounts.Spend(ctx, customerID); err != nil {
		return false, err
	}
	due := false
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) { due, err = s.Invoices.Cleared(tx, customerID); return err })
	return !due, err
}
