package entrance

import (
	"context"
	"fmt"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/words"
)

// Messages sends codes. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
}

// Options are a Service's collaborators.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Customers *customers.Service
	PINs      *pin.Service
	Messages  Messages
}

// Service lets customers in.
type Service struct{ Options }

const (
	kind      = "customer"
	factAsked = "customer code asked"
)

type asked struct {
	Typed string
	Lang  words.Lang
}

// New makes the service and subscribes its job.
func New(o Options) *Service {
	s := &Service{o}
	o.Jobs.On(factAsked, "entrance", s.send)
	o.Customers.AskPhone(s.phoneChanged)
	return s
}

// Ask has a code sent to the customer whose account number or phone was typed, if there is one.
func (s *Service) Ask(ctx context.Context, typed string, l words.Lang) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.Jobs.Emit(tx, factAsked, seal.RandomHex(8), asked{typed, l}) })
}

func (s *Service) send(ctx context.Context, j jobs.Job) error {
	var a asked
	if err := j.Decode(&a); err != nil {
		return jobs.Park(err)
	}
	c, err := s.meant(ctx, a.Typed)
	if err != nil || c.ID == 0 {
		return err
	}
	return s.PINs.SendCode(ctx, pin.Owner{Kind: kind, ID: c.ID}, c.Number, func(tx *db.Tx, code string) error {
		phone, err := s.Customers.OwnPhone(tx, c.ID)
		if err != nil || phone == "" {
			return err
		}
		_, err = s.Messages.Send(tx, notify.Message{Key: fmt.Sprintf("customer code %d", j.ID), Purpose: notify.ForCode, Channel: notify.SMS, To: string(phone),
			Language: a.Lang, Words: "entry.code", Args: []any{"Account", c.Number, "Code", code}})
		return err
	})
}

// phoneChanged puts out whoever is signed in as a customer whose phone is another now: the one before may be stolen, or somebody else's by now.
func (s *Service) phoneChanged(tx *db.Tx, customerID int64) error {
	return s.PINs.Lock(tx, pin.Owner{Kind: kind, ID: customerID})
}

// meant is the customer whose number or phone was typed; none has no id.
func (s *Service) meant(ctx context.Context, typed string) (customers.Customer, error) {
	c, err := s.Customers.FindNow(ctx, typed)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return customers.Customer{}, nil
	}
	return c, err
}

// Enter signs in who has the code: fault.Denied "entry.wrong", fault.TooMany "pin.slow".
func (s *Service) Enter(ctx context.Context, v pin.Visit, typed, code string) (token, device string, err error) {
	c, err := s.meant(ctx, typed)
	if err != nil {
		return "", "", err
	}
	name := c.Number
	if c.ID == 0 {
		name = "? " + strings.TrimSpace(typed)
	}
	return s.PINs.Enter(ctx, v, kind, name, code)
}

// SignIn signs in who has the password: fault.Denied "entry.password", fault.TooMany "pin.slow".
func (s *Service) SignIn(ctx context.Context, v pin.Visit, typed, password string) (token, device string, err error) {
	c, err := s.meant(ctx, typed)
	if err != nil {
		return "", "", err
	}
	name := c.Number
	if c.ID == 0 {
		name = "? " + strings.TrimSpace(typed)
	}
	token, device, err = s.PINs.SignIn(ctx, v, kind, name, password)
	if fault.KeyOf(err) == "pin.sign_in" {
		err = fault.New(fault.Denied, "entry.password")
	}
	return token, device, err
}

// Prove takes a code or the password again from who is signed in: faults of pin.Prove.
func (s *Service) Prove(ctx context.Context, v pin.Visit, in pin.SignedIn, c customers.Customer, typed string) error {
	return s.PINs.Prove(ctx, v, in, c.Number, typed)
}

// SetPassword gives a customer a password: faults of pin.SetPassword.
func (s *Service) SetPassword(ctx context.Context, v pin.Visit, in pin.SignedIn, c customers.Customer, password string) (token string, err error) {
	contacts, err := s.Customers.Contacts(ctx, c.ID)
	if err != nil {
		return "", err
	}
	own := append(strings.Fields(c.Name), c.Number, strings.Join(strings.Fields(c.Name), ""))
	for _, one := range contacts {
		own = append(own, one.Value, strings.TrimPrefix(one.Value, "254"))
	}
	return s.PINs.SetPassword(ctx, v, in, password, own)
}

// HasPassword says whether a customer has one.
func (s *Service) HasPassword(ctx context.Context, in pin.SignedIn) (bool, error) {
	return s.PINs.HasPassword(ctx, in.Owner)
}

// Judge is who asks: fault.Denied "pin.signed_out" when it is nobody.
func (s *Service) Judge(ctx context.Context, token string) (customers.Customer, pin.SignedIn, error) {
	in, err := s.PINs.Judge(ctx, token)
	if err != nil {
		return customers.Customer{}, in, err
	}
	out := fault.New(fault.Denied, "pin.signed_out")
	if in.Owner.Kind != kind {
		return customers.Customer{}, in, out
	}
	c, err := s.Customers.Get(ctx, in.Owner.ID)
	if err == nil && c.MergedInto != 0 {
		err = out
	}
	return c, in, err
}

// SignOut ends a sign-in.
func (s *Service) SignOut(ctx context.Context, in pin.SignedIn) error { return s.PINs.SignOut(ctx, in) }
