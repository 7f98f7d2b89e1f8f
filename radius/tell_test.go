package radius

import (
	"context"
	"errors"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// evening opens at 13:00 of the bench's day, with a speed of its own and free data.
var evening = access.Night{Hours: access.Hours{{Days: everyDay, From: 13 * 60, To: 14 * 60}}, UpKbps: 4000, DownKbps: 8000, Free: true}

func nightly(t *testing.T, d *db.DB) *bench {
	b := working(t, d)
	b.access.edit(func(f *fakeAccess) {
		f.grant.Limits = access.Limits{DataBytes: 900 * megabyte, Valid: 24 * time.Hour, DownKbps: 2000, UpKbps: 1000, Night: evening}
		f.grant.Until = noon.Add(24 * time.Hour)
	})
	first := aStart
	first.class = b.classTold(900 * megabyte)
	b.applied(t, first)
	return b
}

func TestAnHourBoundaryIsTold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.coa.answers(answerWith(codec.CodeCoAACK))
		b.clock.Advance(stopGrace)
		stops(t, b)
		if o := allOpen(t, d)[0]; len(b.coa.packets()) != 0 || !o.StopAt.Equal(noon.Add(time.Hour)) {
			t.Fatalf("told %d times, the next look is at %v", len(b.coa.packets()), o.StopAt)
		}
		b.clock.Set(noon.Add(time.Hour + stopGrace))
		stops(t, b)
		eventually(t, "the evening is told", func() bool { return allOpen(t, d)[0].Told == Told{4000, 8000, 0} })
		b.applied(t, arrived{90 * time.Minute, report{status: more, id: "81a0", seconds: 5400, out: 100 * megabyte}})
		b.clock.Set(noon.Add(2*time.Hour + stopGrace))
		stops(t, b)
		eventually(t, "the day is told", func() bool { return allOpen(t, d)[0].ToldDownKbps == 2000 })
		if o := allOpen(t, d)[0]; o.ToldBytes < 900*megabyte {
			t.Errorf("told %+v", o.Told)
		}
		if n := len(b.coa.packets()); n != 2 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestABoundaryThatIsRefusedReplacesTheSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.routers.change(7, func(r *routers.Router) { r.MACLogin = true })
		b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
			if p.Code == codec.CodeCoARequest {
				return p.Response(codec.CodeCoANAK), nil
			}
			b.applied(t, arrived{time.Hour, report{status: end, id: "81a0", seconds: 3600}})
			return p.Response(codec.CodeDisconnectACK), nil
		})
		b.clock.Set(noon.Add(time.Hour + stopGrace))
		stops(t, b)
		b.enforcement(t, WantChange, Done, routerRefused)
		b.enforcement(t, WantDisconnect, Done, gone)
		b.enforcement(t, WantLogIn, Done, acknowledged)
	})
}

func TestAStepDownIsToldAsAnEnforcement(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.coa.answers(answerWith(codec.CodeCoAACK))
		b.applied(t, aStart)
		b.access.edit(func(f *fakeAccess) {
			f.grant.Limits.FairUse = access.FairUse{Bytes: 10, Per: access.PerDay, UpKbps: 128, DownKbps: 256}
			f.grant.Fair = access.Fair{Start: noon.Truncate(24 * time.Hour), Used: 10}
		})
		b.emit(t, access.GrantChanged, access.Fact{Cause: string(access.CauseFairUse)})
		e := b.enforcement(t, WantChange, Done, acknowledged)
		if o := allOpen(t, d)[0]; o.Told != (Told{128, 256, 0}) || e.Cause != string(access.CauseFairUse) {
			t.Errorf("told %+v for %s", o.Told, e.Cause)
		}
	})
}

// A router that nobody can speak to is told at the log-in to ask again when the terms change.
func TestAMuteRouterAsksAgainAtTheBoundary(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	g := access.Grant{SiteID: 3, Limits: access.Limits{DownKbps: 2000, UpKbps: 1000, Night: evening}}
	admission := access.Admission{Grant: g, Left: access.Left{Timed: true, Time: 5 * time.Hour}}
	var mute, told routers.Answer
	b.auth.allow(context.Background(), &mute, &routers.Router{SiteID: 3}, &admission, testMAC)
	b.auth.allow(context.Background(), &told, &routers.Router{SiteID: 3, CoAAddress: "192.0.2.1:3799"}, &admission, testMAC)
	if mute.SessionTimeout != time.Hour || told.SessionTimeout != 5*time.Hour {
		t.Error(mute.SessionTimeout, told.SessionTimeout)
	}
}

func TestAnAcceptCarriesTheSpeedOfTheHour(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.clock.Set(noon.Add(90 * time.Minute))
	g := access.Grant{SiteID: 3, Limits: access.Limits{DownKbps: 2000, UpKbps: 1000, Night: evening, DataBytes: 10}}
	var answer routers.Answer
	b.auth.allow(context.Background(), &answer, &routers.Router{SiteID: 3}, &access.Admission{Grant: g}, testMAC)
	p, all := codec.New(codec.CodeAccessAccept, []byte(testSecret)), routers.Attributes{}
	if err := errors.Join(answer.AddCommon(&all), all.AddTo(p)); err != nil || answer.Limits.DownKbps != 8000 || answer.Left.Capped {
		t.Errorf("%+v %v", answer, err)
	}
	if who, ok := readClass(b.keys, p.Get(rfc2865.Class_Type)); !ok || who.Told != (Told{4000, 8000, 0}) {
		t.Errorf("%+v", who)
	}
}
