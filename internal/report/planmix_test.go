package report

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// lived is what one line was on at the end of each day of a test: a plan and a site, or nothing.
type lived []struct {
	plan string
	site int64
}

// live makes up the days of a line, and writes its moves.
func (r *rows) live(seed *rand.Rand, line int64, first clock.Day, days int) lived {
	life, n, kind := make(lived, days), 0, ""
	begin, end := seed.IntN(days), days
	if seed.IntN(2) == 0 {
		end = begin + seed.IntN(days-begin)
	}
	for day := begin; day < days; day++ {
		is, was := life[day], life[day]
		if day > 0 {
			was, is = life[day-1], life[day-1]
		}
		switch dice := seed.IntN(6); {
		case day == begin:
			is.plan, is.site, kind = fmt.Sprint("plan-", seed.IntN(3)), 1+seed.Int64N(3), LineBegan
		case day >= end:
			is.plan, is.site, kind = "", 0, LineEnded
		case dice == 0:
			is.plan, kind = fmt.Sprint("plan-", seed.IntN(3)), LineChanged
		case dice == 1:
			is.site, kind = 1+seed.Int64N(3), LineMoved
		}
		if life[day] = is; is == was {
			continue
		}
		r.add("line_moves", map[string]any{"subscription_id": line, "n": n, "day": (first + clock.Day(day)).String(), "kind": kind, "from_plan": was.plan, "from_site": was.site, "to_plan": is.plan, "to_site": is.site})
		n++
	}
	return life
}

// TestThePlanMixIsWhatEachLineLived: of all sites and of some, the lines of each plan at a day are those that were on it, and what came and left in between is the rest.
func TestThePlanMixIsWhatEachLineLived(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		const days = 12
		r, seed, first, desk := &rows{T: t, d: d}, rand.New(rand.NewPCG(7, 12)), clock.Date(2026, 10, 25), NewDesk(d, clock.NewManual(noon))
		var lives []lived
		for line := range int64(60) {
			lives = append(lives, r.live(seed, line+1, first, days))
		}
		for _, sites := range [][]int64{nil, {1}, {2, 3}, {}} {
			mix := func(day int) map[string]int64 {
				all := map[string]int64{}
				for _, life := range lives {
					if is := life[day]; is.plan != "" && (sites == nil || strings.Contains(fmt.Sprint(sites), fmt.Sprint(is.site))) {
						all[is.plan]++
					}
				}
				return all
			}
			var ends []clock.Day
			for day := range clock.Day(days) {
				ends = append(ends, first+day)
			}
			whole, err := desk.LinesOn(t.Context(), sites, ends...)
			if err != nil {
				t.Fatal(err)
			}
			for day := range days {
				got, err := desk.LinesOn(t.Context(), sites, ends[day])
				if err != nil || !maps.Equal(got[0], mix(day)) || !maps.Equal(whole[day], got[0]) {
					t.Errorf("of %v on day %d there are %v and %v, want %v: %v", sites, day, got, whole[day], mix(day), err)
				}
			}
			grows(t, desk, Asked{First: first + 3, Last: first + 8, Sites: sites, Months: len(sites) == 1}, mix(2), mix(8))
		}
		for _, sites := range [][]int64{nil, {1, 2}} {
			for _, ask := range []func() (string, []any){
				func() (string, []any) { return desk.lineMovesSQL(Asked{First: first, Last: first + 5, Sites: sites}) }, func() (string, []any) { return desk.linesOnSQL(sites, []clock.Day{first, first + 5}) }} {
				query, args := ask()
				if plan := strings.ToLower(explain(t, d, query, args)); !strings.Contains(plan, "covering index line_moves_day") && !strings.Contains(plan, "using index") {
					t.Error(plan)
				}
			}
		}
	})
}

// grows: what was there, and what moved, is what is there.
func grows(t *testing.T, desk *Desk, a Asked, before, after map[string]int64) {
	t.Helper()
	moves, err := desk.LineMoves(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range moves {
		before[m.From], before[m.To] = before[m.From]-m.Lines, before[m.To]+m.Lines
		if m.From == m.To || (m.Kind == LineBegan) != (m.From == "") && a.Sites == nil || len(m.Span) != len("2026-10-25") && !a.Months {
			t.Errorf("%+v", m)
		}
	}
	delete(before, "")
	maps.DeleteFunc(before, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(before, after) {
		t.Errorf("of %v it comes to %v, want %v", a.Sites, before, after)
	}
}

// TestUseIsTheSumOfItsRows: by plan, by site and in all, by days and by months, of all sites and of some, whichever node wrote it.
func TestUseIsTheSumOfItsRows(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		r, seed, desk := &rows{T: t, d: d}, rand.New(rand.NewPCG(3, 5)), NewDesk(d, clock.NewManual(noon))
		first, want := clock.Date(2026, 10, 30), map[string]int64{}
		a := Asked{First: first + 1, Last: first + 3}
		for day := range clock.Day(5) {
			for plan := range 3 {
				for site := range int64(3) {
					for node := range 2 {
						octets, seconds := seed.Int64N(1e12), seed.Int64N(86400)
						r.add("usage_sums", map[string]any{"day": (first + day).String(), "site_id": site, "plan_key": fmt.Sprint("plan-", plan), "node": node, "online_seconds": seconds, "bytes_up": 1, "bytes_down": octets})
						if day < 1 || day > 3 {
							continue
						}
						for _, name := range []string{fmt.Sprint(UsedByPlan, "plan-", plan), fmt.Sprint(UsedBySite, site), string(UsedInAll)} {
							want[name], want[name+" time"] = want[name]+octets+1, want[name+" time"]+seconds
							if site != 0 {
								want[name+" some"] += octets + 1
							}
						}
					}
				}
			}
		}
		for _, by := range []UsedBy{UsedByPlan, UsedBySite, UsedInAll} {
			for _, months := range []bool{false, true} {
				got := map[string]int64{}
				for _, sites := range [][]int64{nil, {1, 2}} {
					asked := a
					asked.Months, asked.Sites = months, sites
					sums, err := desk.Usage(t.Context(), by, asked)
					if err != nil {
						t.Fatal(err)
					}
					for _, s := range sums {
						name := string(by) + s.Name
						if sites != nil {
							got[name+" some"] += s.BytesUp + s.BytesDown
							continue
						}
						got[name], got[name+" time"] = got[name]+s.BytesUp+s.BytesDown, got[name+" time"]+s.Seconds
					}
				}
				for name, sum := range want {
					if strings.HasPrefix(name, string(by)) && got[name] != sum {
						t.Errorf("%s by months %v: %d, want %d", name, months, got[name], sum)
					}
				}
			}
		}
	})
}
