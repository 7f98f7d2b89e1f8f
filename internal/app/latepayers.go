package app

import (
	"context"
	"time"
)

// scheduleArrears has the day's steps taken, looks whether service is as they say, and has those asked for money who agreed to it. A restored copy reminds,
// asks and bars nobody.
func (m *Main) scheduleArrears() {
	m.Jobs.Every("late payers", 5*time.Minute, func(ctx context.Context) error {
		if m.Pause.Paused() {
			return nil
		}
		return m.Arrears.Tick(ctx)
	})
	m.Jobs.Every("money by prompt", time.Minute, func(ctx context.Context) error {
		if m.Pause.Paused() {
			return nil
		}
		return m.Prompts.Tick(ctx)
	})
	m.Jobs.Every("service of late payers", time.Hour, func(ctx context.Context) error {
		if m.Pause.Paused() {
			return nil
		}
		mended, err := m.Arrears.Mend(ctx)
		if mended > 0 {
			m.Log.Warn("service of late payers was not as their steps say, and is now", "customers", mended)
		}
		return err
	})
}
