package partners

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/counter"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/witness"
)

type payoutRow struct {
	ID          int64
	PartnerID   int64
	OpenPartner *int64 // the partner while it is neither refused, taken back nor paid: one at a time
	Cents       int64
	Note        string
	State       string
	AskedBy     int64
	DecidedBy   int64
	PaidBy      int64
	Alone       bool
	How         string
	Reference   string
	Sending     int64
	PhoneHash   string
	AskedAt     time.Time
	DecidedAt   *time.Time
	PaidAt      *time.Time
}

func (payoutRow) TableName() string { return "partner_payouts" }

func (r payoutRow) payout() Payout {
	return Payout{ID: r.ID, PartnerID: r.PartnerID, Amount: money.KES(r.Cents), Note: r.Note, State: counter.PaybackState(r.State), AskedBy: r.AskedBy, DecidedBy: r.DecidedBy, PaidBy: r.PaidBy,
		Alone: r.Alone, How: r.How, Reference: r.Reference, Sending: r.Sending, phoneHash: r.PhoneHash, AskedAt: r.AskedAt.UTC(), DecidedAt: db.Instant(r.DecidedAt), PaidAt: db.Instant(r.PaidAt)}
}

// witnessed is the row without what is written for the index alone: it is told by the state.
func (r payoutRow) witnessed() witness.Row {
	r.OpenPartner = nil
	return witness.Row{ID: r.ID, Columns: r}
}

func (s *Service) insertPayout(tx *db.Tx, p Payout) error {
	row := payoutRow{ID: p.ID, PartnerID: p.PartnerID, OpenPartner: &p.PartnerID, Cents: p.Amount.Cents, Note: p.Note, State: string(p.State), AskedBy: p.AskedBy, AskedAt: p.AskedAt, PhoneHash: p.phoneHash}
	if err := tx.Gorm().Create(&row).Error; err != nil {
		return err
	}
	return s.paid.Keep(tx, row.witnessed())
}

func payoutRows(from *gorm.DB) (rows []payoutRow, err error) {
	err = from.Find(&rows).Error
	return rows, db.Fault(err)
}

func payouts(from *gorm.DB) ([]Payout, error) {
	rows, err := payoutRows(from)
	all := make([]Payout, len(rows))
	for i, r := range rows {
		all[i] = r.payout()
	}
	return all, err
}

func payout(from *gorm.DB, id int64) (Payout, error) {
	all, err := payouts(from.Where("id = ?", id).Limit(1))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "partner.no_payout")
	}
	if err != nil {
		return Payout{}, err
	}
	return all[0], nil
}

func (s *Service) payoutIn(tx *db.Tx, id int64) (Payout, error) { return payout(tx.Gorm(), id) }

// PayoutByID is one payout; fault.NotFound "partner.no_payout".
func (s *Service) PayoutByID(ctx context.Context, id int64) (Payout, error) {
	return payout(s.DB.Read(ctx), id)
}

// Payouts lists a partner's payouts, the newest first.
func (s *Service) Payouts(ctx context.Context, partnerID int64, limit int) ([]Payout, error) {
	return payouts(s.DB.Read(ctx).Where("partner_id = ?", partnerID).Order("id DESC").Limit(limit))
}

// OpenPayouts lists those that wait for somebody in a state, the oldest first.
func (s *Service) OpenPayouts(ctx context.Context, state counter.PaybackState) ([]Payout, error) {
	return payouts(s.DB.Read(ctx).Where("state = ?", state).Order("id").Limit(100))
}

// turn moves a payout that is as the condition says, and tells whether it was.
func (s *Service) turn(tx *db.Tx, id int64, to map[string]any, as string, args ...any) (Payout, bool, error) {
	won, err := db.Won(tx.Gorm().Model(&payoutRow{}).Where("id = ?", id).Where(as, args...).Updates(to))
	if err != nil {
		return Payout{}, false, db.Fault(err)
	}
	rows, err := payoutRows(tx.Gorm().Where("id = ?", id).Limit(1))
	if err != nil || len(rows) == 0 {
		return Payout{}, false, err
	}
	if won {
		err = s.paid.Keep(tx, rows[0].witnessed())
	}
	return rows[0].payout(), won, err
}

