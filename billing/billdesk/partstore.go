package billdesk

import (
	"context"
	"encoding/json"

	"gorm.io/gorm"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// partRow is a part of a document of a preview: of one bill of several lines.
type partRow struct {
	RunID          int64 `gorm:"primaryKey;autoIncrement:false"`
	N              int64 `gorm:"primaryKey;autoIncrement:false"`
	Document       int64
	PayerID        int64
	SubscriptionID int64
	CustomerID     int64
	Line           string
	FromDay        string
	UntilDay       string
	Cents          int64
	SaidLines      int64
	Said           string
}

func (partRow) TableName() string { return "bill_run_parts" }

func (r partRow) part() (p Part, err error) {
	from, _ := clock.ParseDay(r.FromDay) // written by us
	until, _ := clock.ParseDay(r.UntilDay)
	p = Part{N: r.N, SubscriptionID: r.SubscriptionID, CustomerID: r.CustomerID, Line: r.Line, From: from, Until: until, Cents: r.Cents, payerID: r.PayerID}
	if r.Said == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(r.Said), &p.Lines); err != nil {
		return p, fault.Wrap(fault.Internal, "internal", err)
	}
	return p, nil
}

// together is the one bill of somebody's periods of a day.
type together struct {
	PayerID int64
	FromDay string
}

// filling is a bill of several lines, and how full it is.
type filling struct {
	together
	Document, Parts, Lines int64
}

// fillings are the bills of a run that some parts may be on; of each day the last one.
func fillings(tx *db.Tx, runID int64, parts []Part) (map[together]filling, error) {
	var payers []int64
	seen, all := map[int64]bool{}, map[together]filling{}
	for _, p := range parts {
		if !seen[p.payerID] {
			payers, seen[p.payerID] = append(payers, p.payerID), true
		}
	}
	for some := range db.Pieces(payers) {
		var rows []struct {
			PayerID               int64
			FromDay               string
			Document, Parts, Told int64
		}
		err := tx.Gorm().Raw("SELECT payer_id, from_day, document, COUNT(*) AS parts, SUM(said_lines) AS told FROM bill_run_parts WHERE run_id = ? AND payer_id IN ? GROUP BY payer_id, from_day, document ORDER BY document", runID, some).
			Scan(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			at := together{r.PayerID, r.FromDay}
			all[at] = filling{at, r.Document, r.Parts, r.Told}
		}
	}
	return all, nil
}

// keepParts puts parts onto the bills that a run would gather them on, and tells those that begin with them, which are not kept yet.
func (s *Service) keepParts(tx *db.Tx, runID int64, parts []Part) (begun []Document, err error) {
	if len(parts) == 0 {
		return nil, nil
	}
	bills, err := fillings(tx, runID, parts)
	if err != nil {
		return nil, err
	}
	rows, at, more := make([]partRow, len(parts)), map[int64]int{}, map[int64]Document{}
	for n, p := range parts {
		key := together{p.payerID, p.From.String()}
		bill := bills[key]
		if bill.Document == 0 || !invoices.Room(int(bill.Parts), int(bill.Lines), len(p.Lines)) {
			bill = filling{together: key, Document: tx.ID()}
			at[bill.Document] = len(begun)
			begun = append(begun, Document{N: bill.Document, CustomerID: p.payerID, From: p.From, Until: p.Until, Fate: Billed})
		}
		bill.Parts, bill.Lines = bill.Parts+1, bill.Lines+int64(len(p.Lines))
		bills[key] = bill
		if i, is := at[bill.Document]; is {
			begun[i].Cents, begun[i].Until = begun[i].Cents+p.Cents, max(begun[i].Until, p.Until)
		} else {
			d := more[bill.Document]
			d.Cents, d.Until = d.Cents+p.Cents, max(d.Until, p.Until)
			more[bill.Document] = d
		}
		said, err := json.Marshal(p.Lines)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "internal", err)
		}
		rows[n] = partRow{RunID: runID, N: tx.ID(), Document: bill.Document, PayerID: p.payerID, SubscriptionID: p.SubscriptionID, CustomerID: p.CustomerID, Line: p.Line, FromDay: key.FromDay, UntilDay: p.Until.String(), Cents: p.Cents,
			SaidLines: int64(len(p.Lines)), Said: string(said)}
	}
	for n, d := range more {
		err := tx.Gorm().Model(&documentRow{}).Where("run_id = ? AND n = ?", runID, n).
			Updates(map[string]any{"cents": gorm.Expr("cents + ?", d.Cents), "until_day": gorm.Expr("CASE WHEN until_day < ? THEN ? ELSE until_day END", d.Until.String(), d.Until.String())}).Error
		if err != nil {
			return nil, db.Fault(err)
		}
	}
	return begun, db.Fault(tx.Gorm().CreateInBatches(&rows, atOnce).Error)
}

// mostNamed is how many parts of one bill are told with it.
const mostNamed = 7

// tellParts adds to the bills of several lines among documents how many parts these have, and the first of them without their lines.
func (s *Service) tellParts(ctx context.Context, runID int64, all []Document) error {
	of := map[int64]int{}
	var bills []int64
	for n, d := range all {
		if d.SubscriptionID == 0 {
			bills, of[d.N] = append(bills, d.N), n
		}
	}
	for some := range db.Pieces(bills) {
		var rows []struct {
			One   partRow `gorm:"embedded"`
			Parts int64
		}
		err := s.DB.Read(ctx).Raw("SELECT * FROM (SELECT n, document, payer_id, subscription_id, customer_id, line, from_day, until_day, cents, ROW_NUMBER() OVER (PARTITION BY document ORDER BY n) AS place,"+
			" COUNT(*) OVER (PARTITION BY document) AS parts FROM bill_run_parts WHERE run_id = ? AND document IN ?) p WHERE place <= ? ORDER BY document, n", runID, some, mostNamed).Scan(&rows).Error
		if err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			p, err := r.One.part()
			if err != nil {
				return err
			}
			d := &all[of[r.One.Document]]
			d.PartCount, d.Parts = r.Parts, append(d.Parts, p)
		}
	}
	return nil
}

// Parts are those of a bill of several lines that a preview names, after one.
func (s *Service) Parts(ctx context.Context, runID, document, after int64, limit int) ([]Part, error) {
	var rows []partRow
	if err := s.DB.Read(ctx).Where("run_id = ? AND document = ? AND n > ?", runID, document, after).Order("n").Limit(limit).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]Part, len(rows))
	for n, r := range rows {
		p, err := r.part()
		if err != nil {
			return nil, err
		}
		all[n] = p
	}
	return all, nil
}
