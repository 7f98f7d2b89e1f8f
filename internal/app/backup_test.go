package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/backup"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/stores"
	"mtandao/internal/testdb"
)

// lostMachine is the story of "must be shown" 6: a program under load in a process of its own, copies every five minutes of
// a clock that is ours, kill -9 and an empty disk, and another machine.
type lostMachine struct {
	*crashStory
	t        *testing.T
	private  string
	secret   string // of the till's address
	mu       sync.Mutex
	answered map[string]time.Time // receipt → when M-Pesa had our answer
	copies   []copyTaken
}

type copyTaken struct {
	began time.Time
	backup.Taken
}

func openLostMachine(t *testing.T, dialect, to string) *lostMachine {
	t.Helper()
	public, private, err := backup.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	s := &lostMachine{crashStory: &crashStory{lane: openLane(t, 7), phone: "254707000001", deadline: time.Now().Add(2 * time.Minute)}, t: t, private: private, answered: map[string]time.Time{}}
	s.config = Config{DB: "sqlite:" + filepath.Join(folder, "lost.db"), Data: filepath.Join(folder, "data"), Dev: true, BackupTo: to, BackupKey: public}
	if dialect == db.MySQL {
		s.config.DB = testdb.Logged(t)
	}
	if err := s.furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.router.Close)
	return s
}

// readSecret reads where M-Pesa confirms payments by hand.
func (s *lostMachine) readSecret() {
	s.t.Helper()
	m, err := Open(s.t.Context(), s.config, Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer m.Close()
	tills, err := m.Billing.Tills(s.t.Context())
	if err != nil || len(tills) == 0 {
		s.t.Fatalf("no till: %v", err)
	}
	s.secret = tills[0].CallbackSecret
}

// pay tells the program of a payment by hand, and notes when it had said that it has it.
func (s *lostMachine) pay(receipt string) error {
	body, err := json.Marshal(map[string]any{"TransactionType": "Pay Bill", "TransID": receipt, "TransTime": time.Now().Format("20060102150405"), "TransAmount": "50.00",
		"BusinessShortCode": demoMerchant.ShortCode, "BillRefNumber": "MISTYPED", "InvoiceNumber": "", "OrgAccountBalance": "", "ThirdPartyTransID": "",
		"MSISDN": "254700000009", "FirstName": "ASHA", "MiddleName": "", "LastName": ""})
	if err != nil {
		return err
	}
	answer, err := http.Post(s.config.PublicURL+"/in/c/"+s.secret, "application/json", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered[receipt] = time.Now()
	return nil
}

// mostPaid bounds what one payer of the load pays.
const mostPaid = 1500

// load pays until ctx ends; the first that finds nobody there ends it too.
func (s *lostMachine) load(ctx context.Context, working *sync.WaitGroup) {
	for lane := range 3 {
		working.Go(func() {
			for n := 0; ctx.Err() == nil && n < mostPaid; n++ {
				if s.pay(fmt.Sprintf("RK%d%07d", lane, n)) != nil {
					return
				}
				time.Sleep(10 * time.Millisecond) // a load that lasts: copies are made meanwhile
			}
		})
	}
}

func (s *lostMachine) had() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.answered)
}

