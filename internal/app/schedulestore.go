package app

import (
	"context"

	"github.com/go-sql-driver/mysql"

	"mtandao/internal/db"
	"mtandao/internal/seal"
)

// makeDatabase makes an empty database on the server that a DSN names, and gives its DSN and how to drop it.
func makeDatabase(ctx context.Context, dsn string) (made string, drop func() error, err error) {
	config, err := mysql.ParseDSN(dsn[len("mysql:"):])
	if err != nil {
		return "", nil, db.Fault(err)
	}
	d, err := db.Open(ctx, dsn, db.Options{})
	if err != nil {
		return "", nil, err
	}
	name := "schedules_" + seal.RandomHex(6)
	if _, err := d.SQL().ExecContext(ctx, "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		return "", nil, db.Fault(err)
	}
	config.DBName = name
	return "mysql:" + config.FormatDSN(), func() error {
		_, err := d.SQL().ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name)
		if e := d.Close(); err == nil {
			err = e
		}
		return db.Fault(err)
	}, nil
}

// keptReceipt, keptOrder and keptClaim are what the check reads of the program's tables.
type keptReceipt struct {
	Receipt, CameBy, Placed string
	AmountCents             int64
	PaymentID, OrderID      int64
	HolderID, ReversedCents int64
}

type keptOrder struct {
	ID, PaymentID, GrantID            int64
	Code, State, PaymentState, Reason string
	Attention, CheckoutID, ResultCode string
}

type keptClaim struct {
	OrderID        int64
	Receipt, State string
}

// receiptsSince, ordersSince and claimsSince read the rows of one group: its ids are above since.
func (m *Main) receiptsSince(ctx context.Context, since int64) (all []keptReceipt, err error) {
	err = m.DB.Read(ctx).Raw("SELECT COALESCE(receipt, '') AS receipt, came_by, placed, amount_cents, payment_id, order_id, holder_id, reversed_cents FROM receipts WHERE id > ? AND placed <> 'merged' ORDER BY id", since).Scan(&all).Error
	return all, db.Fault(err)
}

func (m *Main) ordersSince(ctx context.Context, since int64) (all []keptOrder, err error) {
	err = m.DB.Read(ctx).Raw("SELECT o.id, p.id AS payment_id, o.grant_id, o.code, o.state, p.state AS payment_state, p.reason, p.attention,"+
		" COALESCE(p.checkout_request_id, '') AS checkout_id, p.result_code FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id > ? ORDER BY o.id", since).Scan(&all).Error
	return all, db.Fault(err)
}

func (m *Main) claimsSince(ctx context.Context, since int64) (all []keptClaim, err error) {
	err = m.DB.Read(ctx).Raw("SELECT order_id, receipt, state FROM receipt_claims WHERE id > ? ORDER BY id", since).Scan(&all).Error
	return all, db.Fault(err)
}

// unreadMessages counts what the rail sent and nobody has judged.
func (m *Main) unreadMessages(ctx context.Context) (n int64, err error) {
	err = m.DB.Read(ctx).Raw("SELECT COUNT(*) FROM rail_inbox WHERE state = 'new'").Scan(&n).Error
	return n, db.Fault(err)
}

// credits is what is held for guests, and what is owed them: money that bought nothing, and what was paid beyond a price.
func (m *Main) credits(ctx context.Context) (held, owed int64, err error) {
	err = m.DB.Read(ctx).Raw("SELECT COALESCE(SUM(balance_cents), 0) FROM credits").Scan(&held).Error
	if err == nil {
		err = m.DB.Read(ctx).Raw("SELECT COALESCE(SUM(CASE WHEN r.placed = 'credit' THEN r.amount_cents ELSE r.amount_cents - o.price_cents END), 0)" +
			" FROM receipts r LEFT JOIN orders o ON o.id = r.order_id WHERE r.placed IN ('credit', 'order')").Scan(&owed).Error
	}
	return held, owed, db.Fault(err)
}
