package arrears

import (
	"context"
	"fmt"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
)

// reversed handles "money reversed": whoever had paid is told that it went back, and what now.
func (s *Service) reversed(ctx context.Context, j jobs.Job) error {
	var f billing.ReversalFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	v, err := s.Tills.ReversalByID(ctx, f.ReversalID)
	if err != nil {
		return err
	}
	r, err := s.Tills.ReceiptByID(ctx, v.ReceiptID)
	if err != nil {
		return err
	}
	switch {
	case r.Placed == billing.PlacedAccount:
		return s.tellCustomerReversed(ctx, v)
	case v.Service.IsPositive():
		return s.tellGuestReversed(ctx, v)
	}
	return nil // nobody's service is less by it
}

func (s *Service) tellGuestReversed(ctx context.Context, v billing.Reversal) error {
	o, err := s.Tills.OrderByID(ctx, v.OrderID)
	if err != nil {
		return err
	}
	name, sender := s.brand(o.SiteID)
	m := notify.Message{Language: o.Lang, Sender: sender, Words: "reversed.sms.guest", Args: []any{"Provider", name, "Amount", v.Amount, "Receipt", v.Receipt, "Phone", s.phoneOf(o.SiteID)}}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.sms(tx, m, string(o.Phone), reversedKey(v, 0)) })
}

func (s *Service) tellCustomerReversed(ctx context.Context, v billing.Reversal) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := s.Customers.GetTx(tx, v.HolderID)
		for err == nil && c.State == customers.Merged {
			c, err = s.Customers.GetTx(tx, c.MergedInto)
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		held, err := s.Invoices.Purse.Held(tx, c.ID)
		if err != nil {
			return err
		}
		phones, err := s.phones(ctx, c)
		if err != nil {
			return err
		}
		m, err := s.reversedSays(ctx, v, c)
		if err != nil {
			return err
		}
		if held.Cents < 0 {
			m.Words, m.Args = "reversed.sms.owes", append(m.Args, "Owed", held.Neg())
		}
		for n, phone := range phones {
			if err := s.sms(tx, m, phone, reversedKey(v, n)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) reversedSays(ctx context.Context, v billing.Reversal, c customers.Customer) (notify.Message, error) {
	name, sender := s.brand(c.SiteID)
	how, err := s.how(ctx, c)
	return notify.Message{Customer: c.ID, Language: c.Lang, Sender: sender, Words: "reversed.sms.customer", Args: []any{"Provider", name, "Amount", v.Amount, "Receipt", v.Receipt, "How", how}}, err
}

// phoneOf is the number to call at a site.
func (s *Service) phoneOf(siteID int64) string {
	if here, _, err := s.Sites.Get(siteID); err == nil && here.Phone != "" {
		return here.Phone
	}
	return s.Settings.String(settings.ProviderPhone)
}

// reversedKey names the nth message about a reversal.
func reversedKey(v billing.Reversal, n int) string { return fmt.Sprintf("reversed %d %d", v.ID, n) }
