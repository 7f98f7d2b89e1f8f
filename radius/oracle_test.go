package radius

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/site"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// truth is what one session really was. The oracle knows it because it made it up: of what arrived, the largest counters.
type truth struct {
	router            int64
	id                string
	grant             int64
	seconds, up, down int64
	heard             bool
	began, end        time.Duration
}

// telling is one arrival of a report at a node; handled is when that node applies it.
type telling struct {
	arrived
	router  int64
	grant   int64
	handled time.Duration
}

// manner is how a make of router names its sessions.
type manner int

const (
	neverAgain manner = iota // an id is not used again
	afterBoot                // numbers begin anew with each boot
	always                   // one id for a device, ever
)

// oracle invents routers, people and a bad network, and keeps the true account of them. It shares nothing with fold.
type oracle struct {
	*rand.Rand
	truths   []*truth
	tellings []telling
	boots    map[int64][]time.Duration
	number   map[string]int // of sessions since a boot
}

const (
	oracleRouters = 30
	oracleDevices = 40 // at each
	dayLength     = 24 * time.Hour
)

func (o *oracle) between(least, most time.Duration) time.Duration {
	return least + time.Duration(o.Int64N(int64((most-least)/time.Second)))*time.Second
}

func (o *oracle) odds(percent int) bool { return o.IntN(100) < percent }

func (o *oracle) tell(s *truth, r report, at time.Duration, sure bool) {
	if !sure && o.odds(15) {
		return // lost, with all its copies
	}
	s.heard = true
	s.seconds, s.up, s.down = max(s.seconds, r.seconds), max(s.up, r.in), max(s.down, r.out)
	for copies := 1 + o.IntN(2)*o.IntN(3); copies > 0; copies-- {
		delay := time.Duration(0)
		switch {
		case sure:
			delay = o.between(0, 5*time.Second)
		case o.odds(20):
			delay = o.between(0, 3*time.Hour)
		case o.odds(50):
			delay = o.between(0, 2*time.Minute)
		}
		r.delay = uint32(delay / time.Second)
		came := at + delay
		handled := came
		if !sure && o.odds(10) { // at the other node, which is behind
			handled += o.between(0, time.Hour)
		}
		o.tellings = append(o.tellings, telling{arrived{came, r}, s.router, s.grant, handled})
	}
}

// live tells one session from its begin; cut is when its router goes down.
func (o *oracle) live(s *truth, how manner, mac string, length, cut time.Duration) {
	sure := how != neverAgain // only then a router's words tell the sessions of one id apart
	whole := min(length, cut-s.began)
	speed := 1000 + o.Int64N(2_000_000)
	r := report{id: s.id, mac: mac, user: fmt.Sprint("u", s.grant), status: begin}
	o.tell(s, r, s.began, sure)
	r.status = more
	for at := 5 * time.Minute; at < whole; at += 5 * time.Minute {
		r.seconds = int64(at / time.Second)
		r.in, r.out = r.seconds*speed/10, r.seconds*speed
		o.tell(s, r, s.began+at, false)
	}
	s.end = s.began + whole
	if s.end < cut {
		r.status, r.seconds = end, int64(whole/time.Second)
		r.in, r.out = r.seconds*speed/10, r.seconds*speed+1
		o.tell(s, r, s.end, sure)
	}
}

func (o *oracle) nameOf(how manner, router int64, boot, device int) string {
	switch how {
	case always:
		return fmt.Sprintf("mac-%04d", device)
	case afterBoot:
		boot = 0
	}
	key := fmt.Sprint(router, "/", boot)
	if how == afterBoot {
		key = fmt.Sprint(router, "/", len(o.boots[router]), "/", device)
		o.number[key]++
		return fmt.Sprintf("%02x%04x", device, o.number[key])
	}
	o.number[key]++
	return fmt.Sprintf("8%02x%05x", boot, o.number[key])
}

