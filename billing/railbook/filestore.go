package railbook

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type fileRow struct {
	ID       int64
	TillID   int64
	FileName string
	Octets   int64
	State    string
	Reason   string
	Actor    string
	CameFrom string
	Member   int64
	MadeAt   time.Time
	MovedAt  time.Time
}

func (fileRow) TableName() string { return "statement_files" }

// pieceRow is a part of a file, or of what was found in it, sealed.
type pieceRow struct {
	FileID  int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind    string `gorm:"primaryKey"`
	N       int64  `gorm:"primaryKey;autoIncrement:false"`
	Content []byte
}

func (pieceRow) TableName() string { return "statement_pieces" }

const (
	pieceFile    = "file"
	pieceAccount = "account"
	purposePiece = "railbook.piece"
)

func reasonText(err error) string {
	b, _ := json.Marshal(fault.Keep(err)) // texts
	return string(b)
}

func (r fileRow) file() (File, error) {
	f := File{ID: r.ID, TillID: r.TillID, Name: r.FileName, Octets: r.Octets, State: r.State, By: By{Actor: r.Actor, From: r.CameFrom, Member: r.Member}, At: r.MadeAt.UTC(), MovedAt: r.MovedAt.UTC()}
	if r.Reason == "" {
		return f, nil
	}
	var why fault.Kept
	if err := json.Unmarshal([]byte(r.Reason), &why); err != nil {
		return f, fault.Wrap(fault.Internal, "internal", err)
	}
	f.Reason = why.Fault()
	return f, nil
}

func insertFile(tx *db.Tx, f File) error {
	return db.Fault(tx.Gorm().Create(&fileRow{ID: f.ID, TillID: f.TillID, FileName: f.Name, Octets: f.Octets, State: f.State, Actor: f.By.Actor, CameFrom: f.By.From, Member: f.By.Member,
		MadeAt: f.At, MovedAt: f.MovedAt}).Error)
}

// File is one file; fault.NotFound "statement.unknown".
func (s *Service) File(ctx context.Context, id int64) (File, error) {
	all, err := files(s.DB.Read(ctx).Where("id = ?", id).Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "statement.unknown")
	}
	if err != nil {
		return File{}, err
	}
	return all[0], nil
}

// Files lists files before an id, the newest first; 0 is from the last.
func (s *Service) Files(ctx context.Context, before int64, limit int) ([]File, error) {
	from := s.DB.Read(ctx).Order("id DESC").Limit(limit)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return files(from)
}

func files(from *gorm.DB) ([]File, error) {
	var rows []fileRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]File, len(rows))
	for n, r := range rows {
		f, err := r.file()
		if err != nil {
			return nil, err
		}
		all[n] = f
	}
	return all, nil
}

// setFile moves a file from a state to another; a reason that it does not set is none.
func (s *Service) setFile(tx *db.Tx, id int64, to string, set map[string]any, from ...string) (bool, error) {
	all := map[string]any{"state": to, "moved_at": s.Clock.Now(), "reason": ""}
	for column, value := range set {
		all[column] = value
	}
	won, err := db.Won(tx.Gorm().Model(&fileRow{}).Where("id = ? AND state IN ?", id, from).Updates(all))
	return won, db.Fault(err)
}

func dropFile(tx *db.Tx, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("id = ? AND state IN ?", id, []string{Told, Failed}).Delete(&fileRow{}))
	if err != nil || !won {
		return won, db.Fault(err)
	}
	return true, db.Fault(tx.Gorm().Where("file_id = ?", id).Delete(&pieceRow{}).Error)
}

func dropPieces(tx *db.Tx, id int64, kind string) error {
	return db.Fault(tx.Gorm().Where("file_id = ? AND kind = ?", id, kind).Delete(&pieceRow{}).Error)
}

func keptOctets(tx *db.Tx) (n int64, err error) {
	err = tx.Gorm().Raw("SELECT COALESCE(SUM(octets), 0) FROM statement_files WHERE octets > 0").Scan(&n).Error
	return n, db.Fault(err)
}

const mostOld = 100

func (s *Service) oldFiles(ctx context.Context, before time.Time) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&fileRow{}).Where("octets > 0 AND moved_at < ? AND state IN ?", before, []string{Told, Failed}).Limit(mostOld).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

func (s *Service) keepPieces(tx *db.Tx, id int64, kind string, body []byte) error {
	if err := dropPieces(tx, id, kind); err != nil {
		return err
	}
	for n := 0; len(body) > 0; n++ {
		part := body[:min(len(body), pieceOctets)]
		body = body[len(part):]
		sealed, err := s.Keys.Seal(purposePiece, part)
		if err != nil {
			return err
		}
		if err := tx.Gorm().Create(&pieceRow{FileID: id, Kind: kind, N: int64(n), Content: sealed}).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

const mostPieces = MostOctets / pieceOctets * 2

func (s *Service) pieces(ctx context.Context, id int64, kind string) ([]byte, error) {
	var rows []pieceRow
	if err := s.DB.Read(ctx).Where("file_id = ? AND kind = ?", id, kind).Order("n").Limit(mostPieces).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	var body bytes.Buffer
	for _, r := range rows {
		part, err := s.Keys.Open(purposePiece, r.Content)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "internal", err)
		}
		body.Write(part)
	}
	return body.Bytes(), nil
}

func (s *Service) keepAccount(tx *db.Tx, id int64, a *Account) error {
	body, err := pack(a)
	if err != nil {
		return err
	}
	return s.keepPieces(tx, id, pieceAccount, body)
}

func pack(a *Account) ([]byte, error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	err := errors.Join(json.NewEncoder(z).Encode(a), z.Close())
	return packed.Bytes(), err
}

func unpack(body []byte, a *Account) error {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		err = json.NewDecoder(z).Decode(a)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	return nil
}
