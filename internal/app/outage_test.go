package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestTheDatabaseGoesAway is "must be shown" 2 of the AAA issue: under 500 log-ins and 500 records a second the database is dead,
// or hangs, or takes no writes, and in the middle serve is killed. Every known customer is answered, nobody else is let in, and
// when the database is back what was answered is in it to the octet. MTANDAO_LONG makes it ten minutes.
func TestTheDatabaseGoesAway(t *testing.T) {
	for _, kind := range []struct {
		name, dialect string
		fail          func(*outage) (mend func())
	}{
		{"killed, MariaDB", db.MySQL, func(o *outage) func() { o.line.Break(); return o.line.Mend }},
		{"hangs, MariaDB", db.MySQL, func(o *outage) func() { o.line.Stall(); return o.line.Mend }},
		{"read-only, MariaDB", db.MySQL, (*outage).readOnly},
		{"no writes, SQLite", db.SQLite, (*outage).locked},
	} {
		t.Run(kind.name, func(t *testing.T) {
			o := openOutage(t, kind.dialect)
			o.begin()
			mend := kind.fail(o)
			o.out.Store(true)
			time.Sleep(o.length * 4 / 10)
			o.kill()
			time.Sleep(o.length * 4 / 10)
			o.out.Store(false)
			mend()
			time.Sleep(o.length / 5)
			o.end()
		})
	}
}

const (
	outageKnown  = 200 // customers with a device; of them
	outageEnding = 20  // end in the middle
	outageBarred = 20  // suspended, besides
	outagePace   = 500 // of each kind a second
)

// openOutage makes a provider and its customers, and starts serve in a process of its own.
func openOutage(t *testing.T, dialect string) *outage {
	t.Helper()
	devHouse(t, dialect)
	o := &outage{T: t, log: &lines{}, length: 10 * time.Second, stop: make(chan struct{}), dialect: dialect, url: os.Getenv("MTANDAO_DB")}
	if long {
		o.length = 10 * time.Minute
	}
	for _, name := range []string{"HTTP", "RADIUS_AUTH", "RADIUS_ACCT"} {
		address, err := freePort("127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("MTANDAO_"+name, address)
	}
	o.http, o.auth, o.acct = os.Getenv("MTANDAO_HTTP"), os.Getenv("MTANDAO_RADIUS_AUTH"), os.Getenv("MTANDAO_RADIUS_ACCT")
	must(t, "migrate")
	o.childURL = o.url
	if dialect == db.MySQL {
		o.line, o.childURL = testdb.Through(t, o.ownUser())
	}
	o.secret = furnishBusyNode(t)
	o.furnish()
	o.start()
	t.Cleanup(func() { _ = o.node.Process.Kill() })
	t.Cleanup(o.halt)
	until(t, 20*time.Second, "the copy is on disk", func() bool { return hasCopy(Config{Data: os.Getenv("MTANDAO_DATA")}) })
	return o
}

// ownUser is a user of MariaDB whom read_only stops; it does not stop root.
func (o *outage) ownUser() string {
	o.Helper()
	d := testdb.OpenURL(o.T, o.url, db.Options{})
	name := o.url[strings.LastIndex(o.url, "/")+1:]
	for _, statement := range []string{"CREATE USER IF NOT EXISTS outage@localhost", "GRANT ALL ON " + name + ".* TO outage@localhost"} {
		if _, err := d.SQL().Exec(statement); err != nil {
			o.Fatal(err)
		}
	}
	return strings.Replace(o.url, "root@", "outage@", 1)
}

func (o *outage) readOnly() (mend func()) {
	o.Helper()
	d := testdb.OpenURL(o.T, o.url, db.Options{})
	set := func(value string) {
		if _, err := d.SQL().Exec("SET GLOBAL read_only = " + value); err != nil {
			o.Error(err)
		}
	}
	o.Cleanup(func() { set("OFF") })
	set("ON")
	return func() { set("OFF") }
}

// locked holds SQLite's one right to write.
func (o *outage) locked() (mend func()) {
	o.Helper()
	d := testdb.OpenURL(o.T, o.url, db.Options{})
	conn, err := d.SQL().Conn(context.Background())
	if err == nil {
		_, err = conn.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	}
	if err != nil {
		o.Fatal(err)
	}
	return func() {
		_, err := conn.ExecContext(context.Background(), "ROLLBACK")
		if err = errors.Join(err, conn.Close()); err != nil {
			o.Error(err)
		}
	}
}

// furnish stores a router at 127.0.0.1 that logs devices in by their MAC, and the customers.
func (o *outage) furnish() {
	o.Helper()
	m := openEnvironment(o.T)
	defer m.Close()
	site, _, err := m.Sites.BySlug("a")
	if err != nil {
		o.Fatal(err)
	}
	r := m.Routers.All()[0]
	err = m.DB.InTx(o.Context(), func(tx *db.Tx) error {
		r.Secret, r.Auth, r.MACLogin, r.Addresses = gateSecret, routers.AuthRequired, true, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		_, err := m.Routers.Save(tx, r)
		return err
	})
	if err != nil {
		o.Fatal(err)
	}
	o.ends = time.Now().Add(o.length/2 + 15*time.Second) // the start takes some seconds; begin waits for what is left of them
	give := func(n int, l access.Limits, online bool) (id int64) {
		err := m.DB.InTx(o.Context(), func(tx *db.Tx) error {
			given, err := m.Access.Give(tx, access.Offer{Source: access.Source{Kind: "gift", Key: fmt.Sprint(n)}, SiteID: site.ID, Plan: "day", Limits: l,
				Place: access.Place{MAC: outageMAC(n)}})
			id = given.GrantID
			return err
		})
		if err == nil && online {
			if got := m.Access.Admit(o.Context(), access.Attempt{SiteID: site.ID, MAC: outageMAC(n), MACLogin: true}); got.Cause != access.CauseOK {
				err = fmt.Errorf("log-in %d: %s, %w", n, got.Cause, got.Err)
			}
		}
		if err != nil {
			o.Fatal(err)
		}
		return id
	}
	for n := range outageKnown {
		l := access.Limits{Valid: 24 * time.Hour, Devices: 1}
		if n < outageEnding {
			l.ValidUntil = o.ends
		}
		o.grants = append(o.grants, give(n, l, true))
	}
	for n := outageKnown; n < outageKnown+outageBarred; n++ {
		id := give(n, access.Limits{Valid: 24 * time.Hour, Devices: 1}, true)
		if err := m.DB.InTx(o.Context(), func(tx *db.Tx) error { _, err := m.Access.Suspend(tx, id); return err }); err != nil {
			o.Fatal(err)
		}
	}
	give(outageKnown+outageBarred, access.Limits{Valid: 24 * time.Hour, Devices: 1}, false) // paid for and never used
}

func outageMAC(n int) access.MAC { return access.MAC(fmt.Sprintf("0200000%05x", n)) }

// start is serve, through the line if there is one.
func (o *outage) start() {
	o.Helper()
	o.log = &lines{}
	o.node = exec.Command(os.Args[0])
	o.node.Env = append(os.Environ(), serveChild+"=1", "MTANDAO_DB="+o.childURL)
	o.node.Stderr = o.log
	if err := o.node.Start(); err != nil {
		o.Fatal(err)
	}
	defer func() {
		if o.Failed() {
			o.Log(o.log)
		}
	}()
	until(o.T, 30*time.Second, "it listens", func() bool { return o.log.find("listening") != nil })
}

// kill is kill -9, and a start that finds no database.
func (o *outage) kill() {
	o.Helper()
	_ = o.node.Process.Kill()
	_ = o.node.Wait()
	down := time.Now()
	o.start()
	o.restarted = [2]time.Time{down, time.Now()}
	if o.log.find("THE DATABASE IS NOT THERE") == nil {
		o.Errorf("the start found a database:\n%s", o.log)
	}
}

// begin starts the load: each worker logs its customers in and reports on them by turns.
func (o *outage) begin() {
	const workers = 20
	time.Sleep(time.Until(o.ends.Add(-o.length / 2))) // some end in the middle, and have been online before
	o.begun = time.Now()
	pace := workers * time.Second / outagePace
	for w := range workers {
		mine := o.customers(w, workers)
		o.load.Go(func() { o.every(pace, func(i int) { o.logIn(mine[i%len(mine)]) }) })
		o.load.Go(func() { o.every(pace, func(i int) { o.report(mine[i%len(mine)], false) }) })
	}
	o.load.Go(func() { o.every(50*time.Millisecond, o.barred) })
	o.load.Go(func() { o.every(100*time.Millisecond, o.pay) })
	time.Sleep(time.Second)
}

func (o *outage) every(pace time.Duration, do func(i int)) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-o.stop:
			return
		case <-tick.C:
			do(i)
		}
	}
}

