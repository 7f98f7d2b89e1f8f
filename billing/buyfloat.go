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

// SegmentFloat marks an order that buys float instead of a plan; its PlanID is whose. All money that comes for it is float: too little, too
// much, late or twice.
const SegmentFloat = "float"

func (o Order) forFloat() bool { return o.Segment == SegmentFloat }

// What a prompt for float may ask for: M-Pesa moves no more at once.
const (
	leastFloat = 1_000      // cents
	mostFloat  = 25_000_000 // cents
)

// FloatRequest is what somebody asks to pay in. Once is the form's own random value: the same form sent twice is one prompt.
type FloatRequest struct {
	Holder  int64
	Account string // by which people know the holder
	Amount  money.Amount
	Phone   string // who is asked
	SiteID  int64  // whose till takes it; 0: the common one
	Lang    words.Lang
	Once    string
}

// AskForFloat prompts a phone to pay in float. The same form, or the same wish within 90 s while its prompt is open, is one prompt. Faults:
// those of customers.ParsePhone, fault.Invalid "float.amount", "till.missing".
func (s *Service) AskForFloat(ctx context.Context, r FloatRequest) (Order, error) {
	phone, err := customers.ParsePhone(r.Phone)
	if err != nil {
		return Order{}, err
	}
	if r.Amount.Cents < leastFloat || r.Amount.Cents > mostFloat || r.Amount.Cents%100 != 0 || r.Amount.Currency != money.Shilling || r.Once == "" {
		return Order{}, fault.New(fault.Invalid, "float.amount", "Least", money.KES(leastFloat), "Most", money.KES(mostFloat))
	}
	once := fmt.Sprintf("float %s %d %d %s", r.Once, r.Holder, r.Amount.Cents, phone)
	if first, ok, err := s.floatAsked(ctx, r, phone, once); err != nil || ok {
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
	o := Order{Code: string(orderCodes.New()), Token: seal.RandomHex(16), PlanID: r.Holder, PlanKey: r.Account, Segment: SegmentFloat, Price: r.Amount, Phone: phone, PhoneMask: phone.Masked(),
		PlanNameEN: words.Text(words.English, "float.name", "Account", r.Account), PlanNameSW: words.Text(words.Swahili, "float.name", "Account", r.Account),
		Lang: r.Lang, State: OrderPlaced, CreatedAt: s.Clock.Now()}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return s.insertWithPayment(tx, &o, once, till, !rest.IsZero()) })
	if db.IsDuplicate(err) { // the same form won on another connection, or (hardly ever) the code was taken
		if first, ok, e := s.floatAsked(ctx, r, phone, once); e != nil || ok {
			return first, e
		}
	}
	return o, err
}

// floatAsked finds the order of a second tap.
func (s *Service) floatAsked(ctx context.Context, r FloatRequest, phone customers.Phone, once string) (Order, bool, error) {
	if o, err := s.orderByOnce(ctx, once); err == nil {
		return o, true, nil
	} else if !fault.Is(err, fault.NotFound) {
		return Order{}, false, err
	}
	open, err := s.openOrders(ctx, phone, s.Clock.Now().Add(-sameTap))
	at := slices.IndexFunc(open, func(o Order) bool { return o.forFloat() && o.PlanID == r.Holder && o.Price == r.Amount })
	if err != nil || at < 0 {
		return Order{}, false, err
	}
	return open[at], true, nil
}

// FloatView is how far a prompt for float is.
type FloatView struct {
	Order   Order
	Payment Payment
	Came    money.Amount  // that is float now
	Age     time.Duration // since it was asked for
}

// FloatAsked is a prompt for float of a holder's own; fault.NotFound "order.not_found".
func (s *Service) FloatAsked(ctx context.Context, holder, orderID int64) (v FloatView, err error) {
	none := fault.New(fault.NotFound, "order.not_found")
	if v.Order, err = s.order(ctx, orderID); fault.Is(err, fault.NotFound) || err == nil && (!v.Order.forFloat() || v.Order.PlanID != holder) {
		return FloatView{}, none
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
		if r.Placed == PlacedFloat {
			v.Came.Cents += r.Left().Cents
		}
	}
	return v, err
}

// FloatOpen is the newest prompt of the last day, to a phone, whose verdict a holder waits for; 0: none.
func (s *Service) FloatOpen(ctx context.Context, holder int64, phone customers.Phone) (orderID int64, err error) {
	open, err := s.openOrders(ctx, phone, s.Clock.Now().Add(-24*time.Hour))
	if at := slices.IndexFunc(open, func(o Order) bool { return o.forFloat() && o.PlanID == holder }); at >= 0 {
		orderID = open[at].ID
	}
	return orderID, err
}

// placeFloat moves a receipt's money from an account to the float that its order buys.
func (s *Service) placeFloat(tx *db.Tx, r Receipt, o Order, from origin, store func(*db.Tx, Receipt) error) (Outcome, error) {
	if s.floats == nil {
		return Outcome{}, fault.New(fault.Internal, "internal")
	}
	if _, err := s.payOrder(tx, o); err != nil { // the first money pays it; more is float, too
		return Outcome{}, err
	}
	to, err := s.floats.TakeFloat(tx, o.PlanID, r.Left(), r.ID)
	if err != nil {
		return Outcome{}, err
	}
	r.Placed, r.OrderID = PlacedFloat, o.ID
	if err := store(tx, r); err != nil {
		return Outcome{}, err
	}
	err = s.post(tx, r.ID, ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "float paid in by prompt",
		Postings: append([]ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Left()}}, to...)})
	return Outcome{PaymentID: r.PaymentID, OrderID: o.ID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid}, err
}
