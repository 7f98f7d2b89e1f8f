package subscriptions

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// row is a subscription; what is searched by stands in columns, all of its state in content.
type row struct {
	ID         int64
	CustomerID int64
	PlanKey    string
	PriceID    int64
	SiteID     int64
	RouterID   int64
	LoginKind  string
	LoginName  string
	State      string
	Mode       string
	GrantID    int64
	Seq        int64
	HeldCents  int64
	PaidUntil  *time.Time
	DueAt      *time.Time
	Content    string
	CreatedAt  time.Time
}

func (row) TableName() string { return "subscriptions" }

type eventRow struct {
	ID             int64
	SubscriptionID int64
	Seq            int64
	Kind           string
	Request        string
	EffectiveAt    time.Time
	RecordedAt     time.Time
	DoneBy         string
	Content        string
}

func (eventRow) TableName() string { return "subscription_events" }

func encode(content any) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "internal", err)
	}
	return string(text), nil
}

func decode(text string, content any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields() // what is left out would change the state
	if err := d.Decode(content); err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	return nil
}

func rowOf(sub Subscription) (row, error) {
	content, err := encode(sub.State)
	st := sub.State
	return row{ID: sub.ID, CustomerID: sub.CustomerID, PlanKey: st.Sold.PlanKey, PriceID: st.Sold.PriceID, SiteID: st.Place.SiteID, RouterID: st.Place.RouterID, LoginKind: st.Login.Kind,
		LoginName: st.Login.Name, State: string(st.Status), Mode: string(st.Sold.Mode), GrantID: sub.GrantID, Seq: sub.Seq, HeldCents: sub.HeldCents, PaidUntil: db.Nullable(st.PaidTo),
		DueAt: db.Nullable(sub.DueAt), Content: content, CreatedAt: sub.CreatedAt}, err
}

func (r row) subscription() (sub Subscription, err error) {
	sub = Subscription{ID: r.ID, CustomerID: r.CustomerID, GrantID: r.GrantID, Seq: r.Seq, DueAt: db.Instant(r.DueAt), HeldCents: r.HeldCents, CreatedAt: r.CreatedAt.UTC()}
	return sub, decode(r.Content, &sub.State)
}

func all(from *gorm.DB) (list []Subscription, err error) {
	var rows []row
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		sub, err := r.subscription()
		if err != nil {
			return nil, err
		}
		list = append(list, sub)
	}
	return list, nil
}

func one(from *gorm.DB, id int64) (Subscription, error) {
	list, err := all(from.Where("id = ?", id).Limit(1))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "subscription.unknown")
	}
	if err != nil {
		return Subscription{}, err
	}
	return list[0], nil
}

// Some are those of these lines that there are, by id.
func (s *Service) Some(ctx context.Context, ids []int64) (map[int64]Subscription, error) {
	some := make(map[int64]Subscription, len(ids))
	for few := range db.Pieces(ids) {
		list, err := all(s.DB.Read(ctx).Where("id IN ?", few).Limit(len(few)))
		if err != nil {
			return nil, err
		}
		for _, sub := range list {
			some[sub.ID] = sub
		}
	}
	return some, nil
}

// GetTx is Get inside a transaction.
func (s *Service) GetTx(tx *db.Tx, id int64) (Subscription, error) { return oneIn(tx, id) }

func oneIn(tx *db.Tx, id int64) (Subscription, error) { return one(tx.Gorm(), id) }

// lock keeps everybody else from a subscription until the transaction ends.
func lock(tx *db.Tx, id int64) (Subscription, error) {
	if err := tx.Gorm().Exec("UPDATE subscriptions SET seq = seq WHERE id = ?", id).Error; err != nil {
		return Subscription{}, db.Fault(err)
	}
	return one(tx.Gorm(), id)
}

func insert(tx *db.Tx, sub Subscription) error {
	r, err := rowOf(sub)
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&r).Error)
}

// update writes a subscription as it was read before: with another last event it is somebody else's.
func update(tx *db.Tx, was, is Subscription) error {
	r, err := rowOf(is)
	if err != nil {
		return err
	}
	won, err := db.Won(tx.Gorm().Model(&row{}).Where("id = ? AND seq = ?", was.ID, was.Seq).Select("*").Omit("id", "created_at").Updates(&r))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	return db.Fault(err)
}

