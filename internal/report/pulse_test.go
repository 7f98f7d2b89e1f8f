package report

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// prompts writes payments of a state as billing would.
func prompts(t *testing.T, d *db.DB, at time.Time, state billing.PaymentState, n int) {
	t.Helper()
	err := d.InTx(context.Background(), func(tx *db.Tx) error {
		for range n {
			id := tx.ID()
			err := tx.Gorm().Exec("INSERT INTO payments (id, order_id, till_id, site_id, rail, state, amount_cents, amount_currency, phone_hash, secret_hash, secret,"+
				" merchant_request_id, reason, result_code, result_text, attention, asks, pushed_at, created_at, updated_at)"+
				" VALUES (?, ?, 1, 1, 'mpesa', ?, 1000, 'KES', 'p', ?, '', '', '', '', '', '', 0, ?, ?, ?)", id, id, state, fmt.Sprint(id), at, at, at).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPulse(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))
		ctx, p := context.Background(), NewPulse(d, c)
		if r, err := p.Prompts(ctx); err != nil || len(r) != 0 {
			t.Fatalf("without prompts: %v %v", r, err)
		}
		if r, err := p.Callbacks(ctx); err != nil || len(r) != 1 || r[0].Value != 0 {
			t.Fatalf("without prompts nobody is silent: %v %v", r, err)
		}
		prompts(t, d, c.Now(), billing.PaymentPaid, 4)
		prompts(t, d, c.Now(), billing.PaymentFailed, 5)
		prompts(t, d, c.Now(), billing.PaymentUnknown, 7)
		c.Advance(10 * time.Minute)
		prompts(t, d, c.Now(), billing.PaymentSent, 20) // too fresh to count
		if r, err := p.Prompts(ctx); err != nil || len(r) != 1 || r[0].Value != 25 {
			t.Errorf("4 of 16: %v %v", r, err)
		}
		if r, err := p.Callbacks(ctx); err != nil || r[0].Value != 10 {
			t.Errorf("ten minutes of silence: %v %v", r, err)
		}
		hear(t, d, c.Now().Add(-5*time.Minute))
		c.Advance(3 * time.Minute)
		if r, err := p.Callbacks(ctx); err != nil || r[0].Value != 3 {
			t.Errorf("prompts after the last word: %v %v", r, err)
		}
		hear(t, d, c.Now())
		if r, err := p.Callbacks(ctx); err != nil || r[0].Value != 0 {
			t.Errorf("heard: %v %v", r, err)
		}
		c.Advance(time.Hour)
		if r, err := p.Prompts(ctx); err != nil || len(r) != 0 {
			t.Errorf("an hour later: %v %v", r, err)
		}
	})
}

func hear(t *testing.T, d *db.DB, at time.Time) {
	t.Helper()
	err := d.InTx(context.Background(), func(tx *db.Tx) error {
		id := tx.ID()
		return tx.Gorm().Exec("INSERT INTO rail_inbox (id, content_hash, kind, body, came_from, state, note, received_at, applied_at) VALUES (?, ?, 'k', '', '', 'done', '', ?, ?)",
			id, fmt.Sprint(id), at, at).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
