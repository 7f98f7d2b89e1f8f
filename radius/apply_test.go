package radius

import (
	"context"
	"testing"
	"time"

	"layeh.com/radius/rfc2866"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

const (
	begin = rfc2866.AcctStatusType_Value_Start
	more  = rfc2866.AcctStatusType_Value_InterimUpdate
	end   = rfc2866.AcctStatusType_Value_Stop
	on    = rfc2866.AcctStatusType_Value_AccountingOn
)

// arrived is a report and the time since noon at which it came.
type arrived struct {
	after time.Duration
	report
}

func (b *bench) records(t testing.TB, reports ...arrived) []spool.Record {
	t.Helper()
	var batch []spool.Record
	for _, r := range reports {
		if r.class == nil {
			r.class = classOf(nil, b.keys, authorisation{GrantID: testGrant, LoginID: 9, Told: toldTest})
		}
		stored := record{RouterID: 7, At: noon.Add(r.after), Node: "test", Raw: encoded(t, r.packet(t, testSecret))}
		batch = append(batch, spool.Record{Payload: stored.encode()})
	}
	return batch
}

func (b *bench) applied(t testing.TB, reports ...arrived) {
	t.Helper()
	if err := b.apply(context.Background(), b.records(t, reports...)); err != nil {
		t.Fatal(err)
	}
}

func allOpen(t testing.TB, d *db.DB) []Online {
	t.Helper()
	var rows []Online
	if err := d.Read(context.Background()).Order("started_at, id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return rows
}

func allClosed(t testing.TB, d *db.DB) []Over {
	t.Helper()
	var rows []Over
	if err := d.Read(context.Background()).Order("started_at, id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	return rows
}

func setAsideCount(t testing.TB, d *db.DB) (n int64) {
	t.Helper()
	if err := d.Read(context.Background()).Model(&aside{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestModelsMatchTheSchema(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &Online{}, &Over{}, &aside{}, &Enforcement{}, &Attempt{}, &Overrun{}, &UsageHour{}, &UsageDay{}, &UsageLate{}, &Refusal{}, &bootRow{})
	})
}

// A session of 5 GB with interims lost, doubled and out of order, applied in several batches, some of them twice.
func TestApplyCountsExactly(t *testing.T) {
	const giga = int64(1) << 30
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		step := func(n int64) arrived {
			return arrived{time.Duration(n) * 5 * time.Minute, report{status: more, id: "81a0", seconds: n * 300, in: n * giga / 8, out: n * giga}}
		}
		first := []arrived{{0, report{status: begin, id: "81a0", ip: "10.5.50.2"}}, step(1), step(1), step(3), step(2)}
		b.applied(t, first...)
		b.applied(t, first...)
		b.applied(t, step(2))
		stop := arrived{25 * time.Minute, report{status: end, id: "81a0", seconds: 1500, in: 5 * giga / 8, out: 5 * giga}}
		b.applied(t, stop, step(4))
		b.applied(t, stop)
		if used := b.access.usage(); used != (delta{Time: 1500 * time.Second, Bytes: 5*giga + 5*giga/8}) {
			t.Errorf("used %+v", used)
		}
		closed := allClosed(t, d)
		if len(closed) != 1 || len(allOpen(t, d)) != 0 {
			t.Fatalf("%d open, %d closed", len(allOpen(t, d)), len(closed))
		}
		s := closed[0]
		if s.BytesDown != 5*giga || s.BytesUp != 5*giga/8 || s.Seconds != 1500 || s.ClosedBy != ByRouter || s.Cause != "User-Request" ||
			s.GrantID != testGrant || s.LoginID != 9 || s.MAC != testMAC || s.IP != "10.5.50.2" || s.SiteID != 3 || s.Epoch != 1 {
			t.Errorf("session %+v", s)
		}
		if !s.StartedAt.Equal(noon) || !s.EndedAt.Equal(noon.Add(25*time.Minute)) {
			t.Errorf("from %v to %v", s.StartedAt, s.EndedAt)
		}
	})
}

func TestApplyDirectionIsTheRouters(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.routers.change(7, func(r *routers.Router) { r.Swap = true })
	b.applied(t, arrived{time.Minute, report{status: more, id: "1", seconds: 60, in: 900, out: 100}})
	if s := allOpen(t, b.db)[0]; s.BytesDown != 900 || s.BytesUp != 100 {
		t.Errorf("up %d, down %d", s.BytesUp, s.BytesDown)
	}
}

func TestApplyStories(t *testing.T) {
	type want struct {
		open, closed int
		closedBy     string // of the last closed
		bytes        int64
	}
	hour := time.Hour
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			batches [][]arrived
			want    want
		}{
			"Start lost": {[][]arrived{
				{{5 * time.Minute, report{status: more, id: "a", seconds: 300, out: 10}}},
			}, want{1, 0, "", 10}},
			"Stop lost, the device comes back": {[][]arrived{
				{{0, report{status: begin, id: "b1"}}, {5 * time.Minute, report{status: more, id: "b1", seconds: 300, out: 10}}},
				{{hour, report{status: begin, id: "b2"}}},
			}, want{1, 1, ByReplaced, 10}},
			"the same, in one batch": {[][]arrived{
				{{0, report{status: begin, id: "c1"}}, {hour, report{status: begin, id: "c2"}}},
			}, want{1, 1, ByReplaced, 0}},
			"another device is another session": {[][]arrived{
				{{0, report{status: begin, id: "d1"}}, {hour, report{status: begin, id: "d2", mac: "11:22:33:44:55:66"}}},
			}, want{2, 0, "", 0}},
			"id used again": {[][]arrived{
				{{0, report{status: begin, id: "e"}}, {10 * time.Minute, report{status: end, id: "e", seconds: 600, out: 10}}},
				{{hour, report{status: begin, id: "e"}}, {hour + 10*time.Minute, report{status: end, id: "e", seconds: 600, out: 10}}},
				{{10 * time.Minute, report{status: end, id: "e", seconds: 600, out: 10}}},
			}, want{0, 2, ByRouter, 20}},
			"id used again, and only then the first Stop": {[][]arrived{
				{{0, report{status: begin, id: "f"}}, {5 * time.Minute, report{status: more, id: "f", seconds: 300, out: 10}}},
				{{hour, report{status: begin, id: "f"}}},
				{{hour + time.Minute, report{status: end, id: "f", seconds: 1800, out: 25, delay: 1860}}},
			}, want{1, 1, ByRouter, 25}},
			"router restarts": {[][]arrived{
				{{0, report{status: begin, id: "g1"}}, {0, report{status: begin, id: "g2", mac: "11:22:33:44:55:66"}}},
				{{hour, report{status: on}}, {hour + time.Minute, report{status: begin, id: "g3"}}},
			}, want{1, 2, ByBoot, 0}},
			"router restarts, it says, and a session goes on": {[][]arrived{
				{{0, report{status: begin, id: "h"}}, {hour, report{status: on}}},
				{{hour + time.Minute, report{status: more, id: "h", seconds: 3660, out: 7}}},
			}, want{1, 0, "", 7}},
			"late Stop corrects what we closed": {[][]arrived{
				{{0, report{status: begin, id: "i"}}, {hour, report{status: on}}},
				{{hour + time.Minute, report{status: end, id: "i", seconds: 3500, out: 9}}},
			}, want{0, 1, ByRouter, 9}},
		} {
			t.Run(name, func(t *testing.T) {
				clear := "DELETE FROM "
				for _, table := range []string{"sessions_open", "sessions_closed"} {
					if _, err := d.SQL().Exec(clear + table); err != nil {
						t.Fatal(err)
					}
				}
				b := newBench(t, d)
				for _, batch := range c.batches {
					b.applied(t, batch...)
					b.applied(t, batch...)
				}
				open, closed := allOpen(t, d), allClosed(t, d)
				got := want{open: len(open), closed: len(closed), bytes: b.access.usage().Bytes}
				if len(closed) > 0 {
					got.closedBy = closed[len(closed)-1].ClosedBy
				}
				if got != c.want {
					t.Errorf("got %+v, want %+v\nopen %+v\nclosed %+v", got, c.want, open, closed)
				}
			})
		}
	})
}

