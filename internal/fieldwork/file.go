package fieldwork

import (
	"context"
	"slices"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// What a file belongs to.
const (
	OfCustomer = "customer"
	OfLead     = "lead"
	OfVisit    = "visit"
	OfTicket   = "ticket" // it came by e-mail
)

// FileKind is what a file shows.
type FileKind string

// The kinds of files. Identity shows who somebody is: who may not see the number of their paper may not open it.
const (
	Photo      FileKind = "photo"
	Contract   FileKind = "contract"
	IdentityOf FileKind = "identity"
	OtherFile  FileKind = "other"
)

// The lists, in the order in which they are shown.
var (
	FileKinds      = []FileKind{Photo, Contract, IdentityOf, OtherFile}
	FileRemovedFor = []string{"other_person", "unreadable", "replaced", "they_asked", "other"}
)

// File is a photograph or a PDF of somebody. Its body is sealed.
type File struct {
	ID         int64
	Object     string // OfCustomer, OfLead, OfVisit or OfTicket
	ObjectID   int64
	CustomerID int64 // whom it is about; 0: of nobody who is a customer
	Kind       FileKind
	Name       string // with the ending of its type
	Type       string // image/jpeg or application/pdf
	Octets     int64
	MadeBy     string
	MadeAt     time.Time
}

// MostFiles bounds what is kept of one customer, lead, visit or ticket.
const MostFiles = 50

// toldFile is a file in the trail: its name may say who somebody is, and is not for it.
func toldFile(f File) map[string]any {
	return map[string]any{"file": id(f.ID), "file_kind": string(f.Kind), "type": f.Type, "octets": f.Octets}
}

// AddFile keeps a file of something. The same request again is the same file. Faults of cleanFile and belongs, fault.Invalid "file.kind" and
// "file.many".
func (s *Service) AddFile(ctx context.Context, f File, body []byte, request string, by By) (File, error) {
	if !slices.Contains(FileKinds, f.Kind) {
		return f, fault.New(fault.Invalid, "file.kind")
	}
	if f.Object == OfTicket {
		return f, fault.New(fault.NotFound, "file.unknown")
	}
	clean, err := Prepare(body)
	if err != nil {
		return f, err
	}
	request = hashed(request)
	var kept File
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.belongs(tx, &f); err != nil {
			return err
		}
		kept, err = s.keepFile(tx, f, clean, request, by)
		return err
	})
	return kept, err
}

// Prepared is what of a file may be kept.
type Prepared struct {
	body []byte
	kind string
}

// Prepare sees what a file is, and draws a photograph anew: that takes time, and is not for inside a transaction. Faults of cleanFile.
func Prepare(body []byte) (p Prepared, err error) {
	p.body, p.kind, err = cleanFile(body)
	return p, err
}

// KeepOfTicket keeps what came by e-mail, within the transaction that holds its ticket. The same content is kept once of a ticket, however often an
// e-mail brings it: what stands under each letter of somebody is one file. fault.Invalid "file.many" undoes nothing but itself.
func (s *Service) KeepOfTicket(tx *db.Tx, ticketID, customerID int64, name string, p Prepared, by By) (f File, err error) {
	f = File{Object: OfTicket, ObjectID: ticketID, CustomerID: customerID, Kind: OtherFile, Name: name}
	if p.kind == typeJPEG {
		f.Kind = Photo
	}
	err = tx.Savepoint(func() error {
		f, err = s.keepFile(tx, f, p, hashed("ticket "+id(ticketID)+" "+hashed(string(p.body))), by)
		return err
	})
	return f, err
}

func (s *Service) keepFile(tx *db.Tx, f File, p Prepared, request string, by By) (File, error) {
	f.Name, f.Type, f.Octets, f.MadeBy, f.ID, f.MadeAt = fileName(f.Name, p.kind), p.kind, int64(len(p.body)), by.Actor, tx.ID(), s.Clock.Now()
	made, first, err := s.insertFile(tx, f, request)
	if err != nil || !first {
		return made, err
	}
	if n, err := countFiles(tx, f); err != nil || n > MostFiles {
		return f, orMany(err)
	}
	if err := s.keepPieces(tx, f.ID, p.body); err != nil {
		return f, err
	}
	return f, s.recordOf(tx, by, "file added", f.Object, f.ObjectID, nil, toldFile(f))
}