func (o *outage) halt() {
	o.halting.Do(func() { close(o.stop) })
	o.load.Wait()
}

// end stops the load, tells the last of every session, and compares the books with what was answered.
func (o *outage) end() {
	o.Helper()
	o.halt()
	o.tellMemory()
	var last sync.WaitGroup
	for _, c := range o.customers(0, 1) {
		last.Go(func() { o.report(c, true) })
	}
	last.Wait()
	o.tellTimes()
	want := int64(0)
	for _, c := range o.all {
		want += c.octets
	}
	m := openEnvironment(o.T)
	defer m.Close()
	sum := func(query string) (n int64) {
		_ = m.DB.SQL().QueryRow(query).Scan(&n)
		return n
	}
	var closed, used, paid int64
	defer func() {
		if o.Failed() {
			o.Logf("%d of %d sessions closed, %d of %d octets used, %d of %d paid\n%s", closed, outageKnown, used, want, paid, o.paid.Load(), o.log)
		}
	}()
	until(o.T, 2*time.Minute, "all is applied", func() bool {
		closed, used, paid = sum("SELECT COUNT(*) FROM sessions_closed"), sum("SELECT COALESCE(SUM(used_bytes), 0) FROM grants"), sum("SELECT COUNT(*) FROM receipts")
		return closed == outageKnown && used >= want && paid >= o.paid.Load()
	})
	for query, want := range map[string]int64{
		"SELECT COUNT(*) FROM sessions_open":                     0,
		"SELECT SUM(bytes_up + bytes_down) FROM sessions_closed": want,
		"SELECT SUM(used_bytes) FROM grants":                     want,
		"SELECT COUNT(*) FROM accounting_set_aside":              0,
	} {
		if got := sum(query); got != want {
			o.Errorf("%s: %d, not %d", query, got, want)
		}
	}
	for _, c := range o.all {
		var used int64
		if err := m.DB.SQL().QueryRow("SELECT used_bytes FROM grants WHERE id = ?", o.grants[c.n]).Scan(&used); err != nil || used != c.octets {
			o.Errorf("customer %d: %d octets, not %d, %v", c.n, used, c.octets, err)
		}
	}
	if lost := o.paid.Load() - sum("SELECT COUNT(*) FROM receipts"); lost > 0 {
		o.Errorf("%d answered payments are lost", lost)
	}
	if !slices.ContainsFunc(o.all, func(c *customer) bool { return c.logIns > 5 }) {
		o.Error("nobody logged in")
	}
}
