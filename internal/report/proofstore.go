package report

import (
	"context"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

type receiptProof struct {
	ID, OrderID        int64
	Placed, OrderState string
	Entries            int
}

// textOf is how a number is written into text on each database.
func (s *Proofs) textOf(column string) string {
	if s.db.Dialect() == db.MySQL {
		return "CAST(" + column + " AS CHAR CHARACTER SET ascii)"
	}
	return "CAST(" + column + " AS TEXT)"
}

// concat joins two texts on each database.
func (s *Proofs) concat(a, b string) string {
	if s.db.Dialect() == db.MySQL {
		return "CONCAT(" + a + ", " + b + ")"
	}
	return a + " || " + b
}

// eachReceipt pages through all receipts with the number of ledger entries that brought each in.
func (s *Proofs) eachReceipt(ctx context.Context, see func(receiptProof)) error {
	query := "SELECT r.id, r.order_id, r.placed, COALESCE(o.state, '') AS order_state," +
		" (SELECT COUNT(*) FROM ledger_entries e WHERE e.kind = ? AND e.source = " + s.concat("'receipt:'", s.textOf("r.id")) + ") AS entries" +
		" FROM receipts r LEFT JOIN orders o ON o.id = r.order_id WHERE r.id > ? ORDER BY r.id LIMIT ?"
	for after := int64(0); ; {
		var page []receiptProof
		if err := s.db.Read(ctx).Raw(query, billing.EntryMoneyIn, after, verifyPage).Scan(&page).Error; err != nil {
			return db.Fault(err)
		}
		for _, r := range page {
			see(r)
			after = r.ID
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

type orderProof struct {
	ID, GrantID, SourceGrant int64
	Receipts, Sources        int
}

func (s *Proofs) eachPaidOrder(ctx context.Context, see func(orderProof)) error {
	source := "g.kind = 'order' AND g.source_key = " + s.textOf("o.id")
	query := "SELECT o.id, o.grant_id," +
		" (SELECT COUNT(*) FROM receipts r WHERE r.order_id = o.id AND r.placed = ?) AS receipts," +
		" (SELECT COUNT(*) FROM grant_sources g WHERE " + source + ") AS sources," +
		" COALESCE((SELECT MAX(g.grant_id) FROM grant_sources g WHERE " + source + "), 0) AS source_grant" +
		" FROM orders o WHERE o.state = ? AND o.id > ? ORDER BY o.id LIMIT ?"
	for after := int64(0); ; {
		var page []orderProof
		if err := s.db.Read(ctx).Raw(query, billing.PlacedOrder, billing.OrderPaid, after, verifyPage).Scan(&page).Error; err != nil {
			return db.Fault(err)
		}
		for _, o := range page {
			see(o)
			after = o.ID
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

func (s *Proofs) grantsWithoutSource(ctx context.Context, n int) (ids []int64, err error) {
	err = s.db.Read(ctx).Raw("SELECT id FROM grants WHERE NOT EXISTS (SELECT 1 FROM grant_sources g WHERE g.grant_id = grants.id) LIMIT ?", n).Scan(&ids).Error
	return ids, db.Fault(err)
}

func (s *Proofs) sourcesWithoutOrder(ctx context.Context, n int) (keys []string, err error) {
	err = s.db.Read(ctx).Raw("SELECT g.source_key FROM grant_sources g WHERE g.kind = 'order' AND NOT EXISTS"+
		" (SELECT 1 FROM orders o WHERE o.id = CAST(g.source_key AS "+s.integer()+") AND o.state = ?) LIMIT ?", billing.OrderPaid, n).Scan(&keys).Error
	return keys, db.Fault(err)
}

func (s *Proofs) integer() string {
	if s.db.Dialect() == db.MySQL {
		return "SIGNED"
	}
	return "INTEGER"
}

type creditProof struct {
	Party       string
	Held, Books int64
}

// creditsThatDiffer compares each balance row with the postings of its party, from both sides.
func (s *Proofs) creditsThatDiffer(ctx context.Context, n int) (all []creditProof, err error) {
	const books = "(SELECT COALESCE(SUM(p.cents), 0) FROM ledger_postings p WHERE p.account = ? AND p.party = c.phone_hash)"
	err = s.db.Read(ctx).Raw("SELECT c.phone_hash AS party, c.balance_cents AS held, -"+books+" AS books FROM credits c"+
		" WHERE c.balance_cents <> -"+books+" LIMIT ?", ledger.GuestCredit, ledger.GuestCredit, n).Scan(&all).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	var homeless []creditProof
	err = s.db.Read(ctx).Raw("SELECT p.party AS party, -SUM(p.cents) AS books FROM ledger_postings p WHERE p.account = ?"+
		" AND NOT EXISTS (SELECT 1 FROM credits c WHERE c.phone_hash = p.party) GROUP BY p.party HAVING SUM(p.cents) <> 0 LIMIT ?", ledger.GuestCredit, n).Scan(&homeless).Error
	return append(all, homeless...), db.Fault(err)
}

func (s *Proofs) sumPlaced(ctx context.Context, places ...string) (int64, error) {
	var cents *int64
	err := s.db.Read(ctx).Table("receipts").Where("placed IN ?", places).Select("SUM(amount_cents)").Scan(&cents).Error
	if err != nil || cents == nil {
		return 0, db.Fault(err)
	}
	return *cents, nil
}
