package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/radius/access"
)

var (
	grantColumns = "id, site_id, plan, segment, owner, state, limits, router_id, mac, ip, first_used_at, until, unused_seconds, used_seconds, used_bytes, free_bytes, fair_bytes, fair_more, after_grant_id, end_cause, version, changed_s, created_at"
	slotColumns  = "grant_id, n, mac, live, bound_at"
	loginColumns = "id, grant_id, kind, name_hash, name, secret, created_at, used_by"
)

// daysSessions closes one session of each of the first grants: a day's worth.
const daysSessions = `INSERT INTO sessions_closed (id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name,
	mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, ended_at, cause, closed_by)
	SELECT id + ?, router_id, CAST(id + ? AS CHAR), 1, site_id, id, id, CAST(id + ? AS CHAR), mac,
	mac, ip, ?, ?, 3600, 20000000, 300000000, 1, ?, 'User-Request', 'router' FROM grants WHERE id <= ?`

// past is of people who come every day: an active grant each, with a device and a log-in code, and their sessions of the
// days before, the oldest first. Grants are numbered from 1; sessions of a day from a multiple of a million.
func (w *benchWorld) past(ctx context.Context, sessions int) error {
	if err := w.bulk(ctx); err != nil {
		return err
	}
	if err := w.logins(ctx); err != nil {
		return err
	}
	days := (sessions + benchLogins - 1) / benchLogins
	for day := days; day > 0; day-- {
		first, end := day*1_000_000, w.Clock.Now().Add(-time.Duration(day)*24*time.Hour)
		_, err := w.DB.SQL().ExecContext(ctx, daysSessions, first, first, first, end.Add(-time.Hour), end, end, min(benchLogins, sessions))
		if err != nil {
			return err
		}
		sessions -= benchLogins
	}
	return nil
}

// bulk makes filling bearable. SQLite's settings end with its connection; a MariaDB of the tests is small, and one for a
// provider of this size is not.
func (w *benchWorld) bulk(ctx context.Context) error {
	statements := []string{"PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000"}
	if w.DB.Dialect() == db.MySQL {
		statements = []string{"SET GLOBAL innodb_buffer_pool_size = 2147483648"}
	}
	for _, s := range statements {
		if _, err := w.DB.SQL().ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (w *benchWorld) logins(ctx context.Context) error {
	now := w.Clock.Now()
	limits := string(access.EncodeLimits(access.Limits{UpKbps: 2000, DownKbps: 5000, Time: 24 * time.Hour, Devices: 1}))
	sealed, err := w.Keys.Seal("login", []byte("a log-in code"))
	if err != nil {
		return err
	}
	for range benchLogins {
		w.codes = append(w.codes, string(access.LogInCodes.New()))
	}
	grants := func(i int64) []any {
		return []any{i + 1, w.site.ID, "day", "hotspot", "", "active", limits, w.routers[i%benchRouters].ID, benchMAC(i), "10.5.0.9", now, now.Add(24 * time.Hour),
			0, 0, 0, 0, 0, 0, 0, "", 1, 0, now}
	}
	slots := func(i int64) []any { return []any{i + 1, 1, benchMAC(i), 1, now} }
	logins := func(i int64) []any {
		return []any{i + 1, i + 1, "code", w.Keys.Lookup("login", w.codes[i]), sealed, sealed, now, ""}
	}
	for _, t := range []struct {
		name, columns string
		row           func(int64) []any
	}{{"grants", grantColumns, grants}, {"grant_slots", slotColumns, slots}, {"logins", loginColumns, logins}} {
		if err := w.insert(ctx, t.name, t.columns, t.row); err != nil {
			return err
		}
	}
	return nil
}

func benchMAC(grant int64) access.MAC { return access.MAC(fmt.Sprintf("0d%010x", grant)) }

// insert writes a row for each login, many a statement.
func (w *benchWorld) insert(ctx context.Context, table, columns string, row func(i int64) []any) error {
	const some = 500
	one := "(?" + strings.Repeat(", ?", strings.Count(columns, ",")) + ")"
	statement := "INSERT INTO " + table + " (" + columns + ") VALUES " + one + strings.Repeat(", "+one, some-1)
	for from := int64(0); from < benchLogins; from += some {
		var values []any
		for i := from; i < from+some; i++ {
			values = append(values, row(i)...)
		}
		if _, err := w.DB.SQL().ExecContext(ctx, statement, values...); err != nil {
			return err
		}
	}
	return nil
}
