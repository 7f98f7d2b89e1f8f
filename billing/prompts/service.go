package prompts

import (
	"fmt"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
)

// Options are a Service's collaborators. Clock is the plan clock.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock
	Customers *customers.Service
	Invoices  *invoices.Service
	Lines     *subscriptions.Service
	Accounts  *accounts.Service
	Billing   *billing.Service
}

// Service asks customers for money.
type Service struct{ Options }

// New makes the service, and has billing ask it before a prompt leaves.
func New(o Options) *Service {
	s := &Service{o}
	o.Billing.AskWanted(s.wanted)
	return s
}

// By is who does something, and from where.
type By struct{ Actor, From string }

func payee(c customers.Customer) billing.Payee {
	return billing.Payee{Segment: billing.SegmentAccount, ID: c.ID, Number: c.Number}
}

func (s *Service) record(tx *db.Tx, by By, action string, customerID int64, said string) error {
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "customer", ObjectID: fmt.Sprint(customerID), After: said})
}

// held keeps a customer's money as it is until the transaction ends, from its first statement on, and tells who they are and what credit they have.
func (s *Service) held(tx *db.Tx, customerID int64) (c customers.Customer, credit int64, err error) {
	has, err := s.Accounts.Credit(tx, customerID)
	if err != nil {
		return c, 0, err
	}
	c, err = s.Customers.GetTx(tx, customerID)
	return c, has.Cents, err
}
