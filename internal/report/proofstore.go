package report

import (
	"context"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
	"mtandao/radius/access"
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

// eachOf shows every row of a query, a page at a time; after gives the arguments of the page that follows a row, at first the
// zero one.
func eachOf[T any](ctx context.Context, d *db.DB, query string, after func(last T) []any, see func(T)) error {
	for last, full := *new(T), true; full; {
		var page []T
		if err := d.Read(ctx).Raw(query, after(last)...).Scan(&page).Error; err != nil {
			return db.Fault(err)
		}
		for _, row := range page {
			see(row)
			last = row
		}
		full = len(page) == verifyPage
	}
	return nil
}

// eachReceipt pages through all receipts with the number of ledger entries that brought each in.
func (s *Proofs) eachReceipt(ctx context.Context, see func(receiptProof)) error {
	query := "SELECT r.id, r.order_id, r.placed, COALESCE(o.state, '') AS order_state," +
		" (SELECT COUNT(*) FROM ledger_entries e WHERE e.kind = ? AND e.source = " + s.concat("'receipt:'", s.textOf("r.id")) + ") AS entries" +
		" FROM receipts r LEFT JOIN orders o ON o.id = r.order_id WHERE r.id > ? ORDER BY r.id LIMIT ?"
	return eachOf(ctx, s.db, query, func(last receiptProof) []any { return []any{billing.EntryMoneyIn, last.ID, verifyPage} }, see)
}

type orderProof struct {
	ID, GrantID, SourceGrant int64
	Receipts, Sources        int
	Segment                  string
}

func (s *Proofs) eachPaidOrder(ctx context.Context, see func(orderProof)) error {
	source := "g.kind = 'order' AND g.source_key = " + s.textOf("o.id")
	query := "SELECT o.id, o.grant_id, o.segment," +
		" (SELECT COUNT(*) FROM receipts r WHERE r.order_id = o.id AND r.placed IN ?) AS receipts," +
		" (SELECT COUNT(*) FROM grant_sources g WHERE " + source + ") AS sources," +
		" COALESCE((SELECT MAX(g.grant_id) FROM grant_sources g WHERE " + source + "), 0) AS source_grant" +
		" FROM orders o WHERE o.state = ? AND o.id > ? ORDER BY o.id LIMIT ?"
	where := []any{[]string{billing.PlacedOrder, billing.PlacedFloat, billing.PlacedAccount}, billing.OrderPaid}
	return eachOf(ctx, s.db, query, func(last orderProof) []any { return append(where[:2:2], last.ID, verifyPage) }, see)
}

func (s *Proofs) grantsWithoutSource(ctx context.Context, n int) (ids []int64, err error) {
	err = s.db.Read(ctx).Raw("SELECT id FROM grants WHERE NOT EXISTS (SELECT 1 FROM grant_sources g WHERE g.grant_id = grants.id"+
		" AND (g.kind <> ? OR grants.state = ?)) LIMIT ?", access.SourceWithdrawn, access.Ended, n).Scan(&ids).Error
	return ids, db.Fault(err)
}

// integer is the type that a text is cast to, to be read as a number, on each database.
func (s *Proofs) integer() string {
	if s.db.Dialect() == db.MySQL {
		return "SIGNED"
	}
	return "INTEGER"
}

type creditProof struct {
	Party, Currency string
	Held, Books     int64
}

// creditsThatDiffer compares each balance row with the postings of its party, from both sides.
func (s *Proofs) creditsThatDiffer(ctx context.Context, n int) (all []creditProof, err error) {
	const books = "(SELECT COALESCE(SUM(p.cents), 0) FROM ledger_postings p WHERE p.account = ? AND p.party = c.phone_hash)"
	err = s.db.Read(ctx).Raw("SELECT c.phone_hash AS party, c.currency, c.balance_cents AS held, -"+books+" AS books FROM credits c"+
		" WHERE c.balance_cents <> -"+books+" OR c.currency <> ? LIMIT ?", ledger.GuestCredit, ledger.GuestCredit, money.Shilling, n).Scan(&all).Error
	if err != nil {
		return nil, db.Fault(err)
	}
	var homeless []creditProof
	err = s.db.Read(ctx).Raw("SELECT p.party AS party, -SUM(p.cents) AS books FROM ledger_postings p WHERE p.account = ?"+
		" AND NOT EXISTS (SELECT 1 FROM credits c WHERE c.phone_hash = p.party) GROUP BY p.party HAVING SUM(p.cents) <> 0 LIMIT ?", ledger.GuestCredit, n).Scan(&homeless).Error
	return append(all, homeless...), db.Fault(err)
}

type tillBooks struct{ ID, Arrived, Books int64 }

// tillsThatDiffer compares in one statement, for money comes in meanwhile.
func (s *Proofs) tillsThatDiffer(ctx context.Context, n int) (all []tillBooks, err error) {
	err = s.db.Read(ctx).Raw("SELECT id, SUM(arrived) AS arrived, SUM(books) AS books FROM"+
		" (SELECT till_id AS id, amount_cents - reversed_cents AS arrived, 0 AS books FROM receipts WHERE placed IN ?"+
		" UNION ALL SELECT r.till_id AS id, -f.amount_cents AS arrived, 0 AS books FROM refunds f JOIN receipts r ON r.id = f.receipt_id WHERE f.state = 'paid' AND f.how = 'mpesa'"+
		" UNION ALL SELECT till_id AS id, in_cents - out_cents AS arrived, 0 AS books FROM statement_lines WHERE kind IN ?"+
		" UNION ALL SELECT CAST(SUBSTR(party, 6) AS "+s.integer()+") AS id, 0 AS arrived, cents AS books FROM ledger_postings WHERE account = ?) AS t"+
		" GROUP BY id HAVING SUM(arrived) <> SUM(books) LIMIT ?",
		[]string{billing.PlacedOrder, billing.PlacedCredit, billing.PlacedSuspense, billing.PlacedRefunded, billing.PlacedFloat, billing.PlacedAccount, billing.PlacedReversed},
		incoming.Charges, ledger.TillClearing, n).Scan(&all).Error
	return all, db.Fault(err)
}

type entryProof struct {
	ID     int64
	Source string
}

// entriesWithoutReceipt: the source of an entry that brought money in is receipt:ID.
func (s *Proofs) entriesWithoutReceipt(ctx context.Context, n int) (all []entryProof, err error) {
	err = s.db.Read(ctx).Raw("SELECT e.id, e.source FROM ledger_entries e WHERE e.kind = ? AND NOT EXISTS"+
		" (SELECT 1 FROM receipts r WHERE r.id = CAST(SUBSTR(e.source, 9) AS "+s.integer()+")) LIMIT ?", billing.EntryMoneyIn, n).Scan(&all).Error
	return all, db.Fault(err)
}

// chargesWithoutLine: the source of an entry by which the rail charged something is line:ID.
func (s *Proofs) chargesWithoutLine(ctx context.Context, n int) (all []entryProof, err error) {
	const is = " l WHERE l.id = e.line AND l.kind IN ? AND l.in_cents <> l.out_cents)"
	err = s.db.Read(ctx).Raw("SELECT e.id, e.source FROM (SELECT id, source, CAST(SUBSTR(source, 6) AS "+s.integer()+") AS line FROM ledger_entries WHERE kind = ?) AS e"+
		" WHERE NOT EXISTS (SELECT 1 FROM statement_lines"+is+" AND NOT EXISTS (SELECT 1 FROM payout_lines"+is+" LIMIT ?", billing.EntryCharge, incoming.Charges, incoming.Charges, n).Scan(&all).Error
	return all, db.Fault(err)
}

type sourceProof struct {
	Kind, SourceKey, How                        string
	GrantID, Found                              int64
	OrderState, OrderHow, Limits                string
	GrantState                                  string
	EventAction, EventSaid                      string // of a gift
	VoucherGrant                                int64
	VoucherLimits                               string
	RefundGrant                                 int64
	RefundState                                 string
	ReversalGrant                               int64
	ReversalState                               string
	GraceGrant, GraceOrderGrant                 int64
	GraceSeconds, GraceBytes                    int64
	LineGrant, PackGrant                        int64
	PackSaid                                    string // of the event of a pack
	AddedSeconds, AddedBytes, AddedValidSeconds int64
}

// eachSource pages through what fed grants, with the order that it names.
func (s *Proofs) eachSource(ctx context.Context, see func(sourceProof)) error {
	query := "SELECT g.*, COALESCE(k.id, 0) AS found, COALESCE(k.state, '') AS grant_state, COALESCE(o.state, '') AS order_state, COALESCE(o.how, '') AS order_how, COALESCE(o.limits, '') AS limits," +
		" COALESCE(v.grant_id, 0) AS voucher_grant, COALESCE(b.limits, '') AS voucher_limits," +
		" COALESCE(f.grant_id, 0) AS refund_grant, COALESCE(f.state, '') AS refund_state," +
		" COALESCE(rv.grant_id, 0) AS reversal_grant, COALESCE(rv.state, '') AS reversal_state," +
		" COALESCE(gr.grant_id, 0) AS grace_grant, COALESCE(gr.charged_seconds, 0) AS grace_seconds, COALESCE(gr.charged_bytes, 0) AS grace_bytes, COALESCE(go.grant_id, 0) AS grace_order_grant," +
		" COALESCE(sb.grant_id, 0) AS line_grant, COALESCE(sp.grant_id, 0) AS pack_grant, COALESCE(se.content, '') AS pack_said," +
		" COALESCE(a.action, '') AS event_action, COALESCE(a.new_value, '') AS event_said" +
		" FROM grant_sources g LEFT JOIN grants k ON k.id = g.grant_id LEFT JOIN orders o ON g.kind = 'order' AND o.id = CAST(g.source_key AS " + s.integer() + ")" +
		" LEFT JOIN audit_events a ON g.kind = 'gift' AND a.id = CAST(g.source_key AS " + s.integer() + ")" +
		" LEFT JOIN vouchers v ON g.kind IN ('voucher', 'voucher void') AND v.id = CAST(g.source_key AS " + s.integer() + ") LEFT JOIN voucher_batches b ON b.id = v.batch_id" +
		" LEFT JOIN refunds f ON g.kind = 'refund' AND f.id = CAST(g.source_key AS " + s.integer() + ")" +
		" LEFT JOIN reversals rv ON g.kind = 'reversal' AND rv.id = CAST(g.source_key AS " + s.integer() + ")" +
		" LEFT JOIN graces gr ON g.kind IN ('grace', 'grace charge') AND gr.order_id = CAST(g.source_key AS " + s.integer() + ") LEFT JOIN orders go ON go.id = gr.order_id" +
		" LEFT JOIN subscriptions sb ON g.kind = 'subscription' AND sb.id = CAST(g.source_key AS " + s.integer() + ")" +
		" LEFT JOIN subscription_events se ON g.kind = 'pack' AND se.id = CAST(g.source_key AS " + s.integer() + ") LEFT JOIN subscriptions sp ON sp.id = se.subscription_id" +
		" WHERE (g.kind = ? AND g.source_key > ?) OR g.kind > ? ORDER BY g.kind, g.source_key LIMIT ?"
	return eachOf(ctx, s.db, query, func(last sourceProof) []any { return []any{last.Kind, last.SourceKey, last.Kind, verifyPage} }, see)
}

type serviceProof struct {
	ID, Paid, Held int64
	State          string
}

// serviceThatDiffers: an ended grant's money is earned by a job, which is there until it is done.
func (s *Proofs) serviceThatDiffers(ctx context.Context, n int) (all []serviceProof, err error) {
	const paid = "((SELECT COALESCE(SUM(o.price_cents), 0) FROM orders o WHERE o.grant_id = g.id AND o.state = ?)" +
		" + (SELECT COALESCE(SUM(b.price_cents), 0) FROM vouchers v JOIN voucher_batches b ON b.id = v.batch_id WHERE v.grant_id = g.id)" +
		" + (SELECT COALESCE(SUM(l.held_cents), 0) FROM subscriptions l WHERE l.grant_id = g.id)" +
		" - (SELECT COALESCE(SUM(f.amount_cents), 0) FROM refunds f WHERE f.grant_id = g.id AND f.account = '" + ledger.PrepaidService + "')" +
		" - (SELECT COALESCE(SUM(b.service_cents), 0) FROM reversals b WHERE b.grant_id = g.id AND b.account = '" + ledger.PrepaidService + "'))"
	held := "(SELECT COALESCE(-SUM(p.cents), 0) FROM ledger_postings p WHERE p.account = ? AND p.party = " + s.concat("'grant:'", s.textOf("g.id")) + ")"
	due := "EXISTS (SELECT 1 FROM jobs j WHERE j.fact = ? AND j.job_key = " + s.textOf("g.id") + ")"
	err = s.db.Read(ctx).Raw("SELECT id, state, paid, held FROM (SELECT g.id, g.state, "+paid+" AS paid, "+held+" AS held, "+due+" AS due FROM grants g) AS t"+
		" WHERE held <> CASE WHEN state = ? AND due = 0 THEN 0 ELSE paid END AND NOT (state = ? AND held = 0) LIMIT ?",
		billing.OrderPaid, ledger.PrepaidService, access.GrantEnded, access.Ended, access.Ended, n).Scan(&all).Error
	return all, db.Fault(err)
}

type suspenseProof struct {
	ID, Cents, Held int64
	Placed          string
}

func (s *Proofs) suspenseThatDiffers(ctx context.Context, n int) (all []suspenseProof, err error) {
	held := "(SELECT COALESCE(-SUM(p.cents), 0) FROM ledger_postings p WHERE p.account = ? AND p.party = " + s.concat("'receipt:'", s.textOf("r.id")) + ")"
	err = s.db.Read(ctx).Raw("SELECT id, placed, cents, held FROM (SELECT r.id, r.placed, r.amount_cents - r.reversed_cents AS cents, "+held+" AS held FROM receipts r) AS t"+
		" WHERE held <> CASE WHEN placed = ? THEN cents ELSE 0 END LIMIT ?", ledger.Suspense, billing.PlacedSuspense, n).Scan(&all).Error
	return all, db.Fault(err)
}

type tillProof struct {
	ID                 int64
	TillKey, ShortCode string
	Cents              int64
}

// heldByTills sums the clearing account by party, which is till:ID.
func (s *Proofs) heldByTills(ctx context.Context) (all []tillProof, err error) {
	err = s.db.Read(ctx).Raw("SELECT p.id, COALESCE(t.till_key, '') AS till_key, COALESCE(t.short_code, '') AS short_code, p.cents FROM"+
		" (SELECT CAST(SUBSTR(party, 6) AS "+s.integer()+") AS id, SUM(cents) AS cents FROM ledger_postings WHERE account = ? GROUP BY party) AS p"+
		" LEFT JOIN tills t ON t.id = p.id WHERE p.cents <> 0 ORDER BY p.id", ledger.TillClearing).Scan(&all).Error
	return all, db.Fault(err)
}