// decide moves a payout asked → approved, or to refused while it is not paid and no rail may be paying it, by another than who asked, or alone.
func (s *Service) decide(tx *db.Tx, id, member int64, to counter.PaybackState, alone bool) (Payout, error) {
	set, from := map[string]any{"state": to, "decided_by": member, "decided_at": s.now(), "alone": alone}, []counter.PaybackState{counter.Asked}
	if to == counter.Refused {
		set["open_partner"], from = nil, append(from, counter.Approved)
	}
	p, won, err := s.turn(tx, id, set, "state IN ? AND (asked_by <> ? OR ?) AND sending = 0", from, member, alone)
	switch {
	case err != nil || won:
	case p.Sending != 0:
		err = fault.New(fault.Conflict, "refund.sending")
	default:
		err = fault.New(fault.Conflict, "partner.decided")
	}
	return p, err
}

// cancel moves a payout asked → cancelled, by who asked. DecidedBy stays empty: nobody has decided.
func (s *Service) cancel(tx *db.Tx, id, member int64) (Payout, error) {
	if _, err := s.payoutIn(tx, id); err != nil {
		return Payout{}, err
	}
	p, won, err := s.turn(tx, id, map[string]any{"state": counter.Cancelled, "decided_at": s.now(), "open_partner": nil}, "state = ? AND asked_by = ?", counter.Asked, member)
	switch {
	case err != nil || won:
		return p, err
	case p.AskedBy != member:
		return p, fault.New(fault.Denied, "partner.not_yours")
	}
	return p, fault.New(fault.Conflict, "partner.decided")
}

// pay moves a payout approved → paid, when the try that it names is the one under way.
func (s *Service) pay(tx *db.Tx, said Payout) (Payout, error) {
	p, won, err := s.turn(tx, said.ID, map[string]any{"state": counter.Paidback, "paid_by": said.PaidBy, "paid_at": s.now(), "how": said.How, "reference": said.Reference, "sending": 0, "open_partner": nil},
		"state = ? AND sending = ?", counter.Approved, said.Sending)
	switch {
	case err != nil || won:
	case p.State == counter.Approved:
		err = fault.New(fault.Conflict, "refund.sending")
	default:
		err = fault.New(fault.Conflict, "partner.not_owed")
	}
	return p, err
}

// HoldOwed implements billing.Owes. The partner comes first, as when a payout is paid by hand.
func (s *Service) HoldOwed(tx *db.Tx, id int64) error {
	p, err := s.payoutIn(tx, id)
	if err == nil {
		_, err = s.lock(tx, p.PartnerID)
	}
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Model(&payoutRow{}).Where("id = ?", id).Update("sending", gorm.Expr("sending")).Error)
}

// SendOwed implements billing.Owes.
func (s *Service) SendOwed(tx *db.Tx, id, instead, try int64) (bool, error) {
	_, won, err := s.turn(tx, id, map[string]any{"sending": try}, "state = ? AND sending = ?", counter.Approved, instead)
	return won, err
}

// payoutsAfter is a page of all payouts, with those that are not as they were written.
func (s *Service) payoutsAfter(ctx context.Context, id int64) (page []Payout, changed map[int64]string, err error) {
	rows, err := payoutRows(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(auditPage))
	if err != nil {
		return nil, nil, err
	}
	said := make([]witness.Row, len(rows))
	for i, r := range rows {
		said[i], page = r.witnessed(), append(page, r.payout())
	}
	changed, err = s.paid.Wrong(ctx, said...)
	return page, changed, err
}

// eventOf is the event by which a payout was paid.
func (s *Service) eventOf(ctx context.Context, p Payout) (Event, bool, error) {
	all, err := events(s.DB.Read(ctx).Where("partner_id = ? AND request = ?", p.PartnerID, p.request()).Limit(1))
	if err != nil || len(all) == 0 {
		return Event{}, false, err
	}
	return all[0], true, nil
}
