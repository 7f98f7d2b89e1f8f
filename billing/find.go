package billing

import (
	"context"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
)

// Found is the money side of what somebody typed into the search box: orders, and receipts of no order, newest first.
type Found struct {
	Orders   []Order
	Receipts []Receipt
}

const mostFound = 20

// Find looks for an order code, a receipt number or a phone number; nothing found is no error.
func (s *Service) Find(ctx context.Context, typed string) (Found, error) {
	var f Found
	if code := readOrderCode(typed); code != "" {
		if err := s.findCode(ctx, code, &f); err != nil || len(f.Orders) > 0 {
			return f, err
		}
	}
	if phone, err := customers.ParsePhone(typed); err == nil {
		return f, s.findPhone(ctx, phone, &f)
	}
	if number, err := SpellReceipt(typed); err == nil {
		return f, s.findReceipt(ctx, number, &f)
	}
	return f, nil
}

func (s *Service) findCode(ctx context.Context, code string, f *Found) error {
	orders, err := s.ordersWhere(ctx, "code = ?", code)
	f.Orders = orders
	return err
}

func (s *Service) findPhone(ctx context.Context, phone customers.Phone, f *Found) (err error) {
	hashes := s.lookups(purposePhone, string(phone))
	if f.Orders, err = s.ordersWhere(ctx, "phone_hash IN ?", hashes); err != nil {
		return err
	}
	f.Receipts, err = s.receiptsWhere(ctx, "payer_hash IN ? AND order_id = 0", hashes)
	return err
}

func (s *Service) findReceipt(ctx context.Context, number string, f *Found) error {
	known, err := s.receiptAnywhere(ctx, number)
	missing, err := notFoundIs(err)
	if err != nil {
		return err
	}
	if !missing && known.OrderID == 0 {
		f.Receipts = []Receipt{known}
		return nil
	}
	if !missing {
		f.Orders, err = s.ordersWhere(ctx, "id = ?", known.OrderID)
		return err
	}
	claimed, err := s.ordersThatClaim(ctx, number)
	f.Orders = claimed
	return err
}

// Money is everything that is known of an order's money.
type Money struct {
	Order    Order
	Payments []Payment
	Receipts []Receipt
	Claims   []Typed
}

// Typed is a receipt number that a payer typed for an order.
type Typed struct{ Receipt, State, Reason string }

// OrderMoney tells an order's money; fault.NotFound "order.not_found".
func (s *Service) OrderMoney(ctx context.Context, orderID int64) (Money, error) {
	o, err := s.order(ctx, orderID)
	if fault.Is(err, fault.NotFound) {
		return Money{}, fault.Wrap(fault.NotFound, "order.not_found", err)
	}
	if err != nil {
		return Money{}, err
	}
	m := Money{Order: o}
	if m.Payments, err = s.paymentsWhere(ctx, "order_id = ?", o.ID); err != nil {
		return m, err
	}
	if m.Receipts, err = s.receiptsWhere(ctx, "order_id = ?", o.ID); err != nil {
		return m, err
	}
	m.Claims, err = s.claimsOf(ctx, o.ID)
	return m, err
}

// OrderByID is one order; fault.NotFound "order.not_found".
func (s *Service) OrderByID(ctx context.Context, orderID int64) (Order, error) {
	o, err := s.order(ctx, orderID)
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, "order.not_found", err)
	}
	return o, err
}

// OrdersOfGrant lists the orders that fed a grant, newest first.
func (s *Service) OrdersOfGrant(ctx context.Context, grantID int64) ([]Order, error) {
	return s.ordersWhere(ctx, "grant_id = ?", grantID)
}

// OrdersOfDevice lists what a device ordered, at any site, newest first.
func (s *Service) OrdersOfDevice(ctx context.Context, mac string) ([]Order, error) {
	return s.ordersWhere(ctx, "mac = ?", strings.ToLower(mac))
}

// ReceiptByID is one receipt; fault.NotFound "receipt.unknown".
func (s *Service) ReceiptByID(ctx context.Context, id int64) (Receipt, error) {
	found, err := s.receiptsWhere(ctx, "id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "receipt.unknown")
	}
	if err != nil {
		return Receipt{}, err
	}
	return found[0], nil
}
