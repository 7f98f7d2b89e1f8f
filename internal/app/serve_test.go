package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// find is the log line with this message, decoded.
func (l *lines) find(message string) map[string]any {
	for line := range strings.Lines(l.String()) {
		var record map[string]any
		if json.Unmarshal([]byte(line), &record) == nil && strings.Contains(record["msg"].(string), message) {
			return record
		}
	}
	return nil
}

// devHouse sets the environment of a serving node that needs nothing from outside.
func devHouse(t *testing.T, dialect string) {
	inNewHouse(t, dialect)
	for name, value := range map[string]string{"DEV": "true", "HTTP": "127.0.0.1:0", "RADIUS_AUTH": "127.0.0.1:0", "RADIUS_ACCT": "127.0.0.1:0",
		"MPESA_BASE_URL": "http://127.0.0.1:9", "MPESA_CONSUMER_KEY": "k", "MPESA_CONSUMER_SECRET": "s", "MPESA_SHORTCODE": "174379", "MPESA_PASSKEY": "first"} {
		t.Setenv("MTANDAO_"+name, value)
	}
}

// serve runs the command until the returned function stops it and gives back its exit code.
func serve(t *testing.T, log *lines) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- execute(&console{Context: ctx, stdout: io.Discard, stderr: log, Log: newLog(log)}, []string{"serve"})
	}()
	until(t, 20*time.Second, "the node listens", func() bool { return log.find("listening") != nil || len(ended) > 0 })
	return func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(20 * time.Second):
			t.Fatal("serve does not stop")
			return -1
		}
	}
}

func TestServeMigratesMakesTheTillAndStopsGracefully(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			devHouse(t, dialect)
			log := &lines{}
			stop := serve(t, log)
			address, _ := log.find("listening")["portal"].(string)
			answer, err := http.Get("http://" + address + "/readyz")
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Errorf("%+v, %v\n%s", answer, err, log)
			}
			if code := stop(); code != 0 {
				t.Errorf("exit %d\n%s", code, log)
			}
			if log.find("MTANDAO_DEV IS ON")["level"] != "WARN" || log.find("migrated the database") == nil {
				t.Errorf("%s", log)
			}
			checkEnvTill(t)
		})
	}
}

// checkEnvTill looks at the till that the environment makes, follows it there, and leaves it alone once another is stored.
func checkEnvTill(t *testing.T) {
	t.Helper()
	passkeys := func() (found []string) {
		m := openEnvironment(t)
		defer m.Close()
		if err := m.prepareStart(t.Context()); err != nil {
			t.Fatal(err)
		}
		tills, err := m.Billing.Tills(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, till := range tills {
			found = append(found, till.Key+" "+till.Passkey)
		}
		return found
	}
	if got := passkeys(); !slices.Equal(got, []string{"env first"}) {
		t.Errorf("%v", got)
	}
	t.Setenv("MTANDAO_MPESA_PASSKEY", "second")
	if got := passkeys(); !slices.Equal(got, []string{"env second"}) {
		t.Errorf("%v", got)
	}
	m := openEnvironment(t)
	applyText(t, m, "tills:\n  - {key: zeta, short_code: 600000, consumer_key: k, consumer_secret: s, passkey: stored, base_url: https://x.example}\n")
	_ = m.Close()
	t.Setenv("MTANDAO_MPESA_PASSKEY", "third")
	if got := passkeys(); !slices.Equal(got, []string{"env second", "zeta stored"}) {
		t.Errorf("%v", got)
	}
}

// openEnvironment opens what the environment names, as a command does.
func openEnvironment(t *testing.T) *Main {
	t.Helper()
	c := Config{DB: os.Getenv("MTANDAO_DB"), Data: os.Getenv("MTANDAO_DATA"), Dev: true, MPesa: MPesa{BaseURL: "http://127.0.0.1:9", Type: "paybill",
		ConsumerKey: "k", ConsumerSecret: "s", ShortCode: "174379", Passkey: os.Getenv("MTANDAO_MPESA_PASSKEY")}}
	c.fill()
	m, err := Open(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAStoredTillWithASimulatedRailIsRefusedInProduction(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		const till = "tills:\n  - {key: demo, short_code: 174379, consumer_key: k, consumer_secret: s, passkey: p, base_url: 'http://127.0.0.1:8081'}\n"
		m.Config.Dev = true
		applyText(t, m, till)
		if err := m.refuseUnsafeRails(t.Context()); err != nil {
			t.Errorf("with dev: %v", err)
		}
		m.Config.Dev = false
		if err := m.refuseUnsafeRails(t.Context()); fault.KeyOf(err) != "config.rail_unsafe" {
			t.Errorf("in production: %v", err)
		}
		m.Config.Dev = true
		applyText(t, m, strings.Replace(till, "key: demo", "key: demo, state: retired", 1))
		m.Config.Dev = false
		if err := m.refuseUnsafeRails(t.Context()); err != nil {
			t.Errorf("retired: %v", err)
		}
	})
}

func TestServeRefusesADatabaseThatIsNewerThanItself(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			url := testdb.URL(t, dialect)
			d := testdb.OpenURL(t, url, db.Options{})
			if _, err := d.SQL().Exec("INSERT INTO least_binary (version) VALUES (99999)"); err != nil {
				t.Fatal(err)
			}
			c := Config{DB: url, Data: t.TempDir()}
			c.fill()
			if _, err := startService(t.Context(), c, Options{Log: slog.New(slog.DiscardHandler)}); fault.KeyOf(err) != "db.binary_too_old" {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(c.Data, "keys.json")); err == nil {
				t.Error("a refused start made keys")
			}
		})
	}
}