func insertEvent(tx *db.Tx, e Event) error {
	content, err := encode(e.Said)
	if err != nil {
		return err
	}
	return db.Fault(tx.Gorm().Create(&eventRow{ID: e.ID, SubscriptionID: e.SubscriptionID, Seq: e.Seq, Kind: string(e.Kind), Request: e.Request, EffectiveAt: e.At, RecordedAt: e.Recorded,
		DoneBy: e.By, Content: content}).Error)
}

// mostEvents of one subscription: a century of months, and what happens between.
const mostEvents = 10_000

func events(from *gorm.DB) (list []Event, err error) {
	var rows []eventRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		e := Event{ID: r.ID, SubscriptionID: r.SubscriptionID, Seq: r.Seq, Kind: Kind(r.Kind), Request: r.Request, At: r.EffectiveAt.UTC(), Recorded: r.RecordedAt.UTC(), By: r.DoneBy}
		if err := decode(r.Content, &e.Said); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func eventsIn(tx *db.Tx, id int64) ([]Event, error) {
	return events(tx.Gorm().Where("subscription_id = ?", id).Order("seq").Limit(mostEvents))
}

func requested(tx *db.Tx, id int64, request string) (bool, error) {
	var found []int64
	err := tx.Gorm().Model(&eventRow{}).Where("subscription_id = ? AND request = ?", id, request).Limit(1).Pluck("id", &found).Error
	return len(found) > 0, db.Fault(err)
}

// Events is the whole history of a subscription, as it was recorded.
func (s *Service) Events(ctx context.Context, id int64) ([]Event, error) {
	return events(s.DB.Read(ctx).Where("subscription_id = ?", id).Order("seq").Limit(mostEvents))
}

// Past is a subscription with all that is recorded of it.
type Past struct {
	ID, CustomerID, GrantID int64
	Events                  []Event // as they were recorded
}

// Pasts reads those subscriptions that there are, by id, and their whole histories, in a fixed number of queries.
func (s *Service) Pasts(ctx context.Context, ids []int64) (map[int64]Past, error) {
	all := make(map[int64]Past, len(ids))
	for some := range db.Pieces(ids) {
		var found []row
		if err := s.DB.Read(ctx).Model(&row{}).Select("id, customer_id, grant_id").Where("id IN ?", some).Find(&found).Error; err != nil {
			return nil, db.Fault(err)
		}
		told, err := events(s.DB.Read(ctx).Where("subscription_id IN ?", some).Order("subscription_id, seq").Limit(mostEvents * len(some)))
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			all[one.ID] = Past{ID: one.ID, CustomerID: one.CustomerID, GrantID: one.GrantID}
		}
		for _, e := range told {
			if one, known := all[e.SubscriptionID]; known {
				one.Events = append(one.Events, e)
				all[one.ID] = one
			}
		}
	}
	return all, nil
}

// Get is one subscription; fault.NotFound "subscription.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Subscription, error) {
	return one(s.DB.Read(ctx), id)
}

// OfGrants tells the subscriptions of grants, by the grants; a grant that is none's is not among them.
func (s *Service) OfGrants(ctx context.Context, grantIDs []int64) (map[int64]int64, error) {
	found := make(map[int64]int64, len(grantIDs))
	for some := range db.Pieces(grantIDs) {
		var rows []row
		if err := s.DB.Read(ctx).Model(&row{}).Select("id, grant_id").Where("grant_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			found[r.GrantID] = r.ID
		}
	}
	return found, nil
}

// mostLines are those of one customer.
const mostLines = 500

// Of lists the subscriptions of a customer, the oldest first.
func (s *Service) Of(ctx context.Context, customerID int64) ([]Subscription, error) {
	return all(s.DB.Read(ctx).Where("customer_id = ?", customerID).Order("id").Limit(mostLines))
}

// everIn is Of in a transaction.
func everIn(tx *db.Tx, customerID int64) ([]Subscription, error) {
	return all(tx.Gorm().Where("customer_id = ?", customerID).Order("id").Limit(mostLines))
}

func of(tx *db.Tx, customerID int64) ([]Subscription, error) {
	return all(tx.Gorm().Where("customer_id = ? AND state = ?", customerID, Active).Order("id").Limit(mostLines))
}