// days lets a router and its people live until there are enough sessions.
func (o *oracle) days(router int64, sessions int) {
	how := manner(router % 3)
	began := make([]time.Duration, oracleDevices)
	for boot, up := 0, time.Duration(0); sessions > 0; boot++ {
		down := up + o.between(6*time.Hour, dayLength)
		for device := range oracleDevices {
			at := max(began[device], up) + o.between(7*time.Minute, 40*time.Minute)
			for at < down-8*time.Minute && sessions > 0 {
				length := o.between(time.Minute, 90*time.Minute)
				s := &truth{router: router, grant: router*1000 + int64(device) + 1, began: at, id: o.nameOf(how, router, boot, device)}
				o.live(s, how, fmt.Sprintf("02:00:%02X:00:00:%02X", router, device), length, down)
				o.truths = append(o.truths, s)
				sessions--
				at = s.end + o.between(7*time.Minute, time.Hour)
			}
			began[device] = at
		}
		o.boots[router] = append(o.boots[router], down)
		up = down + o.between(2*time.Minute, 10*time.Minute)
		o.tell(&truth{router: router}, report{status: on}, up, how != neverAgain)
	}
}

func newOracle(seed uint64, sessions int) *oracle {
	o := &oracle{Rand: rand.New(rand.NewPCG(seed, 1)), boots: map[int64][]time.Duration{}, number: map[string]int{}}
	for router := range int64(oracleRouters) {
		o.days(router+1, sessions/oracleRouters)
	}
	slices.SortStableFunc(o.tellings, func(a, b telling) int { return cmp.Compare(a.handled, b.handled) })
	return o
}

