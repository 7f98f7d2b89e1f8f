package invoices

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// documentRow is a document as stored. Number is NULL until it has one.
type documentRow struct {
	ID             int64
	Kind           string
	State          string
	Cause          string
	CustomerID     int64
	SubscriptionID int64
	PeriodDay      string
	PeriodUntil    string
	Series         string
	Number         *int64
	OfID           int64
	NetCents       int64
	ExciseCents    int64
	VatCents       int64
	GrossCents     int64
	PaidCents      int64
	CreditedCents  int64
	WrittenCents   int64
	OpenCents      int64
	PoNumber       string
	Note           string
	Day            string
	DueDay         string
	ControlNumber  string
	ControlQr      string
	DoneBy         string
	Line           string
	LinesHash      string
	CreatedAt      time.Time
	IssuedAt       *time.Time
}

func (documentRow) TableName() string { return "invoices" }

type lineRow struct {
	InvoiceID   int64 `gorm:"primaryKey;autoIncrement:false"`
	N           int   `gorm:"primaryKey;autoIncrement:false"`
	Item        string
	Name        string
	Why         string
	Args        string
	Supply      string
	PeriodDay   string
	FromDay     string
	UntilDay    string
	Quantity    int64
	AmountCents int64
	Inclusive   int64
	Correction  int64
	Charge      string
	NetCents    int64
	ExciseCents int64
	VatCents    int64
	GrossCents  int64
	ExciseShare int64
	VatShare    int64
	PartID      int64
}

func (lineRow) TableName() string { return "invoice_lines" }

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func dayIn(s string) clock.Day {
	d, _ := clock.ParseDay(s) // written by us; 0 for none
	return d
}

func (d Document) row() documentRow {
	r := documentRow{ID: d.ID, Kind: string(d.Kind), State: d.State, Cause: d.Cause, CustomerID: d.CustomerID, SubscriptionID: d.SubscriptionID, PeriodDay: d.Period.From.String(),
		PeriodUntil: d.Period.Until.String(), Series: d.Series, OfID: d.OfID, NetCents: d.Net, ExciseCents: d.Excise, VatCents: d.VAT, GrossCents: d.Gross, PaidCents: d.Paid,
		CreditedCents: d.Credited, WrittenCents: d.Written, OpenCents: d.Open, PoNumber: d.PONumber, Note: d.Why, Day: d.Day.String(), DueDay: d.DueDay.String(),
		ControlNumber: d.ControlNumber, ControlQr: d.ControlQR, DoneBy: d.By, Line: d.Line, LinesHash: d.linesHash, CreatedAt: d.CreatedAt, IssuedAt: db.Nullable(d.IssuedAt)}
	if d.Number != 0 {
		r.Number = &d.Number
	}
	return r
}

func (r documentRow) document() Document {
	d := Document{ID: r.ID, Kind: Kind(r.Kind), State: r.State, Cause: r.Cause, CustomerID: r.CustomerID, SubscriptionID: r.SubscriptionID, Period: Period{dayIn(r.PeriodDay), dayIn(r.PeriodUntil)},
		Series: r.Series, OfID: r.OfID, Net: r.NetCents, Excise: r.ExciseCents, VAT: r.VatCents, Gross: r.GrossCents, Paid: r.PaidCents, Credited: r.CreditedCents, Written: r.WrittenCents,
		Open: r.OpenCents, PONumber: r.PoNumber, Why: r.Note, Day: dayIn(r.Day), DueDay: dayIn(r.DueDay), ControlNumber: r.ControlNumber, ControlQR: r.ControlQr, By: r.DoneBy, Line: r.Line,
		CreatedAt: r.CreatedAt.UTC(), IssuedAt: db.Instant(r.IssuedAt), linesHash: r.LinesHash}
	if r.Number != nil {
		d.Number = *r.Number
	}
	return d
}

func (l Line) row(invoiceID int64, n int) (lineRow, error) {
	args, err := json.Marshal(l.Args)
	return lineRow{InvoiceID: invoiceID, N: n, Item: l.Key, Name: l.Name, Why: l.Why, Args: string(args), Supply: string(l.Supply), PeriodDay: l.PeriodDay.String(), FromDay: l.From.String(),
		UntilDay: l.Until.String(), Quantity: l.Quantity, AmountCents: l.Amount, Inclusive: bit(l.Inclusive), Correction: bit(l.Correction), Charge: l.Charge, NetCents: l.Net,
		ExciseCents: l.Excise, VatCents: l.VAT, GrossCents: l.Gross, ExciseShare: l.ExciseShare, VatShare: l.VATShare, PartID: l.Part}, err
}

func (r lineRow) line() (Line, error) {
	l := Line{Key: r.Item, Name: r.Name, Why: r.Why, Supply: taxes.Supply(r.Supply), PeriodDay: dayIn(r.PeriodDay), From: dayIn(r.FromDay), Until: dayIn(r.UntilDay), Quantity: r.Quantity,
		Amount: r.AmountCents, Inclusive: r.Inclusive != 0, Correction: r.Correction != 0, Charge: r.Charge, Part: r.PartID,
		Parts: taxes.Parts{Net: r.NetCents, Excise: r.ExciseCents, VAT: r.VatCents, Gross: r.GrossCents, ExciseShare: r.ExciseShare, VATShare: r.VatShare}}
	return l, json.Unmarshal([]byte(r.Args), &l.Args)
}

