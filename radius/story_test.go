package radius

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/vendors/mikrotik"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/site"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	dialect "mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// town is the service among its real neighbours: hinge, routers, spool, jobs, dialect, and UDP on all sides.
type town struct {
	*Service
	access *access.Service
	clock  *clock.Manual
	spool  *spool.Spool
	router routers.Router
	gate   *gate
}

func newTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	w := &town{clock: clock.NewManual(noon)}
	log := slog.New(slog.DiscardHandler)
	keys, queue, sites := newKeys(t), jobs.New(d, clock.System(), log), site.New(d, w.clock)
	register := routers.New(d, keys, w.clock)
	w.access = access.New(d, queue, keys, w.clock, sites)
	w.gate = newGate(t, func(_ int, wire []byte) []byte { return w.hangUp(t, wire) })
	err := d.InTx(context.Background(), func(tx *db.Tx) error {
		home, err := sites.SaveSite(tx, site.Site{Slug: "mtaa", Name: "Mtaa"})
		if err != nil {
			return err
		}
		w.router, err = register.Save(tx, routers.Router{SiteID: home.ID, Name: "gate", Dialect: routers.MikroTik, Secret: testSecret,
			Auth: routers.AuthRequired, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Interim: 5 * time.Minute,
			CoAAddress: w.gate.conn.LocalAddr().String(), State: routers.StateActive})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := register.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	if w.spool, err = spool.Open(t.TempDir(), spool.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.spool.Close() })
	sender := NewSender(w.clock)
	t.Cleanup(sender.Close)
	w.Service = New(Options{DB: d, Jobs: queue, Access: w.access, Routers: register, Dialects: []routers.Dialect{dialect.New()},
		CoA: sender, Spool: w.spool, Keys: keys, Clock: w.clock, Zone: func(int64) *time.Location { return time.UTC }, Log: log,
		Node: "test", AuthAddress: "127.0.0.1:0", AcctAddress: "127.0.0.1:0"})
	w.auth.rejectDelay = 5 * time.Millisecond
	w.pace.verify = 200 * time.Millisecond
	w.run(t, queue)
	return w
}

func (w *town) run(t *testing.T, queue *jobs.Queue) {
	t.Helper()
	if err := w.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- w.Serve(ctx) }()
	go func() { done <- queue.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// hangUp is the router that obeys: it acknowledges, and says in a Stop what was used up to then.
func (w *town) hangUp(t *testing.T, wire []byte) []byte {
	w.report(t, report{status: end, seconds: 900, in: 1 << 20, out: 5<<30 + 1<<20})
	return respond(t, wire, codec.CodeDisconnectACK, testSecret, nil)
}

func (w *town) ask(t *testing.T, mac, password string) *codec.Packet {
	t.Helper()
	return w.askAs(t, "asha", mac, password)
}

func (w *town) askAs(t *testing.T, name, mac, password string) *codec.Packet {
	t.Helper()
	auth, _ := w.Addresses()
	p := papRequest(t, name, password, testSecret)
	rfc2865.CallingStationID_Del(p)
	if err := rfc2865.CallingStationID_AddString(p, mac); err != nil {
		t.Fatal(err)
	}
	answer := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret)
	if answer == nil {
		t.Fatal("no answer")
	}
	return answer
}

func (w *town) report(t *testing.T, r report) {
	t.Helper()
	_, acct := w.Addresses()
	r.id, r.ip = "81a00001", "10.5.50.2"
	if newClient(t, acct).ask(encoded(t, r.packet(t, testSecret)), testSecret) == nil {
		t.Error("accounting got no answer")
	}
}

func (w *town) sell(t *testing.T, limits access.Limits) int64 {
	t.Helper()
	var given access.Given
	err := w.db.InTx(context.Background(), func(tx *db.Tx) (err error) {
		given, err = w.access.Give(tx, access.Offer{Source: access.Source{Kind: "order", Key: "1"}, SiteID: w.router.SiteID, Plan: "5 GB",
			Limits: limits})
		if err != nil {
			return err
		}
		return w.access.NameLogin(tx, given.GrantID, "asha", "siri")
	})
	if err != nil {
		t.Fatal(err)
	}
	return given.GrantID
}

// A person buys 5 GB in a day for one device, is let on, measured, cut off when the data is used, and not let on again.
func TestStoryOfFiveGigabytes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		grantID := w.sell(t, access.Limits{DataBytes: 5 << 30, Time: 24 * time.Hour, DownKbps: 5000, UpKbps: 2000, Devices: 1})
		ctx := context.Background()

		if answer := w.ask(t, "AA:BB:CC:DD:EE:FF", "wrong"); answer.Code != codec.CodeAccessReject {
			t.Fatalf("a wrong password gets %v", answer.Code)
		}
		answer := w.ask(t, "AA:BB:CC:DD:EE:FF", "siri")
		if answer.Code != codec.CodeAccessAccept {
			t.Fatalf("refused: %s", rfc2865.ReplyMessage_GetString(answer))
		}
		if timeout := rfc2865.SessionTimeout_Get(answer); timeout != 24*3600 {
			t.Errorf("Session-Timeout %d", timeout)
		}
		if low, high := mikrotik.MikrotikTotalLimit_Get(answer), mikrotik.MikrotikTotalLimitGigawords_Get(answer); low != 1<<30 || high != 1 {
			t.Errorf("Total-Limit %d and %d turns", low, high)
		}
		code, err := w.access.CodeOf(ctx, grantID)
		if answer := w.askAs(t, code, "11:22:33:44:55:66", code); err != nil || answer.Code != codec.CodeAccessReject {
			t.Error("a second device on a plan for one", err)
		}

		w.report(t, report{status: begin, class: answer.Get(rfc2865.Class_Type)})
		w.report(t, report{status: more, seconds: 300, in: 1 << 19, out: 2 << 30})
		w.report(t, report{status: more, seconds: 300, in: 1 << 19, out: 2 << 30, delay: 1})
		w.report(t, report{status: more, seconds: 600, in: 1 << 20, out: 5 << 30})

		eventually(t, "the end", func() bool {
			g, _, _, err := w.access.View(ctx, grantID)
			if err != nil {
				t.Fatal(err)
			}
			return g.State == access.Ended && len(allClosed(t, d)) == 1
		})
		g, _, _, _ := w.access.View(ctx, grantID)
		s := allClosed(t, d)[0]
		if g.EndCause != string(access.CauseDataUsed) || g.UsedBytes != 5<<30+2<<20 || g.UsedBytes != s.Bytes() || s.ClosedBy != ByRouter ||
			s.GrantID != grantID || s.Seconds != 900 {
			t.Errorf("grant %+v\nsession %+v", g, s)
		}
		came, _ := w.gate.all()
		p, err := codec.Parse(came[0], []byte(testSecret))
		if err != nil || len(came) != 1 || p.Code != codec.CodeDisconnectRequest || rfc2866.AcctSessionID_GetString(p) != "81a00001" {
			t.Errorf("the router was told %x, %v", came, err)
		}
		if answer := w.ask(t, "AA:BB:CC:DD:EE:FF", "siri"); answer.Code != codec.CodeAccessReject {
			t.Error("let on again")
		}
	})
}