// copyUnderLoad makes a copy each time that so many more payments came, five minutes apart by the copies' clock.
func (s *lostMachine) copyUnderLoad() {
	s.t.Helper()
	d, err := db.Open(s.t.Context(), s.config.DB, db.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close()
	ours := clock.NewManual(time.Now())
	service := backup.New(backup.Options{DB: d, Address: s.config.DB, Clock: ours, Log: slog.New(slog.DiscardHandler), Pause: backup.NewPause(d, ours), Files: s.config.backupFiles(),
		Folder: filepath.Join(s.config.Data, "backup"), To: s.config.BackupTo, Key: s.config.BackupKey})
	between := 50
	if os.Getenv("MTANDAO_LONG") != "" {
		between = 250
	}
	for n := range 5 {
		until(s.t, 2*time.Minute, "payments come", func() bool { return s.had() > between*(n+1) })
		c := copyTaken{began: time.Now()}
		if c.Taken, err = service.Take(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
		s.copies = append(s.copies, c)
		ours.Advance(5 * time.Minute)
	}
	before := s.had()
	until(s.t, time.Minute, "payments come after the last copy", func() bool { return s.had() > before+20 })
}

// lose kills the process and empties its disk.
func (s *lostMachine) lose() {
	s.t.Helper()
	s.child.mu.Lock()
	process := s.child.process
	s.child.mu.Unlock()
	if err := process.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = process.Wait()
	if err := os.RemoveAll(s.config.Data); err != nil {
		s.t.Fatal(err)
	}
	if file, ok := strings.CutPrefix(s.config.DB, "sqlite:"); ok {
		for _, path := range []string{file, file + "-wal", file + "-shm"} {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				s.t.Fatal(err)
			}
		}
	}
}

// flags tell a command where the new machine is.
func (s *lostMachine) flags(command ...string) []string {
	return append(command, "--db", s.config.DB, "--data", s.config.Data, "--key-file", s.config.KeyFile, "--dev")
}

// elsewhere restores to another machine by the command that a person types.
func (s *lostMachine) elsewhere(dialect string) restoredReport {
	s.t.Helper()
	folder := s.t.TempDir()
	s.config.Data, s.config.DB, s.config.KeyFile = folder, testdb.Empty(s.t, dialect), filepath.Join(folder, "keys.json")
	code, out, errOut := runWith(s.t, s.t.Context(), "the key from the safe:\n"+s.private+"\n", append(s.flags("restore", "--identity", "-", "--json"), "--backup-to", s.config.BackupTo)...)
	if code != 0 {
		s.t.Fatalf("restore: exit %d %s\n%s", code, errOut, out)
	}
	var report restoredReport
	fromJSON(s.t, out, &report)
	return report
}

func (s *lostMachine) begin() *Main {
	s.t.Helper()
	m, err := New(s.t.Context(), s.config, Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := m.prepareStart(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	s.t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, m.Close()); err != nil {
			s.t.Error(err)
		}
	})
	return m
}

// settled counts the receipts that the restored books hold, once what was spooled is applied, and names those missing.
func (s *lostMachine) settled(m *Main) (have map[string]bool) {
	s.t.Helper()
	until(s.t, 2*time.Minute, "the spool is applied", func() bool { return m.callbacks.Stats().Pending == 0 })
	var all []string
	until(s.t, 2*time.Minute, "what was taken in is settled", func() bool {
		var open int64
		err := m.DB.Read(s.t.Context()).Raw("SELECT COUNT(*) FROM rail_inbox WHERE state = 'new'").Scan(&open).Error
		return err == nil && open == 0
	})
	if err := m.DB.Read(s.t.Context()).Raw("SELECT receipt FROM receipts").Scan(&all).Error; err != nil {
		s.t.Fatal(err)
	}
	have = map[string]bool{}
	for _, r := range all {
		have[r] = true
	}
	return have
}

// TestTheMachineIsLostAndAnotherTakesOver is "must be shown" 6, and the steps by which a second VPS takes over.
func TestTheMachineIsLostAndAnotherTakesOver(t *testing.T) {
	places := placesFor(t)
	for _, c := range []struct{ dialect, place string }{{db.SQLite, "folder"}, {db.SQLite, "sftp"}, {db.MySQL, "s3"}} { // the others: internal/backup
		t.Run(c.dialect+" "+c.place, func(t *testing.T) { tellOfALostMachine(t, c.dialect, places[c.place]) })
	}
}

func placesFor(t *testing.T) map[string]string {
	t.Helper()
	sftp, err := stores.NewSFTP(filepath.Join(t.TempDir(), "copies"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sftp.Close() })
	s3 := stores.NewS3()
	server := httptest.NewServer(s3)
	t.Cleanup(server.Close)
	return map[string]string{"folder": filepath.Join(t.TempDir(), "copies"), "sftp": sftp.Address(), "s3": s3.Address(strings.TrimPrefix(server.URL, "http://"))}
}