// insert adds new documents with their lines. Those whose cause has one already are left out; told are the ids that were added.
func (s *Service) insert(tx *db.Tx, all []Document) (added map[int64]bool, err error) {
	added = map[int64]bool{}
	rows, causes := make([]documentRow, len(all)), make([]string, len(all))
	for n := range all {
		rows[n], causes[n] = all[n].row(), all[n].Cause
	}
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&some).Error; err != nil {
			return nil, db.Fault(err)
		}
	}
	there := map[string]bool{}
	for some := range db.Pieces(causes) {
		var found []documentRow
		if err := tx.Gorm().Select("id", "cause").Where("cause IN ?", some).Find(&found).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range found {
			added[r.ID], there[r.Cause] = true, true
		}
	}
	if n := slices.IndexFunc(causes, func(cause string) bool { return !there[cause] }); n >= 0 { // what it met was no document of its cause: never let it be taken for one
		return nil, fault.Wrap(fault.Internal, "internal", fmt.Errorf("%s has the id %d of another document", causes[n], all[n].ID))
	}
	var lines []lineRow
	for _, d := range all {
		if !added[d.ID] {
			continue
		}
		for n, l := range d.Lines {
			r, err := l.row(d.ID, n)
			if err != nil {
				return nil, err
			}
			lines = append(lines, r)
		}
	}
	for some := range db.Pieces(lines) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return nil, db.Fault(err)
		}
	}
	return added, insertParts(tx, all, added)
}

// withLines reads the lines of documents.
func withLines(g *gorm.DB, all []Document) ([]Document, error) {
	ids, at := make([]int64, len(all)), map[int64]int{}
	for n, d := range all {
		ids[n], at[d.ID] = d.ID, n
	}
	for some := range db.Pieces(ids) {
		var rows []lineRow
		if err := g.Session(&gorm.Session{NewDB: true}).Where("invoice_id IN ?", some).Order("invoice_id, n").Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			l, err := r.line()
			if err != nil {
				return nil, err
			}
			n := at[r.InvoiceID]
			all[n].Lines = append(all[n].Lines, l)
		}
	}
	return all, withParts(g, all)
}

// Unissued says whether a customer has a document that will get its number yet, in a transaction.
func (s *Service) Unissued(tx *db.Tx, customerID int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&documentRow{}).Where("customer_id = ? AND state IN ?", customerID, []string{Draft, Review, Parked, Gathering}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

func documents(g *gorm.DB) ([]Document, error) {
	var rows []documentRow
	err := g.Find(&rows).Error
	all := make([]Document, len(rows))
	for n, r := range rows {
		all[n] = r.document()
	}
	return all, db.Fault(err)
}

func document(g *gorm.DB) (Document, error) {
	all, err := documents(g.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "invoice.unknown")
	}
	if err != nil {
		return Document{}, err
	}
	return all[0], nil
}

// Get is a document with its lines; fault.NotFound "invoice.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Document, error) {
	return whole(s.DB.Read(ctx), id)
}

func (s *Service) getTx(tx *db.Tx, id int64) (Document, error) { return whole(tx.Gorm(), id) }

func whole(g *gorm.DB, id int64) (Document, error) {
	d, err := document(g.Session(&gorm.Session{NewDB: true}).Where("id = ?", id))
	if err != nil {
		return d, err
	}
	all, err := withLines(g, []Document{d})
	if err != nil {
		return d, err
	}
	return all[0], nil
}

// Numbered is the document of a number as people read it, in any case; fault.NotFound "invoice.unknown".
func (s *Service) Numbered(ctx context.Context, text string) (Document, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	cut := strings.LastIndexByte(text, '-')
	number, err := strconv.ParseInt(text[cut+1:], 10, 64)
	if cut < 0 || err != nil || number < 1 {
		return Document{}, fault.New(fault.NotFound, "invoice.unknown")
	}
	d, err := document(s.DB.Read(ctx).Where("series = ? AND number = ?", text[:cut], number))
	if err != nil {
		return d, err
	}
	return whole(s.DB.Read(ctx), d.ID)
}

// lock keeps everybody else from a document until the transaction ends.
func (s *Service) lock(tx *db.Tx, id int64) (Document, error) {
	if err := tx.Gorm().Exec("UPDATE invoices SET state = state WHERE id = ?", id).Error; err != nil {
		return Document{}, db.Fault(err)
	}
	return whole(tx.Gorm(), id)
}

// move changes a document's state; fault.Conflict "invoice.moved" when it is another than was expected.
func (s *Service) move(tx *db.Tx, id int64, from, to, why string) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET state = ?, note = ? WHERE id = ? AND state = ?", to, why, id, from))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "invoice.moved")
	}
	return db.Fault(err)
}

func (s *Service) setOrder(tx *db.Tx, id int64, order string) error {
	return db.Fault(tx.Gorm().Exec("UPDATE invoices SET po_number = ? WHERE id = ? AND state = ?", order, id, Review).Error)
}

// Filter picks documents of a list.
type Filter struct {
	State      string
	Kind       Kind
	CustomerID int64
}

// Newest lists documents before an id, the newest first.
func (s *Service) Newest(ctx context.Context, f Filter, before int64, limit int) ([]Document, error) {
	g := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if f.State != "" {
		g = g.Where("state = ?", f.State)
	} else {
		g = g.Where("state NOT IN ?", []string{Nothing, Gathering, Gathered}) // a part is on its bill
	}
	if f.Kind != "" {
		g = g.Where("kind = ?", f.Kind)
	}
	if f.CustomerID != 0 {
		g = g.Where("customer_id = ?", f.CustomerID)
	}
	if before != 0 {
		g = g.Where("id < ?", before)
	}
	return documents(g)
}
