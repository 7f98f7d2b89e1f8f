package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mtandao/internal/backup"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestADrillProvesTheNewestCopyAndLeavesNothing(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inExampleHouse(t, dialect)
			setUpLongAgo(t)
			t.Setenv("TMPDIR", t.TempDir())
			public, private, _ := strings.Cut(must(t, "backup", "key"), "\n")
			_, public, _ = strings.Cut(public, "=")
			copies := filepath.Join(t.TempDir(), "copies")
			t.Setenv("MTANDAO_BACKUP_TO", copies)
			if code, _, errOut := runCommand(t, "backup"); code != exitFailed || !strings.Contains(errOut, "go together") {
				t.Errorf("half a setting: %d %s", code, errOut)
			}
			t.Setenv("MTANDAO_BACKUP_KEY", public)
			must(t, "backup")
			for _, args := range [][]string{{"backup", "drill", "--identity", "-"}, {"backup", "drill", "--identity", "-", "--json"}} {
				code, out, errOut := runWith(t, t.Context(), private, args...)
				if code != 0 || !strings.Contains(out, "The books agree.") && !strings.Contains(out, `"problems": []`) {
					t.Errorf("%v: exit %d\n%s%s", args, code, out, errOut)
				}
			}
			if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
			code, _, errOut := runWith(t, t.Context(), private, "restore", "--identity", "-")
			if code != exitFailed || !strings.Contains(errOut, "There is something at") {
				t.Errorf("over what is there: %d %s", code, errOut)
			}
		})
	}
}

// setUpLongAgo makes what the commands did so old that a running program would have chained it.
func setUpLongAgo(t *testing.T) {
	t.Helper()
	d := testdb.OpenURL(t, os.Getenv("MTANDAO_DB"), db.Options{})
	if _, err := d.SQL().Exec("UPDATE audit_events SET at = ?", time.Now().Add(-time.Hour).UTC()); err != nil {
		t.Fatal(err)
	}
}

func TestBackupSettingsAreChecked(t *testing.T) {
	public, private, err := backup.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ to, key, want string }{
		{"", "", ""}, {"/mnt/copies", public, ""}, {"/mnt/copies", "", "config.backup_half"}, {"/mnt/copies", private, "backup.key"}, {"copies", public, "backup.place"},
	} {
		err := Config{BackupTo: c.to, BackupKey: c.key}.checkBackup()
		if (err != nil) != (c.want != "") || err != nil && fault.KeyOf(err) != c.want || err != nil && strings.Contains(err.Error(), private) {
			t.Errorf("%q %q: %v", c.to, c.key, err)
		}
	}
}

// TestThePauseIsSeenByStaff in the console, in both languages, until it ends; the alert on old copies rests meanwhile.
func TestThePauseIsSeenByStaff(t *testing.T) {
	s := openStage(t, 60)
	c := s.hire(t, "musa@demo.example", nil, "technician")
	change := func(f func(tx *db.Tx) error) {
		t.Helper()
		if err := s.Main.DB.InTx(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	change(func(tx *db.Tx) error { return s.Main.Pause.Begin(tx, "a test") })
	for lang, want := range map[string]string{"en": "it is paused", "sw": "imesimamishwa"} {
		if page := c.ask("GET", "/office?l="+lang, nil); !strings.Contains(page.body, want) {
			t.Errorf("%s: no word of the pause", lang)
		}
	}
	if r, err := s.Main.backupAge(t.Context()); err != nil || len(r) != 0 {
		t.Errorf("a paused copy reads %v %v", r, err)
	}
	change(func(tx *db.Tx) error { _, err := s.Main.Pause.End(tx); return err })
	if page := c.ask("GET", "/office", nil); strings.Contains(page.body, "it is paused") {
		t.Error("the pause is over, and still told")
	}
	s.Main.opened = s.Main.Clock.Now().Add(-3 * time.Hour)
	if r, err := s.Main.backupAge(t.Context()); err != nil || len(r) != 1 || r[0].Value != 3 {
		t.Errorf("without any copy for three hours: %v %v", r, err)
	}
}
