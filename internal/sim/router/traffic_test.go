package router

import (
	"math/rand/v2"
	"testing"
	"time"
)

func sessionOf(use rate, l limits) *session {
	return &session{phone: &phone{use: use}, limits: l, start: testStart, at: testStart, active: testStart}
}

func TestTrafficIsShapedAndExact(t *testing.T) {
	s := sessionOf(rate{up: 333_333, down: 9_000_000}, limits{rate: rate{down: 2_000_000}})
	random := rand.New(rand.NewPCG(1, 2))
	for at := testStart; at.Before(testStart.Add(time.Hour)); {
		at = at.Add(time.Duration(1+random.IntN(700)) * time.Millisecond)
		s.advance(at)
	}
	millis := s.at.Sub(s.start).Milliseconds()
	if want := 333_333 * millis / 8000; s.up != want {
		t.Errorf("up %d, want %d", s.up, want)
	}
	if want := 2_000_000 * millis / 8000; s.down != want {
		t.Errorf("down %d, want %d", s.down, want)
	}
}

func TestDeadlines(t *testing.T) {
	fast := rate{up: 800_000, down: 7_200_000} // 1 MB/s in both
	for name, test := range map[string]struct {
		dialect Dialect
		use     rate
		limits  limits
		left    time.Duration
		why     Cause
	}{
		"no limit":           {MikroTik, fast, limits{}, never, SessionTimeout},
		"time":               {MikroTik, fast, limits{session: time.Hour}, time.Hour, SessionTimeout},
		"data":               {MikroTik, fast, limits{session: time.Hour, total: 90_000_000}, 90 * time.Second, NASRequest},
		"data above 4 GiB":   {MikroTik, fast, limits{total: 5_000_000_000}, 5000 * time.Second, NASRequest},
		"upload":             {MikroTik, fast, limits{up: 1_000_000}, 10 * time.Second, NASRequest},
		"download":           {MikroTik, fast, limits{down: 9_000_000}, 10 * time.Second, NASRequest},
		"rounded up":         {MikroTik, fast, limits{total: 1_000_001}, 1001 * time.Millisecond, NASRequest},
		"idle while busy":    {MikroTik, fast, limits{idle: time.Minute}, never, SessionTimeout},
		"idle":               {MikroTik, rate{}, limits{idle: time.Minute}, time.Minute, IdleTimeout},
		"data without use":   {MikroTik, rate{}, limits{total: 5}, never, SessionTimeout},
		"chilli looks late":  {Chilli, fast, limits{total: 4_000_000}, 6 * time.Second, SessionTimeout},
		"chilli on the spot": {Chilli, fast, limits{total: 3_000_000}, 3 * time.Second, SessionTimeout},
	} {
		left, why := sessionOf(test.use, test.limits).deadline(test.dialect)
		if left != test.left || why != test.why {
			t.Errorf("%s: %v %v", name, left, why)
		}
	}
}

// However the time is cut into ticks, the session ends at the same instant with the same bytes.
func TestEndDoesNotDependOnTicks(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 7))
		use := rate{up: random.Int64N(3_000_000), down: 1 + random.Int64N(9_000_000)}
		l := limits{total: 1 + random.Int64N(80_000_000)}
		whole := sessionOf(use, l)
		left, _ := whole.deadline(MikroTik)
		whole.advance(whole.at.Add(left))
		if used := whole.up + whole.down; used < l.total-1 || used > l.total+(use.up+use.down)/8000+1 {
			t.Fatalf("seed %d: cut at %d of %d", seed, used, l.total)
		}
		ticked := sessionOf(use, l)
		for {
			left, _ := ticked.deadline(MikroTik)
			if step := time.Duration(1+random.IntN(4000)) * time.Millisecond; step < left {
				ticked.advance(ticked.at.Add(step))
				continue
			}
			ticked.advance(ticked.at.Add(left))
			break
		}
		if difference := ticked.at.Sub(whole.at).Abs(); difference > 8*time.Millisecond {
			t.Fatalf("seed %d: ends %v apart", seed, difference)
		}
	}
}