func TestATillFromTheEnvironmentNeedsItsParts(t *testing.T) {
	m := testMain(t)
	m.Config.MPesa = MPesa{ShortCode: "174379", Type: "paybill", BaseURL: "https://x.example"}
	if err := m.prepareStart(t.Context()); fault.KeyOf(err) != "till.consumer" {
		t.Error(err)
	}
	m.Config.MPesa.CertFile = "/none/cert.pem"
	if err := m.prepareStart(t.Context()); fault.KeyOf(err) != "config.file" {
		t.Error(err)
	}
	m.Config.MPesa = MPesa{Type: "paybill"}
	if err := m.prepareStart(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestLostKeysAreNotReplaced keeps a till that the environment made, and takes its keys away.
func TestLostKeysAreNotReplaced(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			devHouse(t, dialect)
			must(t, "migrate")
			m := openEnvironment(t)
			if err := errors.Join(m.prepareStart(t.Context()), m.Close()); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(os.Getenv("MTANDAO_DATA"), "keys.json")
			if err := os.Rename(file, file+".lost"); err != nil {
				t.Fatal(err)
			}
			code, _, errOut := runCommand(t, "export")
			if code != exitFailed || !strings.Contains(errOut, "bring back the copy") {
				t.Errorf("exit %d, %s", code, errOut)
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("new keys took the place of the lost ones")
			}
		})
	}
}

func openSpools(t *testing.T, m *Main) {
	t.Helper()
	var err error
	for name, s := range map[string]**spool.Spool{"callbacks": &m.callbacks, "accounting": &m.accounting} {
		folder := filepath.Join(m.Config.Data, "spool", name)
		if *s, err = spool.Open(folder, spool.Options{MaxBytes: 2 * spoolRoom, Clock: m.Clock}); err != nil {
			t.Fatal(err)
		}
	}
}

// readyNode is a node on a migrated SQLite file that is ready.
func readyNode(t *testing.T) *Main {
	t.Helper()
	devHouse(t, "sqlite")
	must(t, "migrate")
	m := openEnvironment(t)
	t.Cleanup(func() { _ = m.Close() })
	openSpools(t, m)
	if err := m.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAFullSpoolIsNotReady(t *testing.T) {
	m := readyNode(t)
	if err := m.callbacks.Append(t.Context(), make([]byte, spoolRoom)); err != nil {
		t.Fatal(err)
	}
	if err := m.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "spool of callbacks is full") {
		t.Error(err)
	}
	if err := m.DB.Close(); err != nil {
		t.Fatal(err)
	}
	m.writes = trial{}
	if err := m.ready(t.Context()); err == nil {
		t.Error("ready without its database")
	}
}

// A full or read-only disk answers every question and takes no order: a node with one must not be sent guests.
func TestANodeThatCannotWriteIsNotReady(t *testing.T) {
	devHouse(t, "sqlite")
	must(t, "migrate")
	m := openEnvironment(t)
	defer m.Close()
	openSpools(t, m)
	query := func(on string) {
		if _, err := m.DB.SQL().ExecContext(t.Context(), "PRAGMA query_only = "+on); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	query("1")
	if err := m.ready(t.Context()); err != nil {
		t.Errorf("asked again at once it tried again: %v", err)
	}
	m.writes = trial{}
	if err := m.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "database takes no writes") {
		t.Errorf("ready with a read-only database: %v", err)
	}
	query("0")
	m.writes, m.Config.Data = trial{}, filepath.Join(t.TempDir(), "gone")
	if err := m.ready(t.Context()); err == nil || !strings.Contains(err.Error(), "folder takes no writes") {
		t.Errorf("ready with a dead data folder: %v", err)
	}
}

// SQLite takes orders into a deleted file as if nothing were, and a restart would know of none.
func TestANodeWhoseDatabaseIsDeletedIsNotReady(t *testing.T) {
	m := readyNode(t)
	file := strings.TrimPrefix(m.Config.DB, "sqlite:")
	if err := os.Rename(file, file+".gone"); err != nil {
		t.Fatal(err)
	}
	if err := m.ready(t.Context()); fault.KeyOf(err) != "db.file_gone" {
		t.Errorf("deleted: %v", err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.ready(t.Context()); fault.KeyOf(err) != "db.file_gone" {
		t.Errorf("exchanged: %v", err)
	}
}

// testMain is the program on SQLite, without its listeners.
func testMain(t *testing.T) *Main {
	t.Helper()
	c := Config{DB: testdb.URL(t, "sqlite"), Data: t.TempDir()}
	c.fill()
	m, err := Open(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	testdb.WatchPlans(t, m.DB)
	return m
}
