package app

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
)

// TestDrainBringsADeadNodesSpoolsToTheDatabase: what a node that was killed had answered is in the database after drain, and once
// more changes nothing; while the node runs, or in a folder where none ran, drain refuses.
func TestDrainBringsADeadNodesSpoolsToTheDatabase(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			n := startBusyNode(t, dialect)
			until(t, 30*time.Second, "it is busy", func() bool { return n.receipts.Load() > 50 && n.sessions.Load() > 200 })
			if code, _, errOut := runCommand(t, "drain"); code != exitFailed || !strings.Contains(errOut, "Another program is using") {
				t.Errorf("beside a running program: exit %d, %s", code, errOut)
			}
			if err := n.process.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = n.process.Wait()
			close(n.ended)
			n.talking.Wait()
			for range 2 {
				if code, out, errOut := runCommand(t, "drain"); code != 0 || !strings.Contains(out, "nothing waits\n") {
					t.Fatalf("exit %d\n%s%s", code, out, errOut)
				}
			}
			if said := must(t, "drain"); !strings.Contains(said, "0 records of accounting and 0 of callbacks wait\n") {
				t.Error(said)
			}
			m := openEnvironment(t)
			defer m.Close()
			var sessions int64
			if err := m.DB.SQL().QueryRow("SELECT (SELECT COUNT(*) FROM sessions_open) + (SELECT COUNT(*) FROM sessions_closed)").Scan(&sessions); err != nil {
				t.Fatal(err)
			}
			if sessions < n.sessions.Load() || sessions > n.sessions.Load()+4 { // one in the air from each that talked
				t.Errorf("answered %d sessions, kept %d", n.sessions.Load(), sessions)
			}
			if code, _, errOut := runCommand(t, "drain", "--data", filepath.Join(t.TempDir(), "elsewhere")); code != exitFailed || !strings.Contains(errOut, "no folder") {
				t.Errorf("a wrong folder: exit %d, %s", code, errOut)
			}
		})
	}
}
