package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"mtandao/internal/db"
)

// TestACopyThatCannotBeWrittenIsTriedAgainSoon: a disk that is full for a moment leaves no minute in which a start without the database lets nobody in.
func TestACopyThatCannotBeWrittenIsTriedAgainSoon(t *testing.T) {
	s := stageOn(t, db.SQLite, 1)
	if err := s.Main.Access.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := s.Main
	m.Config.Data = filepath.Join(t.TempDir(), "not there yet")
	c := &copier{main: m}
	passed := func(d time.Duration) { c.age = func() time.Duration { return d } }
	c.save()
	if passed(copyAgain - time.Second); c.due() || !c.failed {
		t.Error("tried again at once")
	}
	if passed(copyAgain); !c.due() {
		t.Error("not tried again soon")
	}
	if err := os.Mkdir(m.Config.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	c.save()
	if passed(copyEvery); c.due() || !hasCopy(m.Config) {
		t.Error("written, and nothing has changed since")
	}
}
