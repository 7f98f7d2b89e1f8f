package daybook

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// Of says of what sale money is. Empty and 0 are what cannot be told.
type Of struct {
	PlanKey    string
	SiteID     int64
	Way        string
	ResellerID int64
	PartnerID  int64
}

// The ways in which service is sold.
const (
	ByPhone   = "phone"   // a guest's own payment, or credit that a guest's payment left
	ByVoucher = "voucher" // whoever sold it
	ByAccount = "account" // from a customer's credit, before it is used
	ByInvoice = "invoice" // after it, or for what is no service
)

// Ways are those in which service is sold, in the order in which they are shown.
var Ways = []string{ByPhone, ByVoucher, ByAccount, ByInvoice}

// wayOf: the kind of an entry tells how what it earns was sold.
var wayOf = map[string]string{
	"service used": ByPhone, "refund owed": ByPhone, "money reversed": ByPhone,
	"voucher deed": ByVoucher, "voucher used": ByVoucher, "voucher expired": ByVoucher, "voucher earned": ByVoucher, "reseller": ByVoucher,
	"subscription used": ByAccount, "deposit forfeited": ByAccount,
	"invoice": ByInvoice, "credit note": ByInvoice, "write-off": ByInvoice,
}

// Line is what was moved on a day in an account by entries of a kind, of one sort of sale.
type Line struct {
	ledger.DaySum
	Of
}

// Book keeps the daybook.
type Book struct {
	db     *db.DB
	ledger *ledger.Ledger
}

// New makes it.
func New(d *db.DB, l *ledger.Ledger) *Book { return &Book{db: d, ledger: l} }

// piece bounds one transaction of Fold.
const piece = 500

// Fold adds what was chained since to the daybook. Call it every few seconds on one node; two at once do no harm.
func (b *Book) Fold(ctx context.Context) error {
	for {
		n, err := b.foldSome(ctx)
		if err != nil || n < piece {
			return err
		}
	}
}

func (b *Book) foldSome(ctx context.Context) (int, error) {
	head, err := b.head(ctx)
	if err != nil {
		return 0, err
	}
	entries, err := b.ledger.After(ctx, head, piece)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	sales, err := b.salesOf(ctx, entries)
	if err != nil {
		return 0, err
	}
	lines := fold(entries, sales)
	return len(entries), b.db.InTx(ctx, func(tx *db.Tx) error {
		won, err := b.moveHead(tx, head, entries[len(entries)-1].Seq)
		if err != nil || !won { // another has folded these
			return err
		}
		return b.add(tx, lines)
	})
}
