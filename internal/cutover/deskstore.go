package cutover

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// sourceRow is a source. Asked and Reason are JSON.
type sourceRow struct {
	ID       int64
	Kind     string
	FileName string
	Octets   int64
	Asked    string
	State    string
	DoneN    int64
	OfN      int64
	Reason   string
	ImportID int64
	Actor    string
	CameFrom string
	MadeAt   time.Time
	MovedAt  time.Time
}

func (sourceRow) TableName() string { return "import_sources" }

// pieceRow is a part of a file or an account, sealed.
type pieceRow struct {
	SourceID int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind     string `gorm:"primaryKey"`
	N        int    `gorm:"primaryKey;autoIncrement:false"`
	Content  []byte
}

func (pieceRow) TableName() string { return "import_pieces" }

// Kinds of pieces.
const (
	pieceFile    = "file"
	pieceAccount = "account"
)

func sourceKey(id int64) string { return strconv.FormatInt(id, 10) }

func encoded(a Asked) string {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // texts and numbers
	}
	return string(b)
}

// reason is a fault as it is kept.
type reason struct {
	Key  string
	Args map[string]string
}

func reasonText(err error) string {
	r := reason{Key: fault.KeyOf(err), Args: map[string]string{}}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for name, value := range f.Args {
			r.Args[name] = fmt.Sprint(value)
		}
	}
	b, _ := json.Marshal(r) // texts
	return string(b)
}

func (r sourceRow) source() (s Source, err error) {
	s = Source{ID: r.ID, File: r.FileName, Octets: r.Octets, State: r.State, Done: int(r.DoneN), Of: int(r.OfN), ImportID: r.ImportID, By: r.Actor, From: r.CameFrom,
		At: r.MadeAt.UTC(), MovedAt: r.MovedAt.UTC()}
	if r.Reason != "" {
		var why reason
		if err := json.Unmarshal([]byte(r.Reason), &why); err != nil {
			return s, fault.Wrap(fault.Internal, "internal", err)
		}
		var args []any
		for name, value := range why.Args {
			args = append(args, name, value)
		}
		s.Reason = fault.New(fault.Invalid, why.Key, args...)
	}
	if err := json.Unmarshal([]byte(r.Asked), &s.Asked); err != nil {
		return s, fault.Wrap(fault.Internal, "internal", err)
	}
	return s, nil
}

func insertSource(tx *db.Tx, s Source) error {
	return db.Fault(tx.Gorm().Create(&sourceRow{ID: s.ID, Kind: s.Kind, FileName: s.File, Octets: s.Octets, Asked: encoded(s.Asked), State: s.State, Actor: s.By, CameFrom: s.From,
		MadeAt: s.At, MovedAt: s.MovedAt}).Error)
}

func sourcesOf(from *gorm.DB) (all []Source, err error) {
	var rows []sourceRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		s, err := r.source()
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Get is one source; fault.NotFound "cutover.no_source_here".
func (d *Desk) Get(ctx context.Context, id int64) (Source, error) {
	all, err := sourcesOf(d.DB.Read(ctx).Where("id = ?", id).Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "cutover.no_source_here")
	}
	if err != nil {
		return Source{}, err
	}
	return all[0], nil
}

// Newest lists sources before an id, the newest first.
func (d *Desk) Newest(ctx context.Context, before int64, limit int) ([]Source, error) {
	from := d.DB.Read(ctx).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return sourcesOf(from)
}

// setSource moves a source from a state to another; a reason that it does not set is none.
func (d *Desk) setSource(tx *db.Tx, id int64, to string, set map[string]any, by *customers.By, from ...string) (bool, error) {
	all := map[string]any{"state": to, "moved_at": d.Clock.Now(), "done_n": 0, "of_n": 0, "reason": ""}
	if by != nil {
		all["actor"], all["came_from"] = by.Actor, by.From
	}
	for column, value := range set {
		all[column] = value
	}
	won, err := db.Won(tx.Gorm().Model(&sourceRow{}).Where("id = ? AND state IN ?", id, from).Updates(all))
	return won, db.Fault(err)
}

