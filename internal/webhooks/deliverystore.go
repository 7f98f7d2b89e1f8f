package webhooks

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type deliveryRow struct {
	ID         int64
	EndpointID int64
	EventID    int64
	Kind       string
	ObjectID   int64
	Body       []byte
	State      string
	Run        string
	Tries      int64
	Attempts   int64
	Status     int64
	Reason     string
	TookMs     int64
	HappenedAt time.Time
	NextAt     time.Time
	TriedAt    *time.Time
}

func (deliveryRow) TableName() string { return "webhook_deliveries" }

type attemptRow struct {
	ID         int64
	DeliveryID int64
	Number     int64
	At         time.Time
	Status     int64
	Reason     string
	TookMs     int64
	Answer     []byte
}

func (attemptRow) TableName() string { return "webhook_attempts" }

// forgetAtOnce is how many deliveries one transaction drops.
const forgetAtOnce = 500

func (r deliveryRow) delivery() Delivery {
	return Delivery{ID: r.ID, EndpointID: r.EndpointID, EventID: r.EventID, Kind: Kind(r.Kind), ObjectID: r.ObjectID, State: r.State, Tries: int(r.Tries), Attempts: int(r.Attempts), Status: int(r.Status), Reason: r.Reason,
		Took: time.Duration(r.TookMs) * time.Millisecond, HappenedAt: r.HappenedAt.UTC(), NextAt: r.NextAt.UTC(), TriedAt: db.Instant(r.TriedAt), body: r.Body, run: r.Run}
}

func deliveries(rows []deliveryRow) (all []Delivery) {
	for _, r := range rows {
		all = append(all, r.delivery())
	}
	return all
}

// insertDelivery keeps a delivery that is due now; the event's own one, when there is one.
func (s *Service) insertDelivery(tx *db.Tx, d Delivery) error {
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&deliveryRow{ID: tx.ID(), EndpointID: d.EndpointID, EventID: d.EventID, Kind: string(d.Kind), ObjectID: d.ObjectID, Body: d.body, State: Waiting,
		HappenedAt: d.HappenedAt, NextAt: s.Clock.Now()}).Error)
}

func deliveryOf(tx *db.Tx, eventID, endpointID int64) (id int64, err error) {
	var r deliveryRow
	err = tx.Gorm().Select("id").Where("event_id = ? AND endpoint_id = ?", eventID, endpointID).Take(&r).Error
	return r.ID, db.Fault(err)
}

// due are the active endpoints that something waits for now.
func (s *Service) due(ctx context.Context) (some []Endpoint, err error) {
	all, err := s.All(ctx)
	for _, e := range all {
		var ids []int64
		if e.State == Active && err == nil {
			err = db.Fault(s.DB.Read(ctx).Model(&deliveryRow{}).Where("endpoint_id = ? AND state = ? AND next_at <= ?", e.ID, Waiting, s.Clock.Now()).Limit(1).Pluck("id", &ids).Error)
		}
		if len(ids) > 0 {
			some = append(some, e)
		}
	}
	return some, err
}

// claim makes deliveries that are due this run's, until a time at which they are due again.
func claim(tx *db.Tx, endpointID int64, run string, now, until time.Time, most int) ([]Delivery, error) {
	var ids []int64
	err := tx.Gorm().Model(&deliveryRow{}).Where("endpoint_id = ? AND state = ? AND next_at <= ?", endpointID, Waiting, now).Order("next_at, id").Limit(most).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return nil, db.Fault(err)
	}
	if err := tx.Gorm().Exec("UPDATE webhook_deliveries SET run = ?, next_at = ? WHERE id IN ? AND state = ? AND next_at <= ?", run, until, ids, Waiting, now).Error; err != nil {
		return nil, db.Fault(err)
	}
	var rows []deliveryRow
	err = tx.Gorm().Where("run = ? AND state = ?", run, Waiting).Order("id").Find(&rows).Error
	return deliveries(rows), db.Fault(err)
}

// settle writes what became of an attempt. What was taken is taken, whichever run sent it; what failed counts only for the run whose it is.
func settle(tx *db.Tx, d Delivery) error {
	set := map[string]any{"state": d.State, "tries": d.Tries, "attempts": d.Attempts, "status": d.Status, "reason": d.Reason, "took_ms": d.Took.Milliseconds(), "next_at": d.NextAt, "tried_at": d.TriedAt, "run": ""}
	rows := tx.Gorm().Model(&deliveryRow{}).Where("id = ? AND state = ?", d.ID, Waiting)
	if d.State != Taken {
		rows = rows.Where("run = ?", d.run)
	}
	return db.Fault(rows.Updates(set).Error)
}

