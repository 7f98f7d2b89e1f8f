package prompts

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Consent is a customer's word that a phone may be asked by itself for what they owe, on the day it is due. Nobody is asked without.
type Consent struct {
	CustomerID int64
	Phone      customers.Phone // that pays
	Who        string          // who said so
	By         string          // who wrote it down
	At         time.Time
}

const longestWho = 80 // letters

// Agree keeps a customer's consent, in the place of what they said before. Faults: those of customers.ParsePhone, fault.Invalid "prompt.who",
// fault.Conflict "customer.not_active".
func (s *Service) Agree(ctx context.Context, customerID int64, phone, who string, by By) (c Consent, err error) {
	c = Consent{CustomerID: customerID, Who: strings.Join(strings.Fields(who), " "), By: by.Actor, At: s.Clock.Now()}
	if c.Phone, err = customers.ParsePhone(phone); err != nil {
		return c, err
	}
	if n := utf8.RuneCountInString(c.Who); n == 0 || n > longestWho {
		return c, fault.New(fault.Invalid, "prompt.who")
	}
	return c, s.DB.InTx(ctx, func(tx *db.Tx) error {
		known, _, err := s.held(tx, customerID)
		if err == nil && known.State != customers.Active {
			err = fault.New(fault.Conflict, "customer.not_active")
		}
		if err != nil {
			return err
		}
		if err := s.keepConsent(tx, c); err != nil {
			return err
		}
		return s.record(tx, by, "prompts agreed", customerID, c.Phone.Masked()+" "+c.Who)
	})
}

// Withdraw ends a customer's consent: a prompt that has not left yet does not. False when there was none.
func (s *Service) Withdraw(ctx context.Context, customerID int64, by By) (ended bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, _, err := s.held(tx, customerID); err != nil {
			return err
		}
		if ended, err = s.dropConsent(tx, customerID); err != nil || !ended {
			return err
		}
		return s.record(tx, by, "prompts stopped", customerID, "")
	})
	return ended, err
}

// Merged makes the prompts of a customer those of who answers for them from now on: while one has no verdict, nobody asks that one. The consent is
// dropped, for who is gone did not speak for the other.
func (s *Service) Merged(tx *db.Tx, from, to int64) error {
	if _, err := s.Accounts.Credit(tx, to); err != nil { // whoever asks them waits, or has asked
		return err
	}
	if _, err := s.dropConsent(tx, from); err != nil {
		return err
	}
	return s.moveAsks(tx, from, to)
}
