package app

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
)

// factTrailProof is that the trail is to be proved.
const factTrailProof = "trail proof asked"

type trailProof struct{ ID int64 }

// trailDesk is the trail for the office.
type trailDesk struct {
	*audit.Trail
	m *Main
}

// AskProof implements backoffice.Trail.
func (d trailDesk) AskProof(ctx context.Context) error {
	return d.Trail.AskProof(ctx, d.m.emitTrailProof)
}

func (m *Main) emitTrailProof(tx *db.Tx, id int64) error {
	return m.Jobs.Emit(tx, factTrailProof, "", trailProof{id})
}

// scheduleTrailProof has the trail proved each day, and when somebody asks, in pieces.
func (m *Main) scheduleTrailProof() {
	m.Jobs.Every("audit proof", time.Hour, func(ctx context.Context) error { return m.Audit.ProveDaily(ctx, m.emitTrailProof) })
	m.Jobs.On(factTrailProof, "trail", func(ctx context.Context, j jobs.Job) error {
		var asked trailProof
		if err := j.Decode(&asked); err != nil {
			return err
		}
		done, err := m.Audit.Prove(ctx, asked.ID)
		if err == nil && !done {
			err = jobs.Again(0, errors.New("more to prove"))
		}
		return err
	})
}
