package billdesk

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &runRow{}, &documentRow{}, &partRow{}) })
}

// pages is who makes bills in the tests: each page of them is written once, as invoices does it, in one transaction with what is told of it.
type pages struct {
	d        *db.DB
	all      []invoices.Drafted
	failing  error
	dieAfter int // pages; the process dies then. Below zero: never
	slow     func()
	family   bool // each page has another part of the bill of one payer
}

type pageRow struct {
	N      int64 `gorm:"primaryKey;autoIncrement:false"`
	Drafts int64
	Waits  int64
}

func (pageRow) TableName() string { return "test_pages" }

// death is how a process of the tests ends.
type death struct{}

func (p *pages) written(ctx context.Context) (rows []pageRow, err error) {
	err = p.d.Read(ctx).Order("n").Limit(1000).Find(&rows).Error
	return rows, err
}

func (p *pages) Run(ctx context.Context, _ clock.Day, _ invoices.Source, o invoices.RunOptions) (sum invoices.Drafted, err error) {
	if p.failing != nil {
		return sum, p.failing
	}
	there, err := p.written(ctx)
	if err != nil {
		return sum, err
	}
	for n := len(there); n < len(p.all); n++ {
		if p.dieAfter >= 0 && n >= p.dieAfter {
			panic(death{})
		}
		if p.slow != nil {
			p.slow()
		}
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		some := p.all[n]
		err := p.d.InTx(ctx, func(tx *db.Tx) error {
			if err := tx.Gorm().Create(&pageRow{N: int64(n), Drafts: some.Drafts, Waits: some.Drafts}).Error; err != nil {
				return db.Fault(err)
			}
			return o.Wrote(tx, some)
		})
		if err != nil {
			return sum, err
		}
	}
	for _, some := range p.all {
		sum.Parked += some.Parked
	}
	return sum, nil
}

func (p *pages) IssueTelling(ctx context.Context, wrote func(*db.Tx, invoices.Outcome) error) (done invoices.Outcome, err error) {
	there, err := p.written(ctx)
	if err != nil {
		return done, err
	}
	for _, r := range there {
		if r.Waits == 0 {
			continue
		}
		err := p.d.InTx(ctx, func(tx *db.Tx) error {
			won, err := db.Won(tx.Gorm().Model(&pageRow{}).Where("n = ? AND waits = ?", r.N, r.Waits).Update("waits", 0))
			if err != nil || !won {
				return db.Fault(err)
			}
			return wrote(tx, invoices.Outcome{Issued: r.Waits})
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// TryPage names one document of each page.
func (p *pages) TryPage(_ context.Context, asOf clock.Day, _ invoices.Source, after int64, tell func(invoices.Due, invoices.Bill, error)) (int64, error) {
	n := int(after)
	if n >= len(p.all) {
		return 0, nil
	}
	if p.dieAfter >= 0 && n >= p.dieAfter {
		panic(death{})
	}
	due := invoices.Due{SubscriptionID: int64(100 + n), CustomerID: int64(n + 1), Period: invoices.Period{From: asOf, Until: asOf + 30}}
	if p.family {
		tell(partOf(due, asOf))
		tell(partOf(due, asOf+1))
	}
	switch n % 3 {
	case 0:
		l := invoices.Line{Key: "test", Name: "Home 10"}
		l.Gross = 1000
		tell(due, invoices.Bill{Lines: []invoices.Line{l}, Gross: 1000}, nil)
	case 1:
		tell(due, invoices.Bill{}, nil)
	default:
		tell(due, invoices.Bill{}, fault.New(fault.Invalid, "bill_run.request"))
	}
	return int64(n + 1), nil
}

// payer is whose bill a family's parts are on.
const payer = 77

// partOf is a part of the payer's bill of a day, of ten shillings.
func partOf(due invoices.Due, from clock.Day) (invoices.Due, invoices.Bill, error) {
	due.PayerID, due.Together, due.Line = payer, true, fmt.Sprint("Part ", due.CustomerID)
	due.Period = invoices.Period{From: from, Until: from + 30 + clock.Day(due.CustomerID)}
	l := invoices.Line{Key: "test", Name: "Home 10"}
	l.Gross = 1000
	return due, invoices.Bill{Lines: []invoices.Line{l}, Gross: 1000}, nil
}

// office is where runs are asked for.
type office struct {
	testing.TB
	*Service
	clock  *clock.Manual
	bills  *pages
	paused bool
}

var (
	asha  = By{"asha@example.com", "10.0.0.1", 11}
	today = clock.Date(2027, 3, 5)
)

func open(t testing.TB, d *db.DB, all ...invoices.Drafted) *office {
	t.Helper()
	o := &office{TB: t, clock: clock.NewManual(today.Start().Add(9 * time.Hour)), bills: &pages{d: d, all: all, dieAfter: -1}}
	if _, err := d.SQL().Exec("CREATE TABLE test_pages (n BIGINT NOT NULL PRIMARY KEY, drafts BIGINT NOT NULL, waits BIGINT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	o.Service = New(Options{DB: d, Jobs: jobs.New(d, o.clock, slog.New(slog.DiscardHandler)), Clock: o.clock, Plan: o.clock, Bills: o.bills, Paused: func() bool { return o.paused }})
	return o
}

// does runs the job of a run until it ends, waits, or its process dies.
func (o *office) does(id int64) (died bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			died = p == death{}
		}
	}()
	return false, o.work(context.Background(), jobs.Job{Fact: factAsked, Payload: fmt.Appendf(nil, `{"RunID":%d}`, id)})
}

func (o *office) is(id int64) Run {
	o.Helper()
	r, err := o.Run(context.Background(), id)
	if err != nil {
		o.Fatal(err)
	}
	return r
}

// looked is a preview at its end.
func (o *office) looked() Run {
	o.Helper()
	r, err := o.Look(context.Background(), today, fmt.Sprint("preview", o.clock.Now().UnixNano()), asha)
	if err != nil {
		o.Fatal(err)
	}
	if _, err := o.does(r.ID); err != nil {
		o.Fatal(err)
	}
	return o.is(r.ID)
}

func (o *office) started() Run {
	o.Helper()
	r, err := o.Start(context.Background(), o.looked().ID, "request1", asha)
	if err != nil {
		o.Fatal(err)
	}
	return r
}
