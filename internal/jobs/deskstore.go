package jobs

import (
	"context"

	"mtandao/internal/db"
)

func (r row) entry() Entry {
	return Entry{ID: r.ID, Fact: r.Fact, Subscriber: r.Subscriber, Key: r.JobKey, State: r.State, RunAt: r.RunAt.UTC(), Attempt: r.Attempt,
		Failures: r.Failures, LastError: r.LastError, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

func (q *Queue) list(ctx context.Context, state string, before int64, limit int) ([]Entry, error) {
	var rows []row
	query := q.db.Read(ctx).Omit("payload").Order("id DESC").Limit(limit)
	if state != "" {
		query = query.Where("state = ?", state)
	}
	if before != 0 {
		query = query.Where("id < ?", before)
	}
	err := query.Find(&rows).Error
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return entries, db.Fault(err)
}

func (q *Queue) get(ctx context.Context, id int64) (Entry, error) {
	var r row
	err := q.db.Read(ctx).Omit("payload").Where("id = ?", id).Take(&r).Error
	return r.entry(), db.Fault(err)
}

// hurry makes jobs due at once. A parked job's error stays, to be compared with the next.
func (q *Queue) hurry(tx *db.Tx, which string, args ...any) (bool, error) {
	now := q.clock.Now()
	update := tx.Gorm().Model(&row{}).Where(which, args...).Where("state IN ?", []string{waiting, parked}).
		Updates(map[string]any{"state": waiting, "run_at": now, "failures": 0, "updated_at": now})
	won, err := db.Won(update)
	if won {
		tx.AfterCommit(q.poke)
	}
	return won, db.Fault(err)
}

func drop(tx *db.Tx, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Where("id = ? AND state IN ?", id, []string{waiting, parked}).Delete(&row{}))
	return won, db.Fault(err)
}
