package billing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/words"
)

// Segments of orders that buy no plan: all money that comes for one raises an account, too little, too much, late or twice. The order's PlanID is
// whose account, its PlanKey the number by which people know it.
const (
	SegmentFloat   = "float"   // a reseller's float
	SegmentAccount = "account" // a customer's credit
)

// raising is what differs between the accounts that an order may raise.
type raising struct {
	placed string // where its money is
	word   string // on the prompt
	name   string // words
	amount string // words of the fault
	own    string // words: who asks again, and where
	least  int64  // cents of a prompt
}

// raises are the segments whose orders raise accounts.
var raises = map[string]raising{
	SegmentFloat:   {PlacedFloat, "Float", "float.name", "float.amount", "float.own", 1_000},
	SegmentAccount: {PlacedAccount, "Internet bill", "prompt.name", "prompt.amount", "prompt.own", 100},
}

// MostPrompted is what a prompt may ask for: M-Pesa moves no more at once.
const MostPrompted = 25_000_000 // cents

// RaisesAccount says that a segment is that of orders which raise an account and buy no plan.
func RaisesAccount(segment string) bool { return raises[segment].placed != "" }

func (o Order) raises() bool { return RaisesAccount(o.Segment) }

// Payee is an account that money is ordered for.
type Payee struct {
	Segment string // SegmentFloat or SegmentAccount
	ID      int64  // the reseller's or the customer's
	Number  string // by which people know it
}

func (p Payee) of(o Order) bool { return o.Segment == p.Segment && o.PlanID == p.ID }

// MoneyRequest is money that a phone is asked for. Once is the form's own random value: the same form sent twice is one prompt.
type MoneyRequest struct {
	For    Payee
	Amount money.Amount
	Phone  string // who is asked
	SiteID int64  // whose till takes it; 0: the common one
	Lang   words.Lang
	Once   string
}

func (r MoneyRequest) check() (phone customers.Phone, once string, err error) {
	if phone, err = customers.ParsePhone(r.Phone); err != nil {
		return phone, "", err
	}
	kind := raises[r.For.Segment]
	if r.Amount.Cents < kind.least || r.Amount.Cents > MostPrompted || r.Amount.Cents%100 != 0 || r.Amount.Currency != money.Shilling || r.Once == "" {
		return phone, "", fault.New(fault.Invalid, kind.amount, "Least", money.KES(kind.least), "Most", money.KES(MostPrompted))
	}
	return phone, fmt.Sprintf("%s %s %d %d %s", r.For.Segment, r.Once, r.For.ID, r.Amount.Cents, phone), nil
}

func (s *Service) moneyOrder(r MoneyRequest, phone customers.Phone) Order {
	name := raises[r.For.Segment].name
	return Order{Code: string(orderCodes.New()), Token: seal.RandomHex(16), PlanID: r.For.ID, PlanKey: r.For.Number, Segment: r.For.Segment, Price: r.Amount, Phone: phone, PhoneMask: phone.Masked(),
		PlanNameEN: words.Text(words.English, name, "Account", r.For.Number), PlanNameSW: words.Text(words.Swahili, name, "Account", r.For.Number),
		Lang: r.Lang, State: OrderPlaced, CreatedAt: s.Clock.Now()}
}

// AskForMoney prompts a phone for money. The same form, or the same wish within 90 s while its prompt is open, is one prompt. Faults:
// those of customers.ParsePhone, fault.Invalid "float.amount" or "prompt.amount", "till.missing".
func (s *Service) AskForMoney(ctx context.Context, r MoneyRequest) (Order, error) {
	phone, once, err := r.check()
	if err != nil {
		return Order{}, err
	}
	if first, ok, err := s.moneyAskedBefore(ctx, r, phone, once); err != nil || ok {
		return first, err
	}
	till, err := s.TillFor(ctx, r.SiteID)
	if err != nil {
		return Order{}, err
	}
	rest, err := s.railRests(ctx, till.ID)
	if err != nil {
		return Order{}, err
	}
	o := s.moneyOrder(r, phone)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return s.insertWithPayment(tx, &o, once, till, !rest.IsZero()) })
	if db.IsDuplicate(err) { // the same form won on another connection, or (hardly ever) the code was taken
		if first, ok, e := s.moneyAskedBefore(ctx, r, phone, once); e != nil || ok {
			return first, e
		}
	}
	return o, err
}