// LiveIn lists those of a customer that are not over, in a transaction.
func (s *Service) LiveIn(tx *db.Tx, customerID int64) ([]Subscription, error) {
	return notEnded(tx, customerID)
}

// notEnded are the lines of a customer that are not over.
func notEnded(tx *db.Tx, customerID int64) ([]Subscription, error) {
	return all(tx.Gorm().Where("customer_id = ? AND state <> ?", customerID, Ended).Order("id").Limit(mostLines))
}

// ActiveIn lists those of a customer that run, in a transaction.
func (s *Service) ActiveIn(tx *db.Tx, customerID int64) ([]Subscription, error) {
	return of(tx, customerID)
}

// Until is when a line ends as it is paid; zero: nobody paid yet, or it is paid by invoice.
func (s *Service) Until(sub Subscription) time.Time {
	return sub.State.End(s.zone(sub.State.Place.SiteID))
}

// Which narrows a list of subscriptions; empty fields do not.
type Which struct {
	CustomerID int64
	Sites      []int64
	Status     Status
	PlanKey    string
	Login      string
}

// List tells subscriptions before an id, the newest first.
func (s *Service) List(ctx context.Context, w Which, before int64, limit int) ([]Subscription, error) {
	if w.Sites != nil && len(w.Sites) == 0 {
		return nil, nil
	}
	from, err := db.NewestAt(func() *gorm.DB { return s.which(ctx, w, before) }, w.Sites, limit)
	if err != nil {
		return nil, err
	}
	return all(from)
}

// which are the subscriptions that are listed, at whatever site.
func (s *Service) which(ctx context.Context, w Which, before int64) *gorm.DB {
	from := s.DB.Read(ctx).Model(&row{})
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	if w.CustomerID != 0 {
		from = from.Where("customer_id = ?", w.CustomerID)
	}
	if w.Status != "" {
		from = s.byState(from, w).Where("state = ?", w.Status)
	}
	if w.PlanKey != "" {
		from = from.Where("plan_key = ?", w.PlanKey)
	}
	if w.Login != "" {
		from = from.Where("login_name = ?", w.Login)
	}
	return from
}

// byState has MariaDB read lines of a state in order: left to itself it may read all of the state and all of a site, take what is in both, and sort it.
func (s *Service) byState(from *gorm.DB, w Which) *gorm.DB {
	switch {
	case s.DB.Dialect() != db.MySQL:
		return from
	case len(w.Sites) > 0:
		return from.Table("subscriptions IGNORE INDEX (subscriptions_state)")
	case w.CustomerID == 0 && w.PlanKey == "" && w.Login == "":
		return from.Table("subscriptions FORCE INDEX (subscriptions_state)")
	}
	return from
}

const page = 500

// dueBy lists those for which something happens by now.
func (s *Service) dueBy(ctx context.Context, now time.Time) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&row{}).Where("due_at <= ?", now).Order("due_at").Limit(page).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// EndBetween are those of some customers of whom a line may have ended since an instant, or may end by another.
func (s *Service) EndBetween(ctx context.Context, customerIDs []int64, since, by time.Time) (found []int64, err error) {
	for some := range db.Pieces(customerIDs) {
		var ids []int64
		if err := s.DB.Read(ctx).Model(&row{}).Where("customer_id IN ? AND state = ? AND (due_at < ? OR paid_until >= ? AND paid_until < ?)", some, Active, by, since, by).Distinct().Pluck("customer_id", &ids).Error; err != nil {
			return nil, db.Fault(err)
		}
		found = append(found, ids...)
	}
	return found, nil
}

func (s *Service) onOlder(ctx context.Context, planKey string, priceID int64) *gorm.DB {
	return s.DB.Read(ctx).Model(&row{}).Where("plan_key = ? AND price_id <> ? AND state <> ?", planKey, priceID, Ended)
}

func (s *Service) countOutdated(ctx context.Context, planKey string, priceID int64) (n int64, err error) {
	err = s.onOlder(ctx, planKey, priceID).Count(&n).Error
	return n, db.Fault(err)
}

func (s *Service) outdated(ctx context.Context, planKey string, priceID, after int64) (ids []int64, err error) {
	err = s.onOlder(ctx, planKey, priceID).Where("id > ?", after).Order("id").Limit(page).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}
