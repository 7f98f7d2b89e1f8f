package cutover

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Kinds of rows of an import.
const (
	kindPlan     = "plan"
	kindCustomer = "customer"
	kindLine     = "line"
)

// States of an import.
const (
	running = "running"
	done    = "done"
	undone  = "undone"
)

// importRow is one import. Actor is who ran it.
type importRow struct {
	ID        int64
	Source    string
	State     string
	Actor     string
	StartedAt time.Time
	EndedAt   *time.Time
}

func (importRow) TableName() string { return "imports" }

// rowRow is what an import made of a row: (Source, Kind, RowKey) is unique; Version is a customer's, the last that happened to a line, or the price
// of a plan. Mark is of how the customer is reached and found; Rest is what has no place here, sealed: it may hold passwords.
type rowRow struct {
	ID       int64
	ImportID int64
	Source   string
	RowKey   string
	Kind     string
	Hash     string
	ObjectID int64
	OfID     int64
	Version  int64
	Cents    int64
	Mark     string
	Rest     string
	MadeAt   time.Time
}

func (rowRow) TableName() string { return "import_rows" }

// rowState is what is known of a row that came in.
type rowState struct {
	hash     string
	objectID int64
}

const rowsAtOnce = 5000

// rowsOf are the rows of a source that are there.
func (s *Service) rowsOf(ctx context.Context, source string) (map[string]rowState, error) {
	known := map[string]rowState{}
	for last := int64(0); ; {
		var rows []rowRow
		err := s.DB.Read(ctx).Select("id", "kind", "row_key", "hash", "object_id").Where("source = ? AND id > ?", source, last).Order("id").Limit(rowsAtOnce).Find(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			known[r.Kind+" "+r.RowKey], last = rowState{r.Hash, r.ObjectID}, r.ID
		}
		if len(rows) < rowsAtOnce {
			return known, nil
		}
	}
}

// rowsOfImport are those that an import made, the newest first, without their rest.
func (s *Service) rowsOfImport(ctx context.Context, importID int64, kind string) (all []rowRow, err error) {
	for last := int64(1<<63 - 1); ; {
		var rows []rowRow
		err := s.DB.Read(ctx).Omit("rest").Where("import_id = ? AND kind = ? AND id < ?", importID, kind, last).Order("id DESC").Limit(rowsAtOnce).Find(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		all = append(all, rows...)
		if len(rows) < rowsAtOnce {
			return all, nil
		}
		last = rows[len(rows)-1].ID
	}
}

// runRow is who brings an import in while it runs.
type runRow struct {
	Run      string `gorm:"primaryKey"`
	ImportID int64
}

func (runRow) TableName() string { return "import_runs" }

// begin is the import that a run began and did not end, or a new one. Another run of the same source has one of its own: each is taken back alone.
func (s *Service) begin(ctx context.Context, source, run string, by customers.By) (id int64, err error) {
	run = s.Keys.Lookup("import.run", source+" "+run)
	if id, err = s.begun(ctx, run); id != 0 || err != nil {
		return id, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		id = tx.ID()
		if err := tx.Gorm().Create(&runRow{run, id}).Error; err != nil {
			return err
		}
		if err := tx.Gorm().Create(&importRow{ID: id, Source: source, State: running, Actor: by.Actor, StartedAt: s.Clock.Now()}).Error; err != nil {
			return db.Fault(err)
		}
		return s.trail(tx, by, "import begun", id, source)
	})
	if db.IsDuplicate(err) { // the same run, twice at once
		return s.begun(ctx, run)
	}
	return id, err
}

func (s *Service) begun(ctx context.Context, run string) (id int64, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		id = 0
		return db.Fault(tx.Gorm().Raw("SELECT import_id FROM import_runs WHERE run = ?", run).Scan(&id).Error)
	})
	return id, err
}

func (s *Service) setState(ctx context.Context, id int64, to string, from ...string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := s.stateTx(tx, id, to, from...)
		return err
	})
}

