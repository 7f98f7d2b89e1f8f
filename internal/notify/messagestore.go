package notify

import (
	"context"
	"encoding/json"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type messageRow struct {
	ID           int64
	CustomerID   int64
	MessageKey   string
	InputHash    string
	Purpose      string
	Channel      string
	AddressHash  string
	Address      []byte
	Content      []byte
	State        string
	Reason       string
	Round        int
	Attempts     int
	Claim        string
	ProviderID   string
	Parts        int
	CostE4       int64 `gorm:"column:cost_e4"`
	CostCurrency string
	RunAt        time.Time
	Until        time.Time
	SentAt       *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

func (messageRow) TableName() string { return "messages" }

func (s *Service) insert(tx *db.Tx, d stored) error {
	body, err := json.Marshal(d.content)
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	address, err := s.Keys.Seal(purposeAddress, []byte(d.To))
	if err != nil {
		return err
	}
	sealed, err := s.Keys.Seal(purposeContent, body)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	return db.Fault(tx.Gorm().Create(&messageRow{ID: d.ID, CustomerID: d.Customer, MessageKey: d.Key, InputHash: s.Keys.Lookup(purposeInput, d.input()), Purpose: string(d.Purpose),
		Channel: string(d.Channel), AddressHash: d.hash, Address: address, Content: sealed, State: string(d.State), Reason: d.Reason,
		Round: d.Round, Parts: s.parts(d), RunAt: d.RunAt, Until: d.Until, CreatedAt: now, UpdatedAt: now}).Error)
}

func (s *Service) byKey(tx *db.Tx, key string) (id int64, inputHash string, err error) {
	var r messageRow
	err = tx.Gorm().Select("id, input_hash").Where("message_key = ?", key).Take(&r).Error
	return r.ID, r.InputHash, db.Fault(err)
}

func (s *Service) message(ctx context.Context, id int64) (stored, error) {
	var r messageRow
	if err := s.DB.Read(ctx).Where("id = ?", id).Take(&r).Error; err != nil {
		return stored{}, db.Fault(err)
	}
	return s.open(r)
}

func (s *Service) open(r messageRow) (stored, error) {
	m := stored{ID: r.ID, State: State(r.State), Reason: r.Reason, Round: r.Round, Attempts: r.Attempts, ProviderID: r.ProviderID,
		RunAt: r.RunAt, Until: r.Until, hash: r.AddressHash,
		Message: Message{Key: r.MessageKey, Customer: r.CustomerID, Purpose: Purpose(r.Purpose), Channel: Channel(r.Channel)}}
	address, err := s.Keys.Open(purposeAddress, r.Address)
	if err != nil {
		return m, err
	}
	body, err := s.Keys.Open(purposeContent, r.Content)
	if err != nil {
		return m, err
	}
	m.To = string(address)
	if err := json.Unmarshal(body, &m.content); err != nil {
		return m, fault.Wrap(fault.Internal, "internal", err)
	}
	return m, nil
}

// startSending moves queued → sending; false when another did, or a person withdrew it. The claim tells a commit that
// failed after succeeding from a lost race.
func (s *Service) startSending(ctx context.Context, m stored) (won bool, err error) {
	claim := db.NewHolder()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err = db.Won(tx.Gorm().Exec("UPDATE messages SET state = ?, reason = '', attempts = attempts + 1, claim = ?, updated_at = ? WHERE id = ? AND state = ? AND round = ?",
			Sending, claim, s.Clock.Now(), m.ID, Queued, m.Round))
		if won || err != nil {
			return err
		}
		var mine int64
		err = tx.Gorm().Model(&messageRow{}).Where("id = ? AND claim = ? AND state = ?", m.ID, claim, Sending).Count(&mine).Error
		won = mine == 1
		return err
	})
	return won && err == nil, err
}

// write stores a move out of the queue, if the message still is in that round and one of the states.
func (s *Service) write(tx *db.Tx, m stored, from []State, c change) error {
	set := map[string]any{"state": string(c.state), "reason": c.reason, "updated_at": s.Clock.Now()}
	if c.provider != "" {
		set["provider_id"] = c.provider
	}
	if c.cost != (Cost{}) {
		set["cost_e4"], set["cost_currency"] = c.cost.TenThousandths, c.cost.Currency
	}
	if c.sent {
		set["sent_at"] = s.Clock.Now()
	}
	return db.Fault(tx.Gorm().Model(&messageRow{}).Where("id = ? AND round = ? AND state IN ?", m.ID, m.Round, from).Updates(set).Error)
}

// requeue brings a message back to the queue in its next round.
func (s *Service) requeue(tx *db.Tx, m stored, from []State, c change) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&messageRow{}).Where("id = ? AND round = ? AND state IN ?", m.ID, m.Round, from).
		Updates(map[string]any{"state": string(Queued), "reason": c.reason, "round": m.Round + 1, "run_at": c.at, "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}

func (s *Service) withdraw(tx *db.Tx, key string) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&messageRow{}).Where("message_key = ? AND state = ?", key, Queued).
		Updates(map[string]any{"state": string(Failed), "reason": reasonWithdrawn, "updated_at": s.Clock.Now()}))
	return won, db.Fault(err)
}
