package radius

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestWhoHadAnAddressAtAnInstant: the open session and those that are over, from their first instant up to their last, at the sites that are asked for.
func TestWhoHadAnAddressAtAnInstant(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		over := func(id, site int64, ip string, from, until time.Duration) {
			_, err := d.SQL().Exec("INSERT INTO sessions_closed (id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, ended_at, cause, closed_by)"+
				" VALUES (?, 1, ?, 1, ?, 7, 1, 'x', 'asha', '02a1b2c3d4aa', ?, ?, ?, 1, 1, 1, 1, ?, '', 'router')", id, fmt.Sprint(id), site, ip, noon.Add(from), noon.Add(until), noon.Add(until))
			if err != nil {
				t.Fatal(err)
			}
		}
		over(1, 5, "196.201.1.7", 0, time.Hour)
		over(2, 5, "196.201.1.7", time.Hour, 3*time.Hour)
		over(3, 6, "196.201.1.7", time.Minute, 90*time.Minute) // behind another router
		over(4, 5, "196.201.1.8", 0, 9*time.Hour)
		over(5, 5, "2001:db8::7", 0, time.Hour)
		if _, err := d.SQL().Exec("INSERT INTO sessions_open (id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, ending_id, told_up_kbps, told_down_kbps, told_bytes, before_seconds, before_up, before_down)"+
			" SELECT 9, router_id, '9', epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, ?, ?, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 FROM sessions_closed WHERE id = 1", noon.Add(2*time.Hour), noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			ip    string
			at    time.Duration // below zero: now
			sites []int64
			want  string
		}{{"196.201.1.7", -1, nil, "9"}, {"196.201.1.8", -1, nil, ""}, {"196.201.1.7", 0, nil, "1"}, {"196.201.1.7", 30 * time.Minute, nil, "1 3"}, {"196.201.1.7", 30 * time.Minute, []int64{6}, "3"}, {"196.201.1.7", 30 * time.Minute, []int64{}, ""},
			{"196.201.1.7", time.Hour, nil, "3 2"}, {"196.201.1.7", 150 * time.Minute, []int64{5}, "9 2"}, {"196.201.1.7", 3 * time.Hour, nil, "9"}, {"2001:0db8:0::7", time.Minute, nil, "5"}, {"::ffff:196.201.1.8", time.Hour, nil, "4"}} {
			w := WhoHeld{IP: netip.MustParseAddr(one.ip), Sites: one.sites}
			if one.at >= 0 {
				w.At = noon.Add(one.at)
			}
			all, err := b.Holders(context.Background(), w)
			var got []string
			for _, s := range all {
				got = append(got, fmt.Sprint(s.ID))
			}
			if strings.Join(got, " ") != one.want || err != nil {
				t.Errorf("%s after %v at %v: %v, %v; want %q", one.ip, one.at, one.sites, got, err, one.want)
			}
		}
	})
}