// MoneyOrdered is what the same form ordered before; false when it did not.
func (s *Service) MoneyOrdered(tx *db.Tx, r MoneyRequest) (o Order, found bool, err error) {
	_, once, err := r.check()
	if err != nil {
		return o, false, err
	}
	return s.orderOnceTx(tx, once)
}

// PlaceForMoney is AskForMoney in a transaction of whoever keeps why money was ordered: the prompt leaves after the commit. It orders nothing while nobody
// would be asked: fault.Conflict "prompt.rail_rests" or "prompt.number_rests".
func (s *Service) PlaceForMoney(tx *db.Tx, r MoneyRequest) (o Order, err error) {
	phone, once, err := r.check()
	if err != nil {
		return o, err
	}
	till, err := s.TillFor(tx.Context(), r.SiteID)
	if err != nil {
		return o, err
	}
	rest, err := s.railRests(tx.Context(), till.ID)
	if err != nil {
		return o, err
	}
	rests, err := s.rests(tx, phone)
	switch {
	case err != nil:
	case !rest.IsZero():
		err = fault.New(fault.Conflict, "prompt.rail_rests")
	case rests:
		err = fault.New(fault.Conflict, "prompt.number_rests", "Phone", phone.Masked())
	default:
		o = s.moneyOrder(r, phone)
		err = s.insertWithPayment(tx, &o, once, till, false)
	}
	return o, err
}

// moneyAskedBefore finds the order of a second tap.
func (s *Service) moneyAskedBefore(ctx context.Context, r MoneyRequest, phone customers.Phone, once string) (Order, bool, error) {
	if o, err := s.orderByOnce(ctx, once); err == nil {
		return o, true, nil
	} else if !fault.Is(err, fault.NotFound) {
		return Order{}, false, err
	}
	open, err := s.openOrders(ctx, phone, s.Clock.Now().Add(-sameTap))
	at := slices.IndexFunc(open, func(o Order) bool { return r.For.of(o) && o.Price == r.Amount })
	if err != nil || at < 0 {
		return Order{}, false, err
	}
	return open[at], true, nil
}

// MoneyView is how far a prompt for money is.
type MoneyView struct {
	Order   Order
	Payment Payment
	Came    money.Amount  // that is in the account now
	Age     time.Duration // since it was asked for
}

// MoneyAsked is a prompt for money of an account's own; fault.NotFound "order.not_found".
func (s *Service) MoneyAsked(ctx context.Context, p Payee, orderID int64) (MoneyView, error) {
	v, err := s.MoneyOrder(ctx, p.Segment, orderID)
	if err == nil && !p.of(v.Order) {
		return MoneyView{}, fault.New(fault.NotFound, "order.not_found")
	}
	return v, err
}

// MoneyOrder is MoneyAsked for whoever knows by themselves whose the prompt is: it was somebody else's, when they were merged since.
func (s *Service) MoneyOrder(ctx context.Context, segment string, orderID int64) (v MoneyView, err error) {
	if v.Order, err = s.order(ctx, orderID); fault.Is(err, fault.NotFound) || err == nil && v.Order.Segment != segment {
		return MoneyView{}, fault.New(fault.NotFound, "order.not_found")
	}
	if err == nil {
		v.Payment, err = s.paymentOfOrder(ctx, orderID)
	}
	if err != nil {
		return v, err
	}
	came, err := s.receiptsWhere(ctx, "order_id = ?", orderID)
	v.Came, v.Age = money.KES(0), s.Clock.Now().Sub(v.Order.CreatedAt)
	for _, r := range came {
		if r.Placed == raises[segment].placed {
			v.Came.Cents += r.Left().Cents
		}
	}
	return v, err
}

