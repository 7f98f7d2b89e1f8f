package radius

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// moving is an interim of session "81a0" after whole minutes, with what it carried in kilobytes (1 kB is 8 kbit).
func moving(minutes, up, down int64) arrived {
	return arrived{time.Duration(minutes) * time.Minute, report{status: more, id: "81a0", seconds: minutes * 60, in: up * 1000, out: down * 1000}}
}

// speed is what the only open session shows.
func (b *bench) speed(t *testing.T) Speed {
	t.Helper()
	open := allOpen(t, b.db)
	if len(open) != 1 {
		t.Fatalf("%d sessions are open", len(open))
	}
	s, _ := open[0].Speed()
	return s
}

func TestSpeedIsThatOfTheLastReport(t *testing.T) {
	begun := arrived{0, report{status: begin, id: "81a0"}}
	late := moving(5, 300, 3000)
	late.after, late.delay = 12*time.Minute, 7*60
	copied := moving(10, 900, 9000)
	copied.after += 40 * time.Second
	for name, c := range map[string]struct {
		batches [][]arrived
		want    Speed
	}{
		"only a Start":                     {[][]arrived{{begun}}, Speed{}},
		"one report":                       {[][]arrived{{begun}, {moving(5, 300, 3000)}}, Speed{88, true}},
		"one report, the Start lost":       {[][]arrived{{moving(60, 900, 9000)}}, Speed{22, true}},
		"two reports":                      {[][]arrived{{begun, moving(5, 300, 3000)}, {moving(10, 900, 9000)}}, Speed{176, false}},
		"three in one batch":               {[][]arrived{{moving(5, 300, 3000), begun, moving(15, 1500, 3000), moving(10, 900, 3000)}}, Speed{16, false}},
		"one in between is lost":           {[][]arrived{{begun, moving(5, 300, 3000)}, {moving(15, 1500, 15000)}}, Speed{176, false}},
		"the same again":                   {[][]arrived{{moving(5, 300, 3000)}, {moving(10, 900, 9000)}, {moving(10, 900, 9000), moving(5, 300, 3000)}}, Speed{176, false}},
		"a copy with a later clock":        {[][]arrived{{moving(5, 300, 3000)}, {moving(10, 900, 9000)}, {copied}}, Speed{176, false}},
		"an older one comes last":          {[][]arrived{{begun, moving(10, 900, 9000)}, {late}}, Speed{132, true}},
		"an older one comes last of three": {[][]arrived{{moving(1, 30, 300)}, {moving(10, 900, 9000)}, {late}}, Speed{141, false}},
		"nothing moves any more":           {[][]arrived{{moving(5, 300, 3000)}, {moving(10, 300, 3000)}}, Speed{}},
	} {
		t.Run(name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, d *db.DB) {
				b := newBench(t, d)
				for range 2 { // a spool is read again after a crash
					for _, batch := range c.batches {
						b.applied(t, batch...)
					}
				}
				if got := b.speed(t); got != c.want {
					t.Errorf("%+v, want %+v", got, c.want)
				}
			})
		})
	}
}

// A counter of 32 bits that has gone round, and one with gigawords.
func TestSpeedAcrossATurnOfTheCounter(t *testing.T) {
	const bytes = int64(450_000_000) // in 300 s: 12 Mbit/s
	for _, narrow := range []bool{true, false} {
		testdb.Each(t, func(t *testing.T, d *db.DB) {
			b := newBench(t, d)
			for n := int64(1); n <= 10; n++ { // turns between the ninth and the tenth
				out := n * bytes
				if narrow {
					out %= wordSize
				}
				b.applied(t, arrived{time.Duration(n) * 5 * time.Minute, report{status: more, id: "81a0", seconds: n * 300, out: out, narrow: narrow}})
			}
			if got := b.speed(t); got != (Speed{12000, false}) {
				t.Errorf("narrow %t: %+v", narrow, got)
			}
		})
	}
}

// What a new use of the id, a boot and a time of silence make of the speed.
func TestSpeedAfterABreak(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, moving(5, 300, 3000), moving(10, 900, 9000))
		if err := b.Booted(context.Background(), 7, noon.Add(11*time.Minute)); err != nil {
			t.Fatal(err)
		}
		b.applied(t, moving(20, 1500, 15000)) // it was not down after all
		if got := b.speed(t); got != (Speed{88, false}) {
			t.Errorf("open again: %+v", got)
		}
		fresh := moving(5, 600, 6000) // the same id an hour later, its Start lost
		fresh.after = 2 * time.Hour
		b.applied(t, fresh)
		if got := b.speed(t); got != (Speed{176, true}) {
			t.Errorf("the next session: %+v", got)
		}
	})
}

// TestSpeedWhateverTheOrder: what is kept of the report before is always what a report told, or nothing, and it is behind.
func TestSpeedWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := scrambled(t, told(t))
		was := map[Before]bool{{}: true}
		for _, e := range events {
			was[Before{e.Seconds, e.Up, e.Down}] = true
		}
		var s Over
		var before Before
		for range 2 {
			for _, e := range events {
				next, _, _ := fold(s, e)
				before, s = before.after(s.Session, next.Session), next
				if !was[before] || before.BeforeSeconds > s.Seconds || before.BeforeUp > s.BytesUp || before.BeforeDown > s.BytesDown {
					t.Fatalf("%+v before %+v", before, s.Session)
				}
			}
		}
	})
}
