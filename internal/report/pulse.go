package report

import (
	"context"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/notify"
)

// Pulse reads how the rail is doing, for the owner's alerts.
type Pulse struct {
	db    *db.DB
	clock clock.Clock
}

// NewPulse makes it.
func NewPulse(d *db.DB, c clock.Clock) *Pulse { return &Pulse{db: d, clock: c} }

const (
	promptWindow   = 30 * time.Minute
	promptsAtLeast = 10 // fewer say nothing about the rail
	promptPatience = 2 * time.Minute
	silenceWindow  = 24 * time.Hour
)

// Prompts is the percentage of the last half hour's prompts that were paid; no reading while there are too few. One that
// has waited for its verdict for two minutes counts as not paid.
func (p *Pulse) Prompts(ctx context.Context) ([]notify.Reading, error) {
	now := p.clock.Now()
	paid, all, err := p.countPrompts(ctx, now.Add(-promptWindow), now.Add(-promptPatience))
	if err != nil || all < promptsAtLeast {
		return nil, err
	}
	return []notify.Reading{{Value: paid * 100 / all}}, nil
}

// Callbacks is for how many minutes prompts have been sent without any message from the rail.
func (p *Pulse) Callbacks(ctx context.Context) ([]notify.Reading, error) {
	now := p.clock.Now()
	last, err := p.lastMessage(ctx)
	if err != nil {
		return nil, err
	}
	if before := now.Add(-silenceWindow); last.Before(before) {
		last = before
	}
	prompt, err := p.firstPromptAfter(ctx, last)
	if err != nil || prompt.IsZero() {
		return []notify.Reading{{}}, err
	}
	return []notify.Reading{{Value: int64(now.Sub(prompt) / time.Minute)}}, nil
}