// grants puts a grant for each device straight into the table, all like one that was given: what giving costs is not the matter.
func (o *oracle) grants(t *testing.T, d *db.DB, hinge *access.Service) {
	var first access.Given
	err := d.InTx(context.Background(), func(tx *db.Tx) (err error) {
		first, err = hinge.Give(tx, access.Offer{Source: access.Source{Kind: "order", Key: "1"}, Plan: "day", Limits: access.Limits{Valid: 300 * dayLength, Devices: 1}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	others := strings.Join(slices.DeleteFunc(testdb.Columns(t, d, "grants"), func(name string) bool { return name == "id" }), ", ")
	for router := range int64(oracleRouters) {
		for device := range int64(oracleDevices) {
			_, err := d.SQL().Exec("INSERT INTO grants (id, "+others+") SELECT ?, "+others+" FROM grants WHERE id = ?", (router+1)*1000+device+1, first.GrantID)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func oracleService(t *testing.T, d *db.DB) (*bench, *access.Service) {
	b := newBench(t, d)
	queue := jobs.New(d, clock.System(), slog.New(slog.DiscardHandler))
	hinge := access.New(d, queue, b.keys, b.clock, site.New(d, b.clock))
	b.Service.access = hinge
	b.Service.zone = func(int64) *time.Location { return time.FixedZone("EAT", 3*3600) }
	for id := range int64(oracleRouters) {
		r := testRouter()
		r.ID = id + 1
		b.routers.all[r.ID] = r
	}
	return b, hinge
}

// play applies everything as it comes; now and then a node dies before it has noted that it had applied a batch.
func (o *oracle) play(t *testing.T, b *bench) {
	classes := map[int64][]byte{}
	for at := 0; at < len(o.tellings); {
		some := o.tellings[at:min(at+1+o.IntN(4000), len(o.tellings))]
		var batch []spool.Record
		for _, told := range some {
			if classes[told.grant] == nil {
				classes[told.grant] = classOf(nil, b.keys, authorisation{GrantID: told.grant, LoginID: 9})
			}
			told.class = classes[told.grant]
			stored := record{RouterID: told.router, At: noon.Add(told.after), Node: "test", Raw: encoded(t, told.packet(t, testSecret))}
			batch = append(batch, spool.Record{Payload: stored.encode()})
		}
		for again := true; again; again = o.odds(15) {
			if err := b.apply(context.Background(), batch); err != nil {
				t.Fatal(err)
			}
		}
		at += len(some)
	}
}

// speeds: each session has one speed all its life.
func (o *oracle) speeds(t *testing.T, open []Online) {
	t.Helper()
	known := 0
	for _, s := range open {
		if s.BeforeSeconds > 0 {
			known++
		}
		if s.BytesDown*(s.Seconds-s.BeforeSeconds) != (s.BytesDown-s.BeforeDown)*s.Seconds {
			t.Errorf("%d B in %d s, of which %d B in %d s before", s.BytesDown, s.Seconds, s.BeforeDown, s.BeforeSeconds)
		}
	}
	if known == 0 {
		t.Error("no session knows its speed")
	}
}

type account struct{ Seconds, Up, Down int64 }

func (a account) add(b account) account {
	return account{a.Seconds + b.Seconds, a.Up + b.Up, a.Down + b.Down}
}

// sums reads grant, seconds, up, down, summed by grant.
func sums(t *testing.T, d *db.DB, query string) map[int64]account {
	t.Helper()
	rows, err := d.SQL().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[int64]account{}
	for rows.Next() {
		var grant int64
		var a account
		if err := rows.Scan(&grant, &a.Seconds, &a.Up, &a.Down); err != nil {
			t.Fatal(err)
		}
		all[grant] = all[grant].add(a)
	}
	return all
}

// TestTotalsEqualAnOracle: sessions with loss, copies, disorder, delays, boots, ids used again and two nodes, one of them behind.
// MTANDAO_LONG makes it a hundred thousand sessions.
func TestTotalsEqualAnOracle(t *testing.T) {
	sessions := 10_000
	if os.Getenv("MTANDAO_LONG") != "" {
		sessions = 100_000
	}
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, hinge := oracleService(t, d)
		o := newOracle(uint64(sessions), sessions)
		o.grants(t, d, hinge)
		o.play(t, b)
		t.Logf("%d sessions told of in %d records", len(o.truths), len(o.tellings))
		want, heard := map[int64]account{}, 0
		for _, s := range o.truths {
			if s.heard {
				heard++
				want[s.grant] = want[s.grant].add(account{s.seconds, s.up, s.down})
			}
		}
		for where, query := range map[string]string{
			"open and closed sessions": `SELECT grant_id, online_seconds, bytes_up, bytes_down FROM sessions_open UNION ALL
				SELECT grant_id, online_seconds, bytes_up, bytes_down FROM sessions_closed`,
			"hours": "SELECT grant_id, online_seconds, bytes_up, bytes_down FROM usage_hours",
			"days":  "SELECT grant_id, online_seconds, bytes_up, bytes_down FROM usage_days",
		} {
			o.compare(t, where, sums(t, d, query), want)
		}
		o.speeds(t, allOpen(t, d))
		together := map[int64]account{}
		for grant, a := range want {
			together[grant] = account{Seconds: a.Seconds, Up: a.Up + a.Down}
		}
		o.compare(t, "grants", sums(t, d, "SELECT id, used_seconds, used_bytes, 0 FROM grants"), together)
		if n := count(t, d, "sessions_open") + count(t, d, "sessions_closed"); n != heard || count(t, d, "accounting_set_aside") != 0 {
			t.Errorf("%d sessions of %d that were heard of, %d records set aside", n, heard, count(t, d, "accounting_set_aside"))
		}
	})
}

func (o *oracle) compare(t *testing.T, where string, got, want map[int64]account) {
	t.Helper()
	wrong := 0
	for _, grant := range slices.Sorted(maps.Keys(want)) {
		if got[grant] == want[grant] {
			continue
		}
		if wrong++; wrong <= 3 {
			t.Errorf("%s of grant %d: %+v, want %+v", where, grant, got[grant], want[grant])
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d of %d grants are wrong", where, wrong, len(want))
	}
}

func count(t *testing.T, d *db.DB, table string) (n int) {
	t.Helper()
	if err := d.SQL().QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