// MoneyOpen is the newest prompt of the last day, to a phone, whose verdict an account waits for; 0: none.
func (s *Service) MoneyOpen(ctx context.Context, p Payee, phone customers.Phone) (orderID int64, err error) {
	open, err := s.openOrders(ctx, phone, s.Clock.Now().Add(-24*time.Hour))
	if at := slices.IndexFunc(open, p.of); at >= 0 {
		orderID = open[at].ID
	}
	return orderID, err
}

// VerdictOn is the payment that an order waits for, as a transaction sees it.
func (s *Service) VerdictOn(tx *db.Tx, orderID int64) (Payment, error) {
	return s.paymentOfOrderTx(tx, orderID)
}

// AskWanted has f say, right before a prompt for money leaves, whether the money is wanted still; call it at wiring.
func (s *Service) AskWanted(f func(ctx context.Context, o Order) (bool, error)) { s.stillWanted = f }

// unwanted gives up a prompt for money that has been paid, or is not to be asked for any more, since it was ordered; true when it did.
func (s *Service) unwanted(ctx context.Context, p Payment) (bool, error) {
	if s.stillWanted == nil || p.State != PaymentCreated {
		return false, nil
	}
	o, err := s.order(ctx, p.OrderID)
	if err != nil || o.Segment != SegmentAccount {
		return false, err
	}
	wanted, err := s.stillWanted(ctx, o)
	if err != nil || wanted {
		return false, err
	}
	now := s.Clock.Now()
	return true, s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.movePayment(tx, p.ID, []PaymentState{PaymentCreated}, paymentChange{State: PaymentFailed, Reason: ReasonNotWanted, SettledAt: &now})
		return err
	})
}

// placeMoney moves a receipt's money from where it is to the account that its order raises.
func (s *Service) placeMoney(tx *db.Tx, r Receipt, o Order, from origin, store func(*db.Tx, Receipt) error) (Outcome, error) {
	if _, err := s.payOrder(tx, o); err != nil { // the first money pays it; more raises the account, too
		return Outcome{}, err
	}
	to, err := s.raise(tx, &r, o)
	if err != nil {
		return Outcome{}, err
	}
	r.Placed, r.OrderID = raises[o.Segment].placed, o.ID
	if err := store(tx, r); err != nil {
		return Outcome{}, err
	}
	err = s.post(tx, r.ID, ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: o.Segment + " paid in by prompt",
		Postings: append([]ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Left()}}, to...)})
	return Outcome{PaymentID: r.PaymentID, OrderID: o.ID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid}, err
}

// raise gives a receipt's money to the account of its order.
func (s *Service) raise(tx *db.Tx, r *Receipt, o Order) ([]ledger.Posting, error) {
	switch {
	case o.Segment == SegmentFloat && s.floats != nil:
		return s.floats.TakeFloat(tx, o.PlanID, r.Left(), r.ID)
	case o.Segment == SegmentAccount && s.accounts != nil:
		holder, err := s.customerOf(tx.Context(), o)
		if err != nil {
			return nil, err
		}
		var to []ledger.Posting
		r.HolderID, to, err = s.accounts.TakeMoney(tx, holder, r.Left(), r.ID)
		return to, err
	}
	return nil, fault.New(fault.Internal, "internal")
}

// customerOf is the customer whose credit an order raises: the number of one who was merged since leads to who answers for them.
func (s *Service) customerOf(ctx context.Context, o Order) (int64, error) {
	holder, err := s.accounts.AccountOf(ctx, o.PlanKey)
	if err == nil && holder == 0 {
		holder = o.PlanID
	}
	return holder, err
}
