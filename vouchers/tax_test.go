package vouchers

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/radius/access"
)

// owes wants what is owed of the taxes and is ahead of them, in cents, and what was earned and never used.
func (k *kiosk) owes(excise, vat, ahead, earned, never int64) {
	k.Helper()
	k.balance(ledger.ExcisePayable, -excise)
	k.balance(ledger.VATPayable, -vat)
	sum := int64(0)
	for _, account := range []string{ledger.ExciseAhead, ledger.VATAhead} {
		held, err := k.Ledger.Balance(context.Background(), account, "")
		if err != nil {
			k.Fatal(err)
		}
		sum += held.Cents
	}
	if sum != ahead {
		k.Errorf("%d cents of tax are ahead, want %d", sum, ahead)
	}
	k.balance(ledger.InternetSales, -earned)
	k.balance(ledger.Breakage, -never)
}

// TestAVoucherIsTaxedWhenItIsUsed, or kept for good: of 10 shillings 1.12 are excise and 1.38 VAT. One that is killed and brought back owes nothing.
func TestAVoucherIsTaxedWhenItIsUsed(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		rates := taxes.New(k.DB, k.clock)
		for _, r := range []taxes.Rate{{Kind: taxes.VAT, Share: 1600, From: 1, On: taxes.Taxable, Note: "VAT Act"}, {Kind: taxes.Excise, Share: 1500, From: 1, On: []taxes.Supply{taxes.Internet}, Note: "Excise Act"}} {
			if _, err := rates.Save(context.Background(), r, taxes.By{Actor: "owner"}); err != nil {
				t.Fatal(err)
			}
		}
		k.Taxes = rates
		b := k.batch(Wish{SiteID: k.here, Size: 4, UnusedFor: time.Hour})
		k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 1, Last: 4, Holder: "kiosk", Money: true})
		codes := k.codes(b)
		k.owes(0, 0, 0, 0, 0)
		grant, err := k.redeemBy(codes[0], 1)
		if err != nil {
			t.Fatal(err)
		}
		k.owes(112, 138, 250, 0, 0)
		if got := k.logIn(string(codes[0]), "", 1); got.Cause != access.CauseOK {
			t.Fatal(got.Cause, got.Err)
		}
		k.tx(func(tx *db.Tx) error { _, err := k.access.End(tx, grant, access.CauseTimeUsed); return err })
		k.idle()
		earned, err := k.Ledger.Balance(context.Background(), ledger.InternetSales, "")
		if err != nil {
			t.Fatal(err)
		}
		k.owes(112, 138, 0, -earned.Cents, 750+earned.Cents) // earned, or breakage when its first use was not told yet
		kept := 750 + earned.Cents
		killed := k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: 2, Last: 3, Reason: "torn"})
		k.owes(3*112, 3*138, 0, -earned.Cents, kept+2*750)
		if _, err := k.Undo(context.Background(), killed.ID, office); err != nil {
			t.Fatal(err)
		}
		k.owes(112, 138, 0, -earned.Cents, kept)
		k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: 3, Last: 3, Money: true, Reason: "given back"})
		k.owes(112, 138, 0, -earned.Cents, kept)
		k.clock.Advance(2 * time.Hour)
		if err := k.Expire(context.Background()); err != nil {
			t.Fatal(err)
		}
		k.states(b, map[State]int{Used: 1, Void: 1, Expired: 2})
		k.owes(3*112, 3*138, 0, -earned.Cents, kept+2*750)
		k.prove()
	})
}