func TestApplyWithoutClass(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	foreign := report{status: begin, id: "1", class: []byte("foreign")}
	b.applied(t, arrived{0, foreign})
	if s := allOpen(t, b.db)[0]; s.GrantID != 0 {
		t.Fatalf("attributed to %d", s.GrantID)
	}
	b.access.edit(func(f *fakeAccess) {
		f.live = []access.Grant{{ID: testGrant, State: access.Active}}
	})
	b.applied(t, arrived{time.Minute, report{status: more, id: "1", seconds: 60, out: 70, class: []byte("foreign")}})
	if s := allOpen(t, b.db)[0]; s.GrantID != testGrant || b.access.usage().Bytes != 70 {
		t.Errorf("attributed to %d, used %+v", s.GrantID, b.access.usage())
	}
}

// TestNobodyIsGuessedWithoutTheDatabase: a session is not nobody's because it could not be asked whose it is; its records wait.
func TestNobodyIsGuessedWithoutTheDatabase(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.access.edit(func(f *fakeAccess) {
			f.live, f.liveErr = []access.Grant{{ID: testGrant, State: access.Active}}, fault.New(fault.Unavailable, "db.unavailable")
		})
		reports := []arrived{{0, report{status: begin, id: "1", class: []byte("foreign")}}, {time.Minute, report{status: more, id: "1", seconds: 60, out: 70, class: []byte("foreign")}}}
		if err := b.apply(context.Background(), b.records(t, reports...)); !fault.Is(err, fault.Unavailable) || len(allOpen(t, d)) != 0 {
			t.Fatalf("%v; %+v", err, allOpen(t, d))
		}
		b.access.edit(func(f *fakeAccess) { f.liveErr = nil })
		b.applied(t, reports...)
		if s := allOpen(t, d)[0]; s.GrantID != testGrant || b.access.usage().Bytes != 70 {
			t.Errorf("attributed to %d, used %+v", s.GrantID, b.access.usage())
		}
	})
}