func tellOfALostMachine(t *testing.T, dialect, to string) {
	s := openLostMachine(t, dialect, to)
	s.readSecret()
	var err error
	if s.child, err = startLoneChild(childOrder{Config: s.config}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.child.process.Process.Kill() })
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	s.load(ctx, &working)
	s.copyUnderLoad()
	s.lose()
	stop()
	working.Wait()

	took := clock.Stopwatch()
	report := s.elsewhere(dialect)
	m := s.begin()
	have := s.settled(m)
	last := s.copies[len(s.copies)-1]
	lost, after := 0, 0
	for receipt, at := range s.answered {
		switch {
		case at.Before(last.began) && !have[receipt]:
			t.Errorf("%s was answered %v before the last copy, and is gone", receipt, last.began.Sub(at))
		case !at.Before(last.began) && have[receipt]:
			after++
		case !have[receipt]:
			lost++
		}
	}
	t.Logf("%s: %d payments answered; of those since the last copy began %d came back and %d are lost to us (M-Pesa's statement has them)", dialect, len(s.answered), after, lost)
	for _, c := range s.copies {
		t.Logf("%s: %d bytes, %d of %d blocks, %d rows", c.Piece, c.Bytes, c.Blocks, c.Whole, c.Rows)
		if dialect == db.MySQL && c.Piece.Level != backup.Day && c.Rows == 0 {
			t.Errorf("%s does not follow the binary log", c.Piece)
		}
	}
	t.Logf("%d pieces, %d bytes, %d blocks came back; from the empty machine to serving, and all taken in: %v", report.Pieces, report.Bytes, report.Blocks, took().Round(time.Millisecond))
	if len(report.Books.Problems) > 0 || report.Piece != last.Piece.Name() {
		t.Errorf("%+v", report)
	}
	s.pausedThenLive(m)
	verifyBooks(t, m)
}

// pausedThenLive: an order's prompt waits, a payment is taken in all the same, and the word live lets the prompt out.
func (s *lostMachine) pausedThenLive(m *Main) {
	s.t.Helper()
	page, _, err := fetch(s.config.PublicURL + "/readyz")
	if err != nil || !strings.HasPrefix(page, "ready\npaused: restored from the backup of ") {
		s.t.Errorf("/readyz says %q: %v", page, err)
	}
	if err := s.place(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.pay("RKPAUSED01"); err != nil {
		s.t.Fatal(err)
	}
	until(s.t, 20*time.Second, "a payment is taken in during the pause", func() bool { return s.settled(m)["RKPAUSED01"] })
	until(s.t, 20*time.Second, "the prompt's job has been looked at", func() bool {
		var looked int64
		return m.DB.Read(s.t.Context()).Raw("SELECT COUNT(*) FROM jobs WHERE fact = 'order placed' AND last_error = 'again in 15s'").Scan(&looked).Error == nil && looked == 1
	})
	if n := len(s.rail.Prompts()); n != 0 || len(s.moves()) != 0 {
		s.t.Errorf("a paused copy sent %d prompts", n)
	}
	if last, _, err := m.Backup.Last(s.t.Context()); err != nil || m.Backup.Due(s.t.Context()) != nil {
		s.t.Error(err)
	} else if again, _, _ := m.Backup.Last(s.t.Context()); again.Name() != last.Name() {
		s.t.Error("a paused copy made a copy of itself")
	}
	if code, _, errOut := runCommand(s.t, s.flags("live")...); code != 0 {
		s.t.Fatalf("live: %s", errOut)
	}
	until(s.t, 40*time.Second, "the prompt leaves, and its payer is online", s.device.Online)
	if code, _, errOut := runCommand(s.t, s.flags("live")...); code != exitFailed || !strings.Contains(errOut, "not paused") {
		s.t.Errorf("live twice: %d %s", code, errOut)
	}
}
