package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/load"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

var (
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

// logins gives one grant through the service and copies it; each copy gets a slot and a name of its own.
func (w *benchWorld) logins(ctx context.Context) error {
	now := w.Clock.Now()
	err := w.DB.InTx(ctx, func(tx *db.Tx) error {
		given, err := w.Access.Give(tx, access.Offer{Source: access.Source{Kind: "order", Key: "bench"}, SiteID: w.site.ID, Plan: "day",
			Limits: access.Limits{UpKbps: 2000, DownKbps: 5000, Valid: 24 * time.Hour, Devices: 1}})
		if err != nil {
			return err
		}
		if err := w.Access.NameLogin(tx, given.GrantID, "first", "secret"); err != nil {
			return err
		}
		w.template = given.GrantID
		return nil
	})
	if err != nil {
		return err
	}
	a := w.Access.Admit(ctx, access.Attempt{Name: "first", MAC: "0c0000000001", SiteID: w.site.ID, Verify: func(string) bool { return true }}) // makes it active
	if a.Cause != access.CauseOK {
		return fmt.Errorf("the first log-in: %s", a.Cause)
	}
	if err := w.copyGrants(ctx); err != nil {
		return err
	}
	slots := func(i int64) []any { return []any{i + 1, 1, benchMAC(i), 1, now} }
	if err := w.insert(ctx, "grant_slots", slotColumns, slots); err != nil {
		return err
	}
	return w.insert(ctx, "logins", loginColumns, func(i int64) []any {
		person := load.Login{Name: fmt.Sprintf("user%06d", i), Password: fmt.Sprintf("pass%06d", i), MAC: benchMAC(i).Colons()}
		w.people = append(w.people, person)
		name, e1 := w.Keys.Seal("login", []byte(person.Name))
		secret, e2 := w.Keys.Seal("login", []byte(person.Password))
		err = errors.Join(err, e1, e2)
		return []any{i + 1, i + 1, "name", w.Keys.Lookup("login", person.Name), name, secret, now, ""}
	})
}

func (w *benchWorld) copyGrants(ctx context.Context) error {
	others := strings.Join(slices.DeleteFunc(testdb.Columns(w.tb, w.DB, "grants"), func(name string) bool { return name == "id" }), ", ")
	copied := "INSERT INTO grants (id, " + others + ") SELECT "
	_, err := w.DB.SQL().ExecContext(ctx, copied+"1, "+others+" FROM grants WHERE id = ?", w.template)
	for n := 1; n < benchLogins && err == nil; n *= 2 {
		_, err = w.DB.SQL().ExecContext(ctx, copied+"id + ?, "+others+" FROM grants WHERE id <= ?", n, min(n, benchLogins-n))
	}
	if err == nil { // long ago: what was written lately is read every second
		_, err = w.DB.SQL().ExecContext(ctx, "UPDATE grants SET changed_s = changed_s - 3600")
	}
	return err
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
