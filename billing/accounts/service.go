package accounts

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
)

// Customers finds whom a payer means. *customers.Service satisfies it.
type Customers interface {
	FindNow(ctx context.Context, typed string) (customers.Customer, error)
	Near(ctx context.Context, typed string, limit int) ([]customers.Customer, error)
	GetTx(tx *db.Tx, id int64) (customers.Customer, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB        *db.DB
	Jobs      *jobs.Queue
	Clock     clock.Clock
	Ledger    *ledger.Ledger
	Customers Customers
}

// Service is what can be done with customers' money.
type Service struct {
	Options
	spenders []func(tx *db.Tx, customerID int64) error
	openers  []func(tx *db.Tx, customerID int64, missing money.Amount) error
	undoers  map[string]func(tx *db.Tx, spent Event, missing money.Amount) error
}

// FactCredited is that a customer's credit grew. Key is the event's id.
const FactCredited = "customer credited"

type creditedFact struct{ CustomerID int64 }

// New makes the service and subscribes its job.
func New(o Options) *Service {
	s := &Service{Options: o, undoers: map[string]func(*db.Tx, Event, money.Amount) error{}}
	o.Jobs.On(FactCredited, "spend", s.spendCredit)
	return s
}

// OnCredit has credit spent by f, after those that were wired before; call it at wiring. f calls Take.
func (s *Service) OnCredit(f func(tx *db.Tx, customerID int64) error) {
	s.spenders = append(s.spenders, f)
}

// OnReturn has f open again what was paid when money goes back that is not there any more; call it at wiring. f calls Add, as far as it can.
func (s *Service) OnReturn(f func(tx *db.Tx, customerID int64, missing money.Amount) error) {
	s.openers = append(s.openers, f)
}

// OnReturnOf has f undo what the very money that goes back had been spent on, by the kind of that event, before anything else is opened; call it at
// wiring. f calls Add, as far as it can and may.
func (s *Service) OnReturnOf(kind string, f func(tx *db.Tx, spent Event, missing money.Amount) error) {
	s.undoers[kind] = f
}

// spendCredit handles "customer credited".
func (s *Service) spendCredit(ctx context.Context, j jobs.Job) error {
	var f creditedFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	return s.Spend(ctx, f.CustomerID)
}

// Spend uses a customer's credit for what they owe and have to renew, as far as it goes. Run again it changes nothing.
func (s *Service) Spend(ctx context.Context, customerID int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.SpendIn(tx, customerID) })
}

// SpendIn is Spend in a transaction of whoever wants to see what comes of it.
func (s *Service) SpendIn(tx *db.Tx, customerID int64) error {
	a, err := s.lock(tx, customerID)
	if err != nil || a.balance <= 0 {
		return err
	}
	for _, spend := range s.spenders {
		if err := spend(tx, customerID); err != nil {
			return err
		}
	}
	return nil
}

// Credit is what a customer has, as read inside a transaction; below zero it is owed.
func (s *Service) Credit(tx *db.Tx, customerID int64) (money.Amount, error) {
	a, err := s.lock(tx, customerID)
	return money.KES(a.balance), err
}

// Take uses credit for something, booked to the postings, which sum to minus the amount. False, and nothing done, when there is less. The same
// request again is true, and not done twice; with another amount it is fault.Conflict "account.request".
func (s *Service) Take(tx *db.Tx, customerID int64, amount money.Amount, c Cause, to ...ledger.Posting) (bool, error) {
	a, err := s.lock(tx, customerID)
	if err != nil {
		return false, err
	}
	if _, found, err := s.first(tx, customerID, c, -amount.Cents); err != nil || found {
		return found, err
	}
	if !amount.IsPositive() {
		return false, fault.New(fault.Invalid, "account.amount", "Most", money.KES(mostMoved))
	}
	if a.balance < amount.Cents {
		return false, nil
	}
	_, err = s.write(tx, a, c, Event{Delta: amount.Neg()}, to)
	return err == nil, err
}

// Add raises a customer's credit, of one who was merged the credit of who answers for them, booked from the postings, which sum to the amount: a debit is above
// zero. The same request again is done once.
func (s *Service) Add(tx *db.Tx, customerID int64, amount money.Amount, c Cause, from ...ledger.Posting) (Event, error) {
	a, err := s.lock(tx, customerID)
	if err != nil {
		return Event{}, err
	}
	if first, found, err := s.first(tx, customerID, c, amount.Cents); err != nil || found {
		return first, err
	}
	if to, err := s.answers(tx, customerID); err != nil || to != customerID { // nobody would find it where it led elsewhere
		if err != nil {
			return Event{}, err
		}
		return s.Add(tx, to, amount, c, from...)
	}
	if !amount.IsPositive() || amount.Cents > mostMoved {
		return Event{}, fault.New(fault.Invalid, "account.amount", "Most", money.KES(mostMoved))
	}
	return s.write(tx, a, c, Event{Delta: amount}, from)
}