func (s *Service) stateTx(tx *db.Tx, id int64, to string, from ...string) (bool, error) {
	now := s.Clock.Now()
	won, err := db.Won(tx.Gorm().Model(&importRow{}).Where("id = ? AND state IN ?", id, from).Updates(map[string]any{"state": to, "ended_at": &now}))
	if err == nil && won { // no state leads back to running
		err = tx.Gorm().Where("import_id = ?", id).Delete(&runRow{}).Error
	}
	return won, db.Fault(err)
}

// holdImport lets one transaction at a time write what an import brings, to its end.
func (s *Service) holdImport(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE imports SET state = state WHERE id = ?", id).Error)
}

func (s *Service) trail(tx *db.Tx, by customers.By, action string, id int64, after string) error {
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "import", ObjectID: strconv.FormatInt(id, 10), After: after})
}

func (s *Service) finish(ctx context.Context, id int64) error {
	return s.setState(ctx, id, done, running)
}

// reopen keeps everybody else from going on with an import that is being taken back.
func (s *Service) reopen(ctx context.Context, id int64, by customers.By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.stateTx(tx, id, undone, running, done, undone)
		if err == nil && !won {
			err = fault.New(fault.NotFound, "cutover.no_import")
		}
		if err != nil {
			return err
		}
		return s.trail(tx, by, "import taken back", id, "")
	})
}

// undone is kept as done while some of it stays.
func (s *Service) undone(ctx context.Context, id int64, all bool) error {
	if all {
		return nil
	}
	return s.setState(ctx, id, done, undone)
}

const purposeRest = "import.rest"

func (s *Service) sealed(rest string) (string, error) {
	if rest == "" {
		return "", nil
	}
	b, err := s.Keys.Seal(purposeRest, []byte(rest))
	return base64.StdEncoding.EncodeToString(b), err
}

// Rest is what a source said of a customer that has no place here.
type Rest struct{ Key, Text string }

// Rests reads what had no place of the customers of an import, for whoever may know it all: there may be passwords in it.
func (s *Service) Rests(ctx context.Context, importID int64, see func(r Rest)) error {
	var known int64
	if err := s.DB.Read(ctx).Model(&importRow{}).Where("id = ?", importID).Count(&known).Error; err != nil {
		return db.Fault(err)
	}
	if known == 0 {
		return fault.New(fault.NotFound, "cutover.no_import")
	}
	for last := int64(0); ; {
		var rows []rowRow
		err := s.DB.Read(ctx).Select("id", "row_key", "rest").Where("import_id = ? AND kind = ? AND id > ?", importID, kindCustomer, last).Order("id").Limit(rowsAtOnce).Find(&rows).Error
		if err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			if last = r.ID; r.Rest == "" {
				continue
			}
			b, err := base64.StdEncoding.DecodeString(r.Rest)
			if err == nil {
				b, err = s.Keys.Open(purposeRest, b)
			}
			if err != nil {
				return fault.Wrap(fault.Internal, "internal", err)
			}
			see(Rest{r.RowKey, string(b)})
		}
		if len(rows) < rowsAtOnce {
			return nil
		}
	}
}

func (s *Service) insertRow(tx *db.Tx, r rowRow) error {
	r.ID, r.MadeAt = tx.ID(), s.Clock.Now()
	err := tx.Gorm().Create(&r).Error
	if db.IsDuplicate(err) {
		return conflict("cutover.made_meanwhile")
	}
	return db.Fault(err)
}

func (s *Service) deleteRow(tx *db.Tx, r rowRow) error {
	won, err := db.Won(tx.Gorm().Where("id = ?", r.ID).Delete(&rowRow{}))
	if err == nil && !won {
		err = conflict("cutover.made_meanwhile")
	}
	return db.Fault(err)
}

// othersOf says whether a customer has lines of other imports.
func (s *Service) othersOf(tx *db.Tx, customerID int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&rowRow{}).Where("of_id = ?", customerID).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

// mark is of how a customer is reached and found; it changes when somebody changes that.
func (s *Service) mark(tx *db.Tx, customerID int64) (string, error) {
	reached, err := s.Customers.Reached(tx, customerID)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(len(reached), strings.Join(reached, "\n"))))
	return hex.EncodeToString(sum[:]), nil
}
