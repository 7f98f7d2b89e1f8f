package radius

import (
	"context"
	"fmt"
	"strings"
	"testing"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func (b *bench) cutOff(t testing.TB, id int64) (enforcementID int64, err error) {
	t.Helper()
	err = b.db.InTx(context.Background(), func(tx *db.Tx) error {
		enforcementID, err = b.CutOff(tx, id)
		return err
	})
	return enforcementID, err
}

func (b *bench) openNow(t testing.TB, w Which) []Online {
	t.Helper()
	w.Limit = 50
	open, err := b.OpenSessions(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	return open
}

// TestASessionIsCutOffByHand: a person finds it, ends it once, and sees what became of it.
func TestASessionIsCutOffByHand(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.coa.answers(answerWith(codec.CodeDisconnectACK))
		b.applied(t, aStart)
		for name, w := range map[string]Which{"all": {}, "of its site": {Sites: []int64{3}}, "of its router": {RouterID: 7}, "by its device": {MAC: testMAC}} {
			if open := b.openNow(t, w); len(open) != 1 {
				t.Errorf("%s: %d", name, len(open))
			}
		}
		for name, w := range map[string]Which{"of another site": {Sites: []int64{4}}, "of no site": {Sites: []int64{}}, "of another router": {RouterID: 8}, "by another device": {MAC: "112233445566"},
			"that should be over": {Ending: true}} {
			if open := b.openNow(t, w); len(open) != 0 {
				t.Errorf("%s: %d", name, len(open))
			}
		}
		session := b.openNow(t, Which{})[0]
		first, err := b.cutOff(t, session.ID)
		if err != nil || first == 0 {
			t.Fatal(first, err)
		}
		if again, err := b.cutOff(t, session.ID); again != first && !fault.Is(err, fault.NotFound) {
			t.Errorf("asked again: %d, not %d: %v", again, first, err)
		}
		e := b.enforcement(t, WantDisconnect, Done, gone)
		if e.ID != first || e.Cause != string(CauseStaff) {
			t.Errorf("%+v", e)
		}
		if _, err := b.cutOff(t, session.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a session that is over: %v", err)
		}
		if err := b.db.InTx(context.Background(), func(tx *db.Tx) error { return b.TryAgain(tx, e.ID) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("what is done is tried again: %v", err)
		}
	})
}

// TestWhatWasGivenUpIsTriedAgain: the router has come back, and a person does not make the guest pay twice.
func TestWhatWasGivenUpIsTriedAgain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.dialect.fails(fault.New(fault.Invalid, "router.no_api"), nil)
		b.emit(t, "grant resumed", atGate)
		e := b.enforcement(t, WantLogIn, GivenUp, noWay)
		b.dialect.fails(nil, nil)
		if err := b.db.InTx(context.Background(), func(tx *db.Tx) error { return b.TryAgain(tx, e.ID) }); err != nil {
			t.Fatal(err)
		}
		eventually(t, "told again", func() bool {
			again, err := b.Enforcement(context.Background(), e.ID)
			return err == nil && again.State == Done
		})
		for state, want := range map[string]int{Done: 1, GivenUp: 0, "": 1} {
			if all, err := b.Enforcements(context.Background(), Which{State: state, Limit: 50}); err != nil || len(all) != want {
				t.Errorf("%q: %d %v", state, len(all), err)
			}
		}
	})
}

// TestOpenSessionsOfSomeSites: who is told of some sites pages through the sessions that are open there, the newest or the oldest first, also of one plan, and no
// page sorts all that are open.
func TestOpenSessionsOfSomeSites(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		if err := d.InTx(context.Background(), func(tx *db.Tx) error {
			for id := int64(1); id <= 400; id++ { // 1 is at site 1, and so on up to site 4
				if err := tx.Gorm().Exec("INSERT INTO sessions_open (id, router_id, session_key, epoch, site_id, grant_id, login_id, session_id, user_name, mac, ip, started_at, updated_at, online_seconds, bytes_up, bytes_down, wide, ending_id, told_up_kbps, told_down_kbps, told_bytes, before_seconds, before_up, before_down)"+
					" VALUES (?, 1, ?, 1, ?, ?, 1, 'x', 'asha', '02a1b2c3d4aa', '', ?, ?, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)", id, fmt.Sprint(id), (id-1)%4+1, id%3, noon, noon).Error; err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if d.Dialect() == db.MySQL { // which guesses its plans by what it knows of the rows
			if _, err := d.SQL().Exec("ANALYZE TABLE sessions_open"); err != nil {
				t.Fatal(err)
			}
		}
		asked := testdb.Statements(t, d)
		for _, c := range []struct {
			w    Which
			want string
		}{
			{Which{}, "[400 399 398]"}, {Which{Sort: ByOldest, Before: 5}, "[6 7 8]"}, {Which{Sites: []int64{2}}, "[398 394 390]"}, {Which{Sites: []int64{2, 3}}, "[399 398 395]"}, {Which{Sites: []int64{3, 2}, Before: 12}, "[11 10 7]"},
			{Which{Sites: []int64{2, 3}, Sort: ByOldest}, "[2 3 6]"}, {Which{Sites: []int64{2, 3}, Sort: ByOldest, Before: 7}, "[10 11 14]"}, {Which{Sites: []int64{}}, "[]"}, {Which{Sites: []int64{8, 9}}, "[]"}, {Which{Sites: []int64{1, 2}, Plan: "none"}, "[]"},
		} {
			c.w.Limit = 3
			all, err := b.OpenSessions(t.Context(), c.w)
			ids := []int64{}
			for _, o := range all {
				ids = append(ids, o.ID)
			}
			if err != nil || fmt.Sprint(ids) != c.want {
				t.Errorf("%+v: %v, want %s: %v", c.w, ids, c.want, err)
			}
		}
		seen := 0
		for _, one := range asked() {
			if strings.Contains(one, "site_id") {
				seen++
				sortsNothing(t, d, one)
			}
		}
		if seen < 10 {
			t.Errorf("%d statements about sites", seen)
		}
	})
}

// sortsNothing fails when a database would sort rows to answer a statement.
func sortsNothing(t *testing.T, d *db.DB, statement string) {
	t.Helper()
	explain, sorts := "EXPLAIN QUERY PLAN ", "TEMP B-TREE"
	if d.Dialect() == db.MySQL {
		explain, sorts = "EXPLAIN FORMAT=JSON ", "filesort"
	}
	values := make([]any, strings.Count(statement, "?"))
	for n := range values {
		values[n] = 2
	}
	rows, err := d.SQL().Query(explain+statement, values...)
	if err != nil {
		t.Fatal(statement, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		told := make([]any, len(columns))
		for n := range told {
			told[n] = new(string)
		}
		if err := rows.Scan(told...); err != nil {
			t.Fatal(err)
		}
		if plan := *told[len(told)-1].(*string); strings.Contains(plan, sorts) {
			t.Errorf("%s sorts:\n%s", statement, plan)
		}
	}
}
