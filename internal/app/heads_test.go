package app

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestAChainMadeAnewIsFound: who can write the database takes the newest entry out with its link, so that the chain is whole;
// only the copy outside the database knows.
func TestAChainMadeAnewIsFound(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			ctx, now := context.Background(), clock.NewManual(time.Now())
			c := Config{DB: testdb.URL(t, dialect), Data: t.TempDir()}
			c.fill()
			if err := migrate(ctx, c); err != nil {
				t.Fatal(err)
			}
			m, err := Open(ctx, c, Options{Clock: now})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			hashes := []string{strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)}
			for day := range hashes {
				for _, into := range []string{"ledger_links (seq, entry_id", "audit_links (seq, event_id"} {
					if _, err := m.DB.SQL().Exec("INSERT INTO "+into+", previous, hash) VALUES (?, ?, ?, ?)", day+1, day+1, "", hashes[day]); err != nil {
						t.Fatal(err)
					}
				}
				for range 3 { // once a day, however often it is called
					if err := m.copyHeads(ctx); err != nil {
						t.Fatal(err)
					}
				}
				now.Advance(24 * time.Hour)
			}
			copies, err := m.headCopies(m.chains()[0])
			if err != nil || len(copies) != 3 || copies[2].seq != 3 || copies[2].hash != hashes[2] {
				t.Fatalf("%+v %v", copies, err)
			}
			if problems, err := m.verifyHeads(ctx); err != nil || len(problems) != 0 {
				t.Fatal(problems, err)
			}
			if _, err := m.DB.SQL().Exec("DELETE FROM ledger_links WHERE seq = 3"); err != nil {
				t.Fatal(err)
			}
			if problems, err := m.verifyHeads(ctx); err != nil || len(problems) != 1 || !strings.Contains(problems[0], "link 3 ") {
				t.Fatal(problems, err)
			}
			if _, err := m.DB.SQL().Exec("UPDATE audit_links SET hash = ? WHERE seq = 2", hashes[0]); err != nil {
				t.Fatal(err)
			}
			if problems, err := m.verifyHeads(ctx); err != nil || len(problems) != 2 || !strings.Contains(problems[1], "head of the audit trail") {
				t.Fatal(problems, err)
			}
		})
	}
}

func TestAHeadThatWasCutShortIsCopiedAgain(t *testing.T) {
	c := Config{DB: testdb.URL(t, db.SQLite), Data: t.TempDir()}
	c.fill()
	if err := migrate(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	m, err := Open(context.Background(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := os.WriteFile(m.headsPath(m.chains()[0]), []byte("2026-11-2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := m.DB.SQL().Exec("INSERT INTO ledger_links (seq, entry_id, previous, hash) VALUES (1, 1, '', ?)", strings.Repeat("a", 64)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first ends the torn line
		if err := m.copyHeads(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if copies, err := m.headCopies(m.chains()[0]); err != nil || len(copies) != 1 || copies[0].seq != 1 {
		t.Fatalf("%+v %v", copies, err)
	}
}
