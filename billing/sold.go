package billing

import "context"

// FactServed is that an order was paid and its grant given. Key is the order's id; the payload is an OrderFact.
const FactServed = "order served"

// OrderFact is the payload of facts about orders.
type OrderFact struct{ OrderID int64 }

// Sold is an order that was paid, and the receipt that paid it; an empty one when credit did.
func (s *Service) Sold(ctx context.Context, orderID int64) (o Order, r Receipt, err error) {
	if o, err = s.order(ctx, orderID); err != nil {
		return o, r, err
	}
	all, err := s.receiptsWhere(ctx, "order_id = ?", orderID)
	for _, one := range all {
		if one.Placed == PlacedOrder {
			return o, one, err
		}
	}
	return o, r, err
}
