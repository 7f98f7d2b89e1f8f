package access

import (
	"slices"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// live is a grant first used an hour before noon.
func live(l Limits) Grant {
	used := noon.Add(-time.Hour)
	return Grant{State: Active, Limits: l, FirstUsedAt: used, Until: l.until(used)}
}

func with(g Grant, change func(*Grant)) Grant {
	change(&g)
	return g
}

func TestDecide(t *testing.T) {
	twoHours := live(Limits{Time: 2 * time.Hour})
	online := live(Limits{Time: 2 * time.Hour, TimeKind: Online})
	both := live(Limits{Time: 2 * time.Hour, DataBytes: 1000})
	evening := Hours{{Days: everyDay, From: 11 * 60, To: 12*60 + 30}}
	dormant := Grant{State: Dormant, Limits: Limits{Time: 2 * time.Hour}, UnusedUntil: noon.Add(time.Hour)}
	timed := func(d time.Duration) Left { return Left{Time: d, Timed: true} }
	tests := []struct {
		name  string
		grant Grant
		cause Cause
		left  Left
	}{
		{"nothing ends it", live(Limits{}), CauseOK, Left{}},
		{"calendar time runs", twoHours, CauseOK, timed(time.Hour)},
		{"calendar time is over on the instant", live(Limits{Time: time.Hour}), CauseTimeUsed, timed(0)},
		{"a millisecond before", live(Limits{Time: time.Hour + time.Millisecond}), CauseOK, timed(time.Millisecond)},
		{"online time counts use only", with(online, func(g *Grant) { g.UsedTime = 30 * time.Minute }), CauseOK, timed(90 * time.Minute)},
		{"online time used", with(online, func(g *Grant) { g.UsedTime = 3 * time.Hour }), CauseTimeUsed, timed(0)},
		{"calendar time cares not for use", with(twoHours, func(g *Grant) { g.UsedTime = 9 * time.Hour }), CauseOK, timed(time.Hour)},
		{"online time with validity over", live(Limits{Time: 5 * time.Hour, TimeKind: Online, Valid: time.Hour}), CauseExpired, timed(0)},
		{"online time with validity nearer", live(Limits{Time: 5 * time.Hour, TimeKind: Online, Valid: 90 * time.Minute}), CauseOK, timed(30 * time.Minute)},
		{"validity alone over", live(Limits{Valid: time.Hour}), CauseExpired, timed(0)},
		{"fixed end ahead", live(Limits{ValidUntil: noon.Add(5 * time.Minute)}), CauseOK, timed(5 * time.Minute)},
		{"fixed end over", live(Limits{ValidUntil: noon}), CauseExpired, timed(0)},
		{"fixed end before the time is used", live(Limits{Time: 9 * time.Hour, ValidUntil: noon}), CauseExpired, timed(0)},
		{"data left", with(both, func(g *Grant) { g.UsedBytes = 400 }), CauseOK, Left{time.Hour, 600, true, true}},
		{"data used on the byte", with(both, func(g *Grant) { g.UsedBytes = 1000 }), CauseDataUsed, Left{time.Hour, 0, true, true}},
		{"data overshot", with(both, func(g *Grant) { g.UsedBytes = 1500 }), CauseDataUsed, Left{time.Hour, 0, true, true}},
		{"data alone", live(Limits{DataBytes: 7}), CauseOK, Left{Bytes: 7, Capped: true}},
		{"hours close first", live(Limits{Time: 9 * time.Hour, Hours: evening}), CauseOK, timed(30 * time.Minute)},
		{"time is over before the hours", live(Limits{Time: 70 * time.Minute, Hours: evening}), CauseOK, timed(10 * time.Minute)},
		{"outside hours", live(Limits{Hours: Hours{{Days: everyDay, From: 0, To: 60}}}), CauseHours, Left{}},
		{"over says more than outside hours", live(Limits{Time: time.Hour, Hours: Hours{{Days: everyDay, From: 0, To: 60}}}), CauseTimeUsed, timed(0)},
		{"dormant is judged as used now", dormant, CauseOK, timed(2 * time.Hour)},
		{"dormant too long", with(dormant, func(g *Grant) { g.UnusedUntil = noon }), CauseExpired, timed(2 * time.Hour)},
		{"dormant without end", with(dormant, func(g *Grant) { g.UnusedUntil = time.Time{} }), CauseOK, timed(2 * time.Hour)},
		{"dormant past its fixed end", with(dormant, func(g *Grant) { g.Limits.ValidUntil = noon }), CauseExpired, timed(0)},
		{"suspended", with(twoHours, func(g *Grant) { g.State = Suspended }), CauseSuspended, timed(time.Hour)},
		{"suspended and over", with(live(Limits{Time: time.Hour}), func(g *Grant) { g.State = Suspended }), CauseTimeUsed, timed(0)},
		{"ended says why", with(both, func(g *Grant) { g.State, g.EndCause = Ended, "data_used" }), CauseDataUsed, Left{time.Hour, 1000, true, true}},
		{"ended by somebody", with(twoHours, func(g *Grant) { g.State, g.EndCause = Ended, "refunded" }), CauseEnded, timed(time.Hour)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cause, left := Decide(tt.grant, noon, time.UTC)
			if cause != tt.cause || left != tt.left {
				t.Errorf("%s, %+v; want %s, %+v", cause, left, tt.cause, tt.left)
			}
		})
	}
}

func TestStates(t *testing.T) {
	allowed := map[State][]State{Dormant: {Active, Ended}, Active: {Suspended, Ended}, Suspended: {Active, Ended}}
	for _, from := range []State{Dormant, Active, Suspended, Ended} {
		for _, to := range []State{Dormant, Active, Suspended, Ended} {
			want := false
			for _, s := range allowed[from] {
				want = want || s == to
			}
			if slices.Contains(before(to), from) != want {
				t.Errorf("%s to %s: %v", from, to, !want)
			}
		}
	}
}