// AccountOf is the customer whose account a payer typed, who may be closed; 0: nobody's, or several people's.
func (s *Service) AccountOf(ctx context.Context, reference string) (int64, error) {
	c, err := s.Customers.FindNow(ctx, reference)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return 0, nil
	}
	return c.ID, err
}

// Near lists the customers whom somebody may mean by what they typed, the likeliest first, at most five: whose number it is, whose phone paid, and
// whose number is one slip of a finger away.
func (s *Service) Near(ctx context.Context, typed string, payer customers.Phone) (near []customers.Customer, err error) {
	add := func(c customers.Customer) {
		if len(near) < mostNear && !slices.ContainsFunc(near, func(n customers.Customer) bool { return n.ID == c.ID }) {
			near = append(near, c)
		}
	}
	for _, exact := range []string{typed, string(payer)} {
		if exact == "" {
			continue
		}
		c, err := s.Customers.FindNow(ctx, exact)
		if err == nil {
			add(c)
		} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return nil, err
		}
	}
	slips, err := s.Customers.Near(ctx, typed, mostNear)
	for _, c := range slips {
		add(c)
	}
	return near, err
}

const mostNear = 5

// TakeMoney gives a customer, or who answers for them by now, money that came by a rail, once for its receipt. It tells whose it is, and the postings of it, which the
// caller books.
func (s *Service) TakeMoney(tx *db.Tx, customerID int64, amount money.Amount, receiptID int64) (holder int64, to []ledger.Posting, err error) {
	a, err := s.lockAnswering(tx, customerID)
	if err != nil {
		return 0, nil, err
	}
	to = own(a.customerID, a.balance, amount.Cents)
	_, err = s.append(tx, a, Cause{Kind: PaidIn, Request: receiptRequest(tx, receiptID), By: "M-Pesa"}, Event{Delta: amount, OtherID: receiptID}, nil)
	return a.customerID, to, err
}

// receiptRequest: money that was matched, taken back and matched again comes twice by one receipt.
func receiptRequest(tx *db.Tx, receiptID int64) string {
	return fmt.Sprintf("receipt:%d:%d", receiptID, tx.ID())
}

// mostMoved bounds one movement: a hundred million shillings are a slip of the hand.
const mostMoved = 100_000_000_00

var requestForm = regexp.MustCompile(`^[0-9A-Za-z:.-]{1,64}$`)

// first is the event that a request made before; fault.Conflict "account.request" when it asked for something else.
func (s *Service) first(tx *db.Tx, customerID int64, c Cause, delta int64) (Event, bool, error) {
	if !requestForm.MatchString(c.Request) {
		return Event{}, false, fault.New(fault.Invalid, "account.request")
	}
	e, found, err := s.byRequest(tx, customerID, c.Request)
	if err == nil && found && e.input != digest(c.Kind, delta) {
		err = fault.New(fault.Conflict, "account.request")
	}
	return e, found, err
}

// account is the row of a customer's money, held until the transaction ends.
type account struct{ customerID, balance, seq int64 }

// write appends an event and books it against the postings, which sum to its delta.
func (s *Service) write(tx *db.Tx, a account, c Cause, e Event, others []ledger.Posting) (Event, error) {
	return s.append(tx, a, c, e, slices.Concat(own(a.customerID, a.balance, e.Delta.Cents), others))
}

// append adds an event and moves the balance. Without postings the caller books the money, and the entry only keeps the digest.
func (s *Service) append(tx *db.Tx, a account, c Cause, e Event, all []ledger.Posting) (Event, error) {
	now := s.Clock.Now().UTC().Truncate(time.Millisecond)
	e.ID, e.CustomerID, e.Seq = tx.ID(), a.customerID, a.seq+1
	e.Kind, e.Request, e.Note, e.By, e.input = c.Kind, c.Request, cut(c.Note), c.By, digest(c.Kind, e.Delta.Cents)
	e.Balance, e.At, e.Day = money.KES(a.balance+e.Delta.Cents), now, now.In(clock.Nairobi).Format(time.DateOnly)
	if err := s.move(tx, a, e); err != nil {
		return e, err
	}
	if err := s.insertEvent(tx, e); err != nil {
		return e, err
	}
	if len(all) == 0 {
		none := ledger.Posting{Account: ledger.CustomerCredit, Party: party(a.customerID), Amount: money.KES(0)}
		all = []ledger.Posting{none, none}
	}
	if _, err := s.Ledger.Post(tx, ledger.Entry{Kind: entryEvent, Source: e.source(), At: now, Memo: e.Kind + " " + e.Request, Proof: e.proof(), Postings: all}); err != nil {
		return e, err
	}
	if !e.Delta.IsPositive() || e.Kind == Opened { // what somebody came with is spent when something is due
		return e, nil
	}
	return e, s.Jobs.Emit(tx, FactCredited, strconv.FormatInt(e.ID, 10), creditedFact{a.customerID})
}

const longestNote = 200

func shortText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most
}

func cut(text string) string {
	if utf8.RuneCountInString(text) <= longestNote {
		return text
	}
	return string([]rune(text)[:longestNote])
}
