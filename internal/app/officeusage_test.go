package app

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// downloaded puts use into the roll-ups of a grant: 3 GB yesterday, 1.5 GB this hour.
func (s *Stage) downloaded(t *testing.T, grant string) {
	t.Helper()
	now, site := s.Main.Plan.Now(), s.seeded.sites["kasarani"].ID
	day := now.In(s.Main.Sites.Location(site)).AddDate(0, 0, -1).Format(time.DateOnly)
	for statement, when := range map[string]any{
		"INSERT INTO usage_days (grant_id, day, site_id, online_seconds, bytes_up, bytes_down) VALUES (?, ?, ?, 7200, 40000000, 3000000000)":   day,
		"INSERT INTO usage_hours (grant_id, hour, site_id, online_seconds, bytes_up, bytes_down) VALUES (?, ?, ?, 1800, 20000000, 1500000000)": now.Add(-time.Hour).Unix() / 3600,
	} {
		if _, err := s.Main.DB.SQL().Exec(statement, grant, when, site); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStoryShowsWhatWasUsed(t *testing.T) {
	s := openStage(t, 1)
	order, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	c := s.hire(t, "usage@demo.example", nil, "support")
	if got := c.ask(http.MethodGet, "/office/grants/"+grant, nil); got.status != http.StatusOK || strings.Contains(got.body, `class="chart"`) {
		t.Errorf("a chart of nothing: %d", got.status)
	}
	s.downloaded(t, grant)
	for _, page := range []string{"/office/grants/" + grant, "/office/orders/" + order} {
		got := c.ask(http.MethodGet, page, nil)
		c.expect(got, http.StatusOK, "30 days, by day", "24 hours, by hour", `aria-label="30 days, by day: 3 GB"`, `<td class="num">3 GB</td><td class="num">40 MB</td><td class="num">2 h</td>`)
		if n := strings.Count(got.body, "<rect"); n < 2 || n > 4 {
			t.Errorf("%s: %d bars", page, n)
		}
	}
}
