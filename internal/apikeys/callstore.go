package apikeys

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// callRow: OnceHash is of the program's name for its deed, AskedHash of what it asked; Run is who does it now; Answer is sealed.
type callRow struct {
	ID        int64
	KeyID     int64
	OnceHash  string
	AskedHash string
	State     string
	Run       string
	Made      string
	Status    int64
	Writes    int64
	Answer    []byte
	MadeAt    time.Time
	Until     time.Time
}

func (callRow) TableName() string { return "api_calls" }

const forgetAtOnce = 500

// beginCall is the call that there is: this one, when there was none.
func beginCall(tx *db.Tx, r callRow) (found callRow, err error) {
	r.ID = tx.ID()
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error; err != nil {
		return found, db.Fault(err)
	}
	err = tx.Gorm().Where("key_id = ? AND once_hash = ?", r.KeyID, r.OnceHash).Take(&found).Error
	found.MadeAt, found.Until = found.MadeAt.UTC(), found.Until.UTC()
	return found, db.Fault(err)
}

// renewCall puts a new call, with an id of its own, in the place of one that is a day old; the old one when somebody was faster.
func renewCall(tx *db.Tx, old, fresh callRow) (callRow, error) {
	fresh.ID = tx.ID()
	won, err := db.Won(tx.Gorm().Exec("UPDATE api_calls SET id = ?, asked_hash = ?, state = ?, run = ?, made = '', status = 0, answer = NULL, made_at = ?, until = ? WHERE id = ? AND run = ?",
		fresh.ID, fresh.AskedHash, running, fresh.Run, fresh.MadeAt, fresh.Until, old.ID, old.Run))
	if err != nil || !won {
		return old, db.Fault(err)
	}
	return fresh, nil
}

// takeOverCall makes a dead run's call this run's; when it was not dead after all, the call is what the other made of it.
func takeOverCall(tx *db.Tx, old, fresh callRow) (callRow, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE api_calls SET run = ?, until = ? WHERE id = ? AND run = ? AND state = ?", fresh.Run, fresh.Until, old.ID, old.Run, running))
	if err != nil {
		return old, db.Fault(err)
	}
	if !won {
		return callByID(tx, old.ID)
	}
	old.Run, old.Until = fresh.Run, fresh.Until
	return old, nil
}

func callByID(tx *db.Tx, id int64) (r callRow, err error) {
	return r, db.Fault(tx.Gorm().Where("id = ?", id).Take(&r).Error)
}

// holdCall keeps a call this run's until the transaction ends; MariaDB counts only rows that it changed.
func holdCall(tx *db.Tx, id int64, run string) error {
	return mine(db.Won(tx.Gorm().Exec("UPDATE api_calls SET writes = writes + 1 WHERE id = ? AND run = ?", id, run)))
}

func doneCall(tx *db.Tx, id int64, run, made string) error {
	return mine(db.Won(tx.Gorm().Exec("UPDATE api_calls SET state = ?, made = ? WHERE id = ? AND run = ? AND state = ?", done, made, id, run, running)))
}

func mine(won bool, err error) error {
	if err == nil && !won {
		return fault.New(fault.Conflict, "api.once_running")
	}
	return db.Fault(err)
}

func answerCall(tx *db.Tx, id int64, run string, status int, sealed []byte) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE api_calls SET state = ?, status = ?, answer = ? WHERE id = ? AND run = ? AND state <> ?", answered, status, sealed, id, run, answered))
	return won, db.Fault(err)
}

func letCall(tx *db.Tx, id int64, run string, now time.Time) (callRow, error) {
	if err := tx.Gorm().Exec("UPDATE api_calls SET until = ? WHERE id = ? AND run = ? AND state = ?", now, id, run, running).Error; err != nil {
		return callRow{}, db.Fault(err)
	}
	return callByID(tx, id)
}

// forgetCalls deletes some that began before an instant. One whose run may still do it is younger.
func (s *Service) forgetCalls(ctx context.Context, before time.Time) (n int, err error) {
	var ids []int64
	if err := s.DB.Read(ctx).Model(&callRow{}).Where("made_at <= ?", before).Order("made_at").Limit(forgetAtOnce).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return 0, db.Fault(err)
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("id IN ? AND made_at <= ?", ids, before).Delete(&callRow{}).Error)
	})
	return len(ids), err
}
