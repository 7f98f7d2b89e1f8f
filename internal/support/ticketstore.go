package support

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// ticketRow: Contact is sealed, ContactHash its keyed look-up hash. Live is 1 while somebody has to do something.
type ticketRow struct {
	ID           int64
	Reference    string
	Request      string
	SiteID       int64
	CustomerID   int64
	ContactKind  string
	Contact      []byte
	ContactHash  string
	Subject      string
	Category     string
	Priority     string
	Queue        string
	Owner        string
	State        string
	Live         int
	How          string
	OpenedBy     string
	OpenedAt     time.Time
	ChangedAt    time.Time
	DueAt        time.Time
	StoppedAt    *time.Time
	Reopened     int
	Complaint    int
	ComplaintDue *time.Time
	LinkKind     string
	LinkID       int64
	DoneAt       *time.Time
	ErasedAt     *time.Time
	Version      int64
}

func (ticketRow) TableName() string { return "tickets" }

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Service) rowOf(t Ticket) (ticketRow, error) {
	r := ticketRow{ID: t.ID, Reference: t.Reference, SiteID: t.SiteID, CustomerID: t.CustomerID, ContactKind: string(t.Contact.Kind), Contact: []byte{}, Subject: t.Subject, Category: t.Category,
		Priority: string(t.Priority), Queue: t.Queue, Owner: t.Owner, State: string(t.State), Live: yes(t.State.Live()), How: string(t.How), OpenedBy: t.OpenedBy,
		OpenedAt: t.OpenedAt, ChangedAt: t.ChangedAt,
		DueAt: t.Due, StoppedAt: db.Nullable(t.StoppedAt), Reopened: t.Reopened, Complaint: yes(t.Complaint), ComplaintDue: db.Nullable(t.ComplaintDue), LinkKind: t.Link.Kind, LinkID: t.Link.ID,
		DoneAt: db.Nullable(t.DoneAt), ErasedAt: db.Nullable(t.ErasedAt), Version: t.Version}
	if t.Contact.Value == "" {
		return r, nil
	}
	var err error
	r.Contact, err = s.Keys.Seal(purposeContact, []byte(t.Contact.Value))
	r.ContactHash = s.Keys.Lookup(purposeContact, t.Contact.Value)
	return r, err
}

func (s *Service) ticket(r ticketRow) (Ticket, error) {
	t := Ticket{ID: r.ID, Reference: r.Reference, SiteID: r.SiteID, CustomerID: r.CustomerID, Subject: r.Subject, Category: r.Category, Priority: Priority(r.Priority), Queue: r.Queue, Owner: r.Owner,
		State: State(r.State), How: How(r.How), OpenedBy: r.OpenedBy, OpenedAt: r.OpenedAt.UTC(), ChangedAt: r.ChangedAt.UTC(), Due: r.DueAt.UTC(), StoppedAt: db.Instant(r.StoppedAt), Reopened: r.Reopened,
		Complaint: r.Complaint == 1, ComplaintDue: db.Instant(r.ComplaintDue), Link: Link{r.LinkKind, r.LinkID}, DoneAt: db.Instant(r.DoneAt), ErasedAt: db.Instant(r.ErasedAt), Version: r.Version}
	if r.ContactHash == "" {
		return t, nil
	}
	value, err := s.Keys.Open(purposeContact, r.Contact)
	t.Contact = customers.Contact{Kind: customers.ContactKind(r.ContactKind), Value: string(value)}
	return t, err
}

// insert writes a new ticket under a reference that it draws. The same request again gives the ticket that it made, and false.
func (s *Service) insert(tx *db.Tx, t Ticket, request string) (Ticket, bool, error) {
	row, err := s.rowOf(t)
	if err != nil {
		return t, false, err
	}
	request = hashed(request)
	for range mostDraws {
		row.Request, row.Reference = request, drawReference()
		err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
		if err == nil {
			t.Reference = row.Reference
			return t, true, nil
		}
		if !db.IsDuplicate(err) {
			return t, false, db.Fault(err)
		}
		made, err := s.tickets(tx.Gorm().Where("request = ?", request).Limit(1))
		if err != nil || len(made) > 0 {
			return append(made, t)[0], false, err
		}
	}
	return t, false, fault.New(fault.Unavailable, "ticket.numbers_full")
}

func (s *Service) tickets(from *gorm.DB) (all []Ticket, err error) {
	var rows []ticketRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		t, err := s.ticket(r)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (s *Service) one(from *gorm.DB) (Ticket, error) {
	all, err := s.tickets(from.Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "ticket.unknown")
	}
	if err != nil {
		return Ticket{}, err
	}
	return all[0], nil
}

// Get reads one ticket; fault.NotFound "ticket.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Ticket, error) {
	return s.one(s.DB.Read(ctx).Where("id = ?", id))
}

// ByReference reads the ticket of a reference as ReadReference spells it; fault.NotFound "ticket.unknown".
func (s *Service) ByReference(ctx context.Context, reference string) (Ticket, error) {
	return s.one(s.DB.Read(ctx).Where("reference = ?", reference))
}

// hold keeps a ticket as it is until the transaction ends.
func (s *Service) hold(tx *db.Tx, id int64) (Ticket, error) {
	if err := tx.Gorm().Exec("UPDATE tickets SET version = version WHERE id = ?", id).Error; err != nil {
		return Ticket{}, db.Fault(err)
	}
	return s.one(tx.Gorm().Where("id = ?", id))
}

// update writes what may change of a ticket that is as it was read; false when it is not.
func (s *Service) update(tx *db.Tx, t Ticket) (bool, error) {
	r, err := s.rowOf(t)
	if err != nil {
		return false, err
	}
	won, err := db.Won(tx.Gorm().Model(&ticketRow{}).Where("id = ? AND version = ?", t.ID, t.Version).Updates(map[string]any{
		"site_id": r.SiteID, "customer_id": r.CustomerID, "contact_kind": r.ContactKind,
		"contact": r.Contact, "contact_hash": r.ContactHash, "subject": r.Subject, "priority": r.Priority, "queue": r.Queue, "owner": r.Owner, "state": r.State, "live": r.Live, "changed_at": r.ChangedAt,
		"due_at": r.DueAt, "stopped_at": r.StoppedAt, "reopened": r.Reopened, "complaint": r.Complaint, "complaint_due": r.ComplaintDue, "link_kind": r.LinkKind, "link_id": r.LinkID, "done_at": r.DoneAt,
		"erased_at": r.ErasedAt, "version": t.Version + 1}))
	return won, db.Fault(err)
}

// eachOf does something with every ticket of a customer.
func (s *Service) eachOf(tx *db.Tx, customerID int64, do func(Ticket) error) error {
	for after := int64(0); ; {
		all, err := s.tickets(tx.Gorm().Where("customer_id = ? AND id > ?", customerID, after).Order("id").Limit(batch))
		if err != nil || len(all) == 0 {
			return err
		}
		for _, t := range all {
			if err := do(t); err != nil {
				return err
			}
			after = t.ID
		}
	}
}