func (d *Desk) progress(ctx context.Context, id int64, done, of int) error {
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&sourceRow{}).Where("id = ?", id).Updates(map[string]any{"done_n": done, "of_n": of}).Error)
	})
}

// named notes which import a source became.
func (d *Desk) named(ctx context.Context, id, importID int64) error {
	return d.DB.InTx(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&sourceRow{}).Where("id = ?", id).Update("import_id", importID).Error)
	})
}

// dropSource removes a source that rests, when nothing of it is here: with it would go the only way to take that back.
func dropSource(tx *db.Tx, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("id = ? AND (state = ? OR import_id = 0 AND state IN ?)", id, Gone, []string{Told, Failed}).Delete(&sourceRow{}))
	if err != nil || !won {
		return won, db.Fault(err)
	}
	if err := tx.Gorm().Where("source_id = ?", id).Delete(&pieceRow{}).Error; err != nil {
		return true, db.Fault(err)
	}
	return true, forgetRows(tx, id)
}

func keptOctets(tx *db.Tx) (n int64, err error) {
	err = tx.Gorm().Raw("SELECT COALESCE(SUM(octets), 0) FROM import_sources WHERE octets > 0").Scan(&n).Error
	return n, db.Fault(err)
}

func piecePurpose(id int64, kind string, n int) string {
	return fmt.Sprintf("import.piece:%d:%s:%d", id, kind, n)
}

// keep seals a body, in the place of what was kept of its kind.
func (d *Desk) keep(tx *db.Tx, id int64, kind string, body []byte) error {
	if err := tx.Gorm().Where("source_id = ? AND kind = ?", id, kind).Delete(&pieceRow{}).Error; err != nil {
		return db.Fault(err)
	}
	for n := 0; len(body) > 0; n++ {
		part := body[:min(len(body), pieceOctets)]
		sealed, err := d.Keys.Seal(piecePurpose(id, kind, n), part)
		if err != nil {
			return err
		}
		if err := tx.Gorm().Create(&pieceRow{SourceID: id, Kind: kind, N: n, Content: sealed}).Error; err != nil {
			return db.Fault(err)
		}
		body = body[len(part):]
	}
	return nil
}

// kept is what was kept of a source; empty when nothing was, or is any more.
func (d *Desk) kept(ctx context.Context, id int64, kind string) (body []byte, err error) {
	for n := 0; ; n++ {
		var rows []pieceRow
		if err := d.DB.Read(ctx).Where("source_id = ? AND kind = ? AND n = ?", id, kind, n).Limit(1).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		if len(rows) == 0 {
			return body, nil
		}
		part, err := d.Keys.Open(piecePurpose(id, kind, n), rows[0].Content)
		if err != nil {
			return nil, err
		}
		body = append(body, part...)
	}
}

const mostForgotten = 100

// forget removes files of sources that have rested since before; what they said stays.
func (d *Desk) forget(ctx context.Context, before time.Time) error {
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		var ids []int64
		err := tx.Gorm().Model(&sourceRow{}).Where("octets > 0 AND moved_at < ? AND state IN ?", before, []string{Told, Failed, Came, Gone}).Limit(mostForgotten).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return db.Fault(err)
		}
		if err := tx.Gorm().Where("source_id IN ? AND kind = ?", ids, pieceFile).Delete(&pieceRow{}).Error; err != nil {
			return db.Fault(err)
		}
		return db.Fault(tx.Gorm().Model(&sourceRow{}).Where("id IN ?", ids).Update("octets", 0).Error)
	})
}

func pack(content any) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if err := json.NewEncoder(z).Encode(content); err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	if err := z.Close(); err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return out.Bytes(), nil
}

func unpack(body []byte, content any) error {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		err = json.NewDecoder(z).Decode(content)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	return nil
}
