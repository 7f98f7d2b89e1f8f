package jobs

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// row is a job as stored.
type row struct {
	ID         int64
	Fact       string
	Subscriber string
	JobKey     string
	Payload    []byte
	State      string
	RunAt      time.Time
	Attempt    int
	Failures   int
	LastError  string
	Holder     string
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (row) TableName() string { return "jobs" }

func (r row) job() Job {
	return Job{ID: r.ID, Fact: r.Fact, Subscriber: r.Subscriber, Key: r.JobKey, Payload: r.Payload, Attempt: r.Attempt, CreatedAt: r.CreatedAt}
}

func (q *Queue) insert(tx *db.Tx, fact, subscriber, key string, payload []byte, at time.Time) error {
	now := q.clock.Now()
	return db.Fault(tx.Gorm().Create(&row{ID: tx.ID(), Fact: fact, Subscriber: subscriber, JobKey: key, Payload: payload,
		State: waiting, RunAt: at, CreatedAt: now, UpdatedAt: now}).Error)
}

// claim takes up to n due jobs: the UPDATE names the state it expects, so of two nodes one wins each row. The claim's own
// random name finds the rows again, also after a commit that failed but had succeeded.
func (q *Queue) claim(ctx context.Context, n int) ([]row, error) {
	var due []int64
	now := q.clock.Now()
	err := q.db.Read(ctx).Model(&row{}).Where("state = ? AND run_at <= ?", waiting, now).
		Order("run_at, id").Limit(n).Pluck("id", &due).Error
	if err != nil || len(due) == 0 {
		return nil, db.Fault(err)
	}
	name := db.NewHolder()
	mine, err := q.claimAs(ctx, name, due, now)
	if fault.Is(err, fault.Unavailable) { // the answer to the COMMIT may have been lost: once more finds out
		mine, err = q.claimAs(ctx, name, due, now)
	}
	return mine, err
}

func (q *Queue) claimAs(ctx context.Context, name string, due []int64, now time.Time) (mine []row, err error) {
	err = q.db.InTx(ctx, func(tx *db.Tx) error {
		update := tx.Gorm().Exec("UPDATE jobs SET state = ?, holder = ?, attempt = attempt + 1, updated_at = ? WHERE id IN (?) AND state = ?",
			running, name, now, due, waiting)
		if update.Error != nil {
			return update.Error
		}
		return tx.Gorm().Where("holder = ?", name).Order("run_at, id").Find(&mine).Error
	})
	return mine, err
}

// finish deletes a done job, if this run still holds it.
func (q *Queue) finish(ctx context.Context, j row) error {
	return q.db.InTx(ctx, func(tx *db.Tx) error {
		return tx.Gorm().Exec("DELETE FROM jobs WHERE id = ? AND holder = ?", j.ID, j.Holder).Error
	})
}

func (q *Queue) release(ctx context.Context, j row) error {
	return q.db.InTx(ctx, func(tx *db.Tx) error {
		return tx.Gorm().Exec("UPDATE jobs SET state = ?, run_at = ?, failures = ?, last_error = ?, holder = '', updated_at = ? WHERE id = ? AND state = ? AND attempt = ?",
			j.State, j.RunAt, j.Failures, j.LastError, q.clock.Now(), j.ID, running, j.Attempt).Error
	})
}

// beat tells that the runner of the jobs that run here is alive.
func (q *Queue) beat(ctx context.Context) error {
	var ids []int64
	var holders []string
	q.mine.Range(func(id, holder any) bool {
		ids, holders = append(ids, id.(int64)), append(holders, holder.(string))
		return true
	})
	if len(ids) == 0 {
		return nil
	}
	return q.db.InTx(ctx, func(tx *db.Tx) error {
		return tx.Gorm().Exec("UPDATE jobs SET updated_at = ? WHERE id IN (?) AND holder IN (?) AND state = ?", q.clock.Now(), ids, holders, running).Error
	})
}

// rescue gives back jobs whose runner died, or could not store what became of them. It is a failure of theirs: a job that kills its runner is parked in the end.
func (q *Queue) rescue(ctx context.Context) error {
	now := q.clock.Now()
	return q.db.InTx(ctx, func(tx *db.Tx) error {
		return giveBack(tx, now, now.Add(-rescueAfter))
	})
}

// giveBack takes running jobs that were taken up before from their runners. The state comes first: MariaDB would see the
// raised failures in it.
func giveBack(tx *db.Tx, now, before time.Time) error {
	return tx.Gorm().Exec("UPDATE jobs SET state = CASE WHEN failures + 1 >= ? THEN ? ELSE ? END, holder = '', failures = failures + 1,"+
		" run_at = ?, updated_at = ? WHERE state = ? AND updated_at < ?", parkAfter, parked, waiting, now, now, running, before).Error
}

// RescueNow gives back every running job; for a start when no other node can be running (SQLite).
func (q *Queue) RescueNow(ctx context.Context) error {
	now := q.clock.Now()
	return q.db.InTx(ctx, func(tx *db.Tx) error {
		return giveBack(tx, now, now.Add(time.Millisecond))
	})
}

func (q *Queue) active(ctx context.Context) (n int64, err error) {
	err = q.db.Read(ctx).Model(&row{}).Where("state = ? OR (state = ? AND run_at <= ?)", running, waiting, q.clock.Now()).Count(&n).Error
	return n, db.Fault(err)
}

// Stats is what the queue holds.
type Stats struct {
	Waiting, Running, Parked int64
	OldestDue                time.Time // zero when nothing is due
}

// Stats counts the queue by state; waiting counts stop at 10,000.
func (q *Queue) Stats(ctx context.Context) (s Stats, err error) {
	for state, n := range map[string]*int64{waiting: &s.Waiting, running: &s.Running, parked: &s.Parked} {
		limited := q.db.Read(ctx).Model(&row{}).Select("id").Where("state = ?", state).Limit(10_000)
		if err = q.db.Read(ctx).Table("(?) AS some", limited).Count(n).Error; err != nil {
			return s, db.Fault(err)
		}
	}
	var oldest []time.Time
	err = q.db.Read(ctx).Model(&row{}).Where("state = ? AND run_at <= ?", waiting, q.clock.Now()).Order("run_at, id").Limit(1).Pluck("run_at", &oldest).Error
	if len(oldest) > 0 {
		s.OldestDue = oldest[0]
	}
	return s, db.Fault(err)
}

// Late is how long the oldest due job of some statistics has waited.
func (q *Queue) Late(s Stats) time.Duration {
	if s.OldestDue.IsZero() {
		return 0
	}
	return max(0, q.clock.Now().Sub(s.OldestDue))
}

func (q *Queue) takeLease(ctx context.Context, name string, until time.Time) (won bool, err error) {
	err = q.db.InTx(ctx, func(tx *db.Tx) error {
		won, err = db.Won(tx.Gorm().Exec("UPDATE leases SET holder = ?, until = ? WHERE name = ? AND (holder = ? OR until < ?)",
			q.holder, until, name, q.holder, q.clock.Now()))
		if won || err != nil {
			return err
		}
		err := tx.Savepoint(func() error {
			return tx.Gorm().Exec("INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)", name, q.holder, until).Error
		})
		if won = err == nil; db.IsDuplicate(err) {
			return nil
		}
		return err
	})
	return won && err == nil, err
}

func (q *Queue) giveBack(ctx context.Context, name string) error {
	return q.db.InTx(ctx, func(tx *db.Tx) error {
		return tx.Gorm().Exec("DELETE FROM leases WHERE name = ? AND holder = ?", name, q.holder).Error
	})
}
