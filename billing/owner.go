package billing

import "mtandao/internal/db"

// ownerOf names whose service an order's money buys: the phone that paid it, when the receipt proves which one that was, else
// nobody's but this order's own. The number and the device of an order are only what somebody typed or claimed.
func (s *Service) ownerOf(tx *db.Tx, o Order, r Receipt) (string, error) {
	proven, err := s.provesPayer(tx, r)
	if err != nil || !proven {
		return "order:" + id(o.ID), err
	}
	return r.payerHash, nil
}
