package fieldwork

import (
	"bytes"
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type fileRow struct {
	ID         int64
	Request    string
	Object     string
	ObjectID   int64
	CustomerID int64
	Kind       string
	Name       string
	Type       string
	Octets     int64
	MadeBy     string
	MadeAt     time.Time
}

func (fileRow) TableName() string { return "files" }

// filePieceRow is a part of a file, sealed.
type filePieceRow struct {
	FileID  int64 `gorm:"primaryKey;autoIncrement:false"`
	N       int64 `gorm:"primaryKey;autoIncrement:false"`
	Content []byte
}

func (filePieceRow) TableName() string { return "file_pieces" }

const (
	purposeFile = "field.file"
	pieceOctets = 512 << 10 // far below what a database takes in one message
	mostPieces  = MostFileOctets/pieceOctets + 1
)

func (r fileRow) file() File {
	return File{ID: r.ID, Object: r.Object, ObjectID: r.ObjectID, CustomerID: r.CustomerID, Kind: FileKind(r.Kind), Name: r.Name, Type: r.Type, Octets: r.Octets, MadeBy: r.MadeBy, MadeAt: r.MadeAt.UTC()}
}

// insertFile writes a new file. The same request again gives the file that it made, and false.
func (s *Service) insertFile(tx *db.Tx, f File, request string) (File, bool, error) {
	row := fileRow{ID: f.ID, Request: request, Object: f.Object, ObjectID: f.ObjectID, CustomerID: f.CustomerID, Kind: string(f.Kind), Name: f.Name, Type: f.Type, Octets: f.Octets, MadeBy: f.MadeBy, MadeAt: f.MadeAt}
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
	if !db.IsDuplicate(err) {
		return f, err == nil, db.Fault(err)
	}
	f, err = oneFile(tx.Gorm().Where("request = ?", request))
	return f, false, err
}

// keepPieces seals each part for its place, so that none can stand in another's.
func (s *Service) keepPieces(tx *db.Tx, fileID int64, body []byte) error {
	for n := int64(0); len(body) > 0; n++ {
		part := body[:min(len(body), pieceOctets)]
		body = body[len(part):]
		sealed, err := s.Keys.Seal(purposeOf(fileID, n), part)
		if err == nil {
			err = db.Fault(tx.Gorm().Create(&filePieceRow{FileID: fileID, N: n, Content: sealed}).Error)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func purposeOf(fileID, n int64) string { return purposeFile + " " + id(fileID) + " " + id(n) }

func (s *Service) pieces(from *gorm.DB, fileID int64) ([]byte, error) {
	var rows []filePieceRow
	if err := from.Where("file_id = ?", fileID).Order("n").Limit(mostPieces).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.NotFound, "file.unknown")
	}
	var body bytes.Buffer
	for _, r := range rows {
		part, err := s.Keys.Open(purposeOf(fileID, r.N), r.Content)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, "internal", err)
		}
		body.Write(part)
	}
	return body.Bytes(), nil
}

func (s *Service) piecesTx(tx *db.Tx, fileID int64) ([]byte, error) {
	return s.pieces(tx.Gorm(), fileID)
}

// ReadFile is the body of a file, for whose own it is. fault.NotFound "file.unknown".
func (s *Service) ReadFile(ctx context.Context, fileID int64) ([]byte, error) {
	return s.pieces(s.DB.Read(ctx), fileID)
}

func filesIn(from *gorm.DB) (all []File, err error) {
	var rows []fileRow
	err = from.Find(&rows).Error
	for _, r := range rows {
		all = append(all, r.file())
	}
	return all, db.Fault(err)
}

func oneFile(from *gorm.DB) (File, error) {
	all, err := filesIn(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "file.unknown")
	}
	if err != nil {
		return File{}, err
	}
	return all[0], nil
}

// File is what is known of a file, without its body; fault.NotFound "file.unknown".
func (s *Service) File(ctx context.Context, fileID int64) (File, error) {
	return oneFile(s.DB.Read(ctx).Where("id = ?", fileID))
}

func fileTx(tx *db.Tx, fileID int64) (File, error) { return oneFile(tx.Gorm().Where("id = ?", fileID)) }

func filesTx(tx *db.Tx, object string, objectID int64) ([]File, error) {
	return filesIn(tx.Gorm().Where("object = ? AND object_id = ?", object, objectID))
}

// FilesAt lists the files of a lead or a visit, the newest first.
func (s *Service) FilesAt(ctx context.Context, object string, objectID int64) ([]File, error) {
	return filesIn(s.DB.Read(ctx).Where("object = ? AND object_id = ?", object, objectID).Order("id DESC").Limit(MostFiles))
}

// FilesOf lists what is kept of a customer, of their visits too, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) FilesOf(ctx context.Context, customerID, before int64, limit int) ([]File, error) {
	from := s.DB.Read(ctx).Where("customer_id = ?", customerID)
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return filesIn(from.Order("id DESC").Limit(limit))
}

func countFiles(tx *db.Tx, f File) (n int64, err error) {
	err = tx.Gorm().Model(&fileRow{}).Where("object = ? AND object_id = ?", f.Object, f.ObjectID).Count(&n).Error
	return n, db.Fault(err)
}

// dropFile takes a file away; false when somebody has.
func dropFile(tx *db.Tx, fileID int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("id = ?", fileID).Delete(&fileRow{}))
	if err != nil || !won {
		return won, db.Fault(err)
	}
	return true, db.Fault(tx.Gorm().Where("file_id = ?", fileID).Delete(&filePieceRow{}).Error)
}

// withFiles are some customers who have files, in the order of their ids.
func (s *Service) withFiles(ctx context.Context, after int64) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&fileRow{}).Distinct("object_id").Where("object = ? AND object_id > ?", OfCustomer, after).Order("object_id").Limit(sweepBatch).Pluck("object_id", &ids).Error
	return ids, db.Fault(err)
}

func (s *Service) moveFiles(tx *db.Tx, from, to int64) error {
	err := tx.Gorm().Model(&fileRow{}).Where("object = ? AND object_id = ?", OfCustomer, from).Update("object_id", to).Error
	if err == nil {
		err = tx.Gorm().Model(&fileRow{}).Where("customer_id = ?", from).Update("customer_id", to).Error
	}
	return db.Fault(err)
}

// MoveOfTicket says whose ticket it is with which files came.
func (s *Service) MoveOfTicket(tx *db.Tx, ticketID, customerID int64) error {
	return db.Fault(tx.Gorm().Model(&fileRow{}).Where("object = ? AND object_id = ?", OfTicket, ticketID).Update("customer_id", customerID).Error)
}

// wonFiles gives the files of a lead, and of the visits to it, to whom it became.
func wonFiles(tx *db.Tx, leadID, customerID int64) error {
	err := tx.Gorm().Model(&fileRow{}).Where("object = ? AND object_id = ?", OfLead, leadID).Updates(map[string]any{"object": OfCustomer, "object_id": customerID, "customer_id": customerID}).Error
	if err == nil {
		err = tx.Gorm().Model(&fileRow{}).Where("object = ? AND object_id IN (?)", OfVisit, tx.Gorm().Model(&visitRow{}).Select("id").Where("lead_id = ?", leadID)).Update("customer_id", customerID).Error
	}
	return db.Fault(err)
}
