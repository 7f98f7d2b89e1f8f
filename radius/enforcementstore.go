package radius

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

// want writes an enforcement and the job that carries it out. The same source asks once.
func (s *Service) want(tx *db.Tx, e Enforcement) error {
	now := s.clock.Now()
	if e.ID == 0 {
		e.ID = tx.ID()
	}
	e.State, e.CreatedAt, e.At = Outstanding, now, now
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&e).Error })
	if db.IsDuplicate(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.jobs.Emit(tx, enforcementWanted, fmt.Sprint(e.ID), enforcementFact{EnforcementID: e.ID})
}

// wantDisconnect marks the session as ending, so that of several reasons one acts.
func (s *Service) wantDisconnect(tx *db.Tx, source string, session Online, cause access.Cause) error {
	e := aboutSession(session)
	e.ID = tx.ID()
	won, err := db.Won(tx.Gorm().Model(&Online{}).Where("id = ? AND ending_id = 0", session.ID).UpdateColumn("ending_id", e.ID))
	if err != nil || !won {
		return err
	}
	e.Source, e.Wanted, e.Cause = source, WantDisconnect, string(cause)
	return s.want(tx, e)
}

// sourceOfStop lets a session that came back be stopped again.
func sourceOfStop(o Online) string { return fmt.Sprintf("stop:%d:%d", o.ID, o.UpdatedAt.UnixMilli()) }

func readEnforcement(ctx context.Context, d *db.DB, id int64) (Enforcement, error) {
	var e Enforcement
	return e, db.Fault(d.Read(ctx).Where("id = ?", id).Take(&e).Error)
}

// note stores an attempt that is followed by another in the same run.
func (s *Service) note(ctx context.Context, e *Enforcement, method, outcome, detail string) error {
	next := step{method: method, outcome: outcome, detail: detail, state: Outstanding}
	if err := s.saveAttempt(ctx, *e, next); err != nil {
		return err
	}
	e.Attempts++
	return nil
}

func (s *Service) saveAttempt(ctx context.Context, e Enforcement, next step) error {
	now := s.clock.Now()
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		values := map[string]any{"method": next.method, "outcome": next.outcome, "state": next.state, "attempts": e.Attempts + 1, "at": now}
		if err := tx.Gorm().Model(&Enforcement{}).Where("id = ?", e.ID).Updates(values).Error; err != nil {
			return err
		}
		return tx.Gorm().Create(&Attempt{ID: tx.ID(), EnforcementID: e.ID, Attempt: e.Attempts + 1, Method: next.method,
			Outcome: next.outcome, Detail: clean(next.detail), At: now}).Error
	})
}

// dueGrants are the grants of the sessions to look at.
func dueGrants(ctx context.Context, d *db.DB, until time.Time) ([]int64, error) {
	var due []Online
	err := d.Read(ctx).Select("id", "grant_id").Where("stop_at <= ?", until).Order("stop_at").Limit(sweepBatch).Find(&due).Error
	grants := map[int64]bool{}
	for _, o := range due {
		grants[o.GrantID] = true
	}
	return sortedKeys(grants), db.Fault(err)
}

// setStops writes the next look at the due sessions of grants; what was asked for since `until` stays due.
func setStops(tx *db.Tx, until time.Time, stops map[int64]*time.Time) error {
	var never, some []int64
	for _, id := range sortedKeys(stops) {
		if stops[id] == nil {
			never = append(never, id)
		} else {
			some = append(some, id)
		}
	}
	for ids := range db.Pieces(never) {
		if err := tx.Gorm().Model(&Online{}).Where("grant_id IN ? AND stop_at <= ?", ids, until).UpdateColumn("stop_at", nil).Error; err != nil {
			return err
		}
	}
	for ids := range db.Pieces(some) {
		var arms []any
		for _, id := range ids {
			arms = append(arms, id, *stops[id])
		}
		at := gorm.Expr("CASE grant_id"+strings.Repeat(" WHEN ? THEN ?", len(ids))+" END", arms...)
		if err := tx.Gorm().Model(&Online{}).Where("grant_id IN ? AND stop_at <= ?", ids, until).UpdateColumn("stop_at", at).Error; err != nil {
			return err
		}
	}
	return nil
}

// EnforcementsOf lists what was to be carried out for a grant, newest first, at most 100.
func (s *Service) EnforcementsOf(ctx context.Context, grantID int64) ([]Enforcement, error) {
	var all []Enforcement
	err := s.db.Read(ctx).Where("grant_id = ?", grantID).Order("created_at DESC").Limit(mostSessions).Find(&all).Error
	return all, db.Fault(err)
}