func TestApplySetsAsideWhatItCannotRead(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		batch := b.records(t, arrived{0, report{status: begin, id: "1"}}, arrived{0, report{status: begin}},
			arrived{time.Minute, report{status: more, id: "1", seconds: 60, out: 1 << 50}})
		stranger := record{RouterID: 99, At: noon, Raw: []byte("x")}
		batch = append(batch, spool.Record{Payload: []byte("rubbish")}, spool.Record{Payload: stranger.encode()})
		if err := b.apply(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		if open := allOpen(t, d); len(open) != 1 || open[0].BytesDown != 0 {
			t.Errorf("open %+v", open)
		}
		if n := setAsideCount(t, d); n != 4 {
			t.Errorf("%d records set aside, want 4", n)
		}
	})
}

func TestApplyManySessions(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		var reports []arrived
		for i := range 3 * chunkSessions {
			mac := access.MAC([]byte("0000000000aa"))
			mac = mac[:6] + access.MAC([]byte{hexDigit(i >> 8), hexDigit(i >> 4), hexDigit(i)}) + mac[9:]
			id := "s" + string(mac)
			reports = append(reports, arrived{0, report{status: begin, id: id, mac: mac.Colons()}},
				arrived{time.Minute, report{status: more, id: id, seconds: 60, out: 1, mac: mac.Colons()}})
		}
		b.applied(t, reports...)
		if n := len(allOpen(t, d)); n != 3*chunkSessions || b.access.usage().Bytes != int64(n) {
			t.Errorf("%d sessions, used %+v", n, b.access.usage())
		}
	})
}

func hexDigit(n int) byte { return "0123456789abcdef"[n&15] }
