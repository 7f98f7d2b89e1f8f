package radius

import (
	"context"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// pausedCopy is a restored copy that does not act yet.
type pausedCopy struct{}

func (pausedCopy) Paused() bool { return true }

func TestAPausedCopyGivesNoOrders(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.pause = pausedCopy{}
		b.applied(t, aStart)
		b.emit(t, access.GrantEnded, access.Fact{Cause: "time_used"})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- b.jobs.Run(ctx) }()
		defer func() { cancel(); <-done }()
		eventually(t, "the order waits for the end of the pause", func() bool {
			var waits int64
			err := d.Read(ctx).Raw("SELECT COUNT(*) FROM jobs WHERE fact = ? AND last_error = 'again in 15s'", enforcementWanted).Scan(&waits).Error
			return err == nil && waits == 1
		})
		if sent := b.coa.packets(); len(sent) != 0 {
			t.Errorf("sent %v", sent)
		}
	})
}