func (s *Service) insertAttempt(tx *db.Tx, deliveryID int64, a Attempt) error {
	answer, err := s.Keys.Seal(purposeAnswer, []byte(a.Answer))
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&attemptRow{ID: tx.ID(), DeliveryID: deliveryID, Number: int64(a.Number), At: a.At, Status: int64(a.Status), Reason: a.Reason, TookMs: a.Took.Milliseconds(), Answer: answer}).Error)
}

func replay(tx *db.Tx, endpointID int64, ids []int64, from []string, now time.Time) (n int, err error) {
	for piece := range db.Pieces(ids) {
		update := tx.Gorm().Exec("UPDATE webhook_deliveries SET state = ?, run = '', tries = 0, next_at = ? WHERE id IN ? AND endpoint_id = ? AND state IN ?", Waiting, now, piece, endpointID, from)
		if update.Error != nil {
			return n, db.Fault(update.Error)
		}
		n += int(update.RowsAffected)
	}
	return n, nil
}

func failedAfter(tx *db.Tx, endpointID, after, before int64, most int) (ids []int64, err error) {
	err = tx.Gorm().Model(&deliveryRow{}).Where("endpoint_id = ? AND state = ? AND id > ? AND id < ?", endpointID, Failed, after, before).Order("id").Limit(most).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

func deliveriesBefore(tx *db.Tx, id int64) (ids []int64, err error) {
	err = tx.Gorm().Model(&deliveryRow{}).Where("id < ?", id).Order("id").Limit(forgetAtOnce).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

func deliveriesOf(tx *db.Tx, endpointID int64) (ids []int64, err error) {
	err = tx.Gorm().Model(&deliveryRow{}).Where("endpoint_id = ?", endpointID).Order("id").Limit(forgetAtOnce).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

func forgetDeliveries(tx *db.Tx, ids []int64) error {
	for piece := range db.Pieces(ids) {
		if err := tx.Gorm().Exec("DELETE FROM webhook_attempts WHERE delivery_id IN ?", piece).Error; err != nil {
			return db.Fault(err)
		}
		if err := tx.Gorm().Exec("DELETE FROM webhook_deliveries WHERE id IN ?", piece).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// Deliveries lists those of an endpoint, the newest first, of a state or of any, before one or from the newest on.
func (s *Service) Deliveries(ctx context.Context, endpointID int64, state string, before int64, limit int) ([]Delivery, error) {
	q := s.DB.Read(ctx).Omit("body").Where("endpoint_id = ?", endpointID)
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	var rows []deliveryRow
	err := q.Order("id DESC").Limit(limit).Find(&rows).Error
	return deliveries(rows), db.Fault(err)
}

// mostAttempts is how many attempts of a delivery are told, the latest.
const mostAttempts = 100

func (s *Service) delivery(ctx context.Context, id int64) (Delivery, error) {
	var rows []deliveryRow
	err := s.DB.Read(ctx).Where("id = ?", id).Limit(1).Find(&rows).Error
	if err == nil && len(rows) == 0 {
		return Delivery{}, fault.New(fault.NotFound, "webhook.unknown")
	}
	if err != nil {
		return Delivery{}, db.Fault(err)
	}
	return rows[0].delivery(), nil
}

// Delivery is one, with what was sent and its latest attempts, the newest first. fault.NotFound "webhook.unknown".
func (s *Service) Delivery(ctx context.Context, id int64) (d Delivery, body string, all []Attempt, err error) {
	if d, err = s.delivery(ctx, id); err != nil {
		return d, "", nil, err
	}
	plain, err := s.Keys.Open(purposeBody, d.body)
	if err != nil {
		return d, "", nil, err
	}
	var tries []attemptRow
	if err = s.DB.Read(ctx).Where("delivery_id = ?", id).Order("id DESC").Limit(mostAttempts).Find(&tries).Error; err != nil {
		return d, "", nil, db.Fault(err)
	}
	for _, r := range tries {
		said, err := s.Keys.Open(purposeAnswer, r.Answer)
		if err != nil {
			return d, "", nil, err
		}
		all = append(all, Attempt{ID: r.ID, Number: int(r.Number), At: r.At.UTC(), Status: int(r.Status), Reason: r.Reason, Took: time.Duration(r.TookMs) * time.Millisecond, Answer: string(said)})
	}
	return d, string(plain), all, nil
}