// ForgetOfTicket drops what came with a ticket whose texts are erased.
func (s *Service) ForgetOfTicket(tx *db.Tx, ticketID int64) error {
	return s.forgetFiles(tx, OfTicket, ticketID)
}

func orMany(err error) error {
	if err == nil {
		err = fault.New(fault.Invalid, "file.many", "Most", MostFiles)
	}
	return err
}

// belongs holds what a file is to be of, so that it is neither merged nor erased meanwhile, nor given more than it may have by two at once.
// fault.NotFound "customer.unknown", "lead.unknown" or "visit.unknown"; fault.Conflict "customer.merged", "lead.done" or "file.erased".
func (s *Service) belongs(tx *db.Tx, f *File) error {
	switch f.Object {
	case OfCustomer:
		c, err := s.Customers.Hold(tx, f.ObjectID)
		if err == nil && c.State == customers.Merged {
			err = fault.New(fault.Conflict, "customer.merged")
		}
		f.CustomerID = f.ObjectID
		return err
	case OfLead:
		l, err := s.holdLead(tx, f.ObjectID)
		if err == nil && !l.Stage.Live() {
			err = fault.New(fault.Conflict, "lead.done")
		}
		return err
	}
	v, err := s.holdVisit(tx, f.ObjectID)
	if err == nil && !v.ErasedAt.IsZero() {
		err = fault.New(fault.Conflict, "file.erased")
	}
	f.CustomerID = v.CustomerID
	return err
}

// OpenFile gives the body of a file to somebody, and tells the trail that it did. fault.NotFound "file.unknown".
func (s *Service) OpenFile(ctx context.Context, fileID int64, by By) (f File, body []byte, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if f, err = fileTx(tx, fileID); err != nil {
			return err
		}
		if body, err = s.piecesTx(tx, fileID); err != nil {
			return err
		}
		return s.recordOf(tx, by, "file opened", f.Object, f.ObjectID, nil, toldFile(f))
	})
	return f, body, err
}

// RemoveFile takes a file away for good, for a reason of FileRemovedFor; that it was there is in the trail. fault.Invalid "file.why"; fault.NotFound
// "file.unknown", also for who comes second.
func (s *Service) RemoveFile(ctx context.Context, fileID int64, why string, by By) error {
	if !slices.Contains(FileRemovedFor, why) {
		return fault.New(fault.Invalid, "file.why")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		f, err := fileTx(tx, fileID)
		if err != nil {
			return err
		}
		won, err := dropFile(tx, fileID)
		if err == nil && !won {
			err = fault.New(fault.NotFound, "file.unknown")
		}
		if err != nil {
			return err
		}
		return s.recordOf(tx, by, "file removed", f.Object, f.ObjectID, toldFile(f), map[string]any{"why": why})
	})
}

// forgetFiles drops those of what is erased.
func (s *Service) forgetFiles(tx *db.Tx, object string, objectID int64) error {
	all, err := filesTx(tx, object, objectID)
	for _, f := range all {
		won, err := dropFile(tx, f.ID)
		if err == nil && won {
			err = s.recordOf(tx, Itself, "file erased", f.Object, f.ObjectID, toldFile(f), nil)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// eraseFiles drops the files of customers whose account was closed longer ago than they are kept.
func (s *Service) eraseFiles(ctx context.Context) error {
	for after := int64(0); ; {
		ids, err := s.withFiles(ctx, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		people, err := s.Customers.SomeNow(ctx, ids)
		if err != nil {
			return err
		}
		for _, c := range people {
			if c.State == customers.Closed && c.ClosedAt.Before(s.keptSince()) {
				if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.forgetClosed(tx, c.ID) }); err != nil {
					return err
				}
			}
		}
	}
}

// forgetClosed drops the files of an account that is still closed.
func (s *Service) forgetClosed(tx *db.Tx, customerID int64) error {
	c, err := s.Customers.Hold(tx, customerID)
	if err != nil || c.State != customers.Closed || !c.ClosedAt.Before(s.keptSince()) {
		return err
	}
	return s.forgetFiles(tx, OfCustomer, customerID)
}
