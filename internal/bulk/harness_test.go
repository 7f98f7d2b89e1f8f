package bulk

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &runRow{}, &itemRow{}, &priceRow{}) })
}

// lamp is what is switched in the tests: on or off, at a site; each switch raises its version.
type lamp struct {
	ID       int64
	SiteID   int64
	Lit      int64
	Version  int64
	Switched int64
}

func (lamp) TableName() string { return "test_lamps" }

// lamps are Things: Pause switches one off, Resume on.
type lamps struct {
	d       *db.DB
	broken  int64             // the lamp that cannot be switched, for a cause of ours
	between func(id int64)    // called before one is switched
	finding func(page string) // called before a page is found
}

const lampPage = 7

func (l *lamps) Find(ctx context.Context, f Filter, after string) (ids []int64, next string, err error) {
	if l.finding != nil {
		l.finding(after)
	}
	at, _ := strconv.ParseInt(after, 10, 64)
	err = l.d.Read(ctx).Model(&lamp{}).Where("id > ?", at).Order("id").Limit(lampPage).Pluck("id", &ids).Error
	if len(ids) == lampPage {
		next = strconv.FormatInt(ids[lampPage-1], 10)
	}
	return ids, next, err
}

func why(o Order, one Item, is lamp) error {
	want := int64(0)
	if o.Kind == Resume {
		want = 1
	}
	switch {
	case is.ID == 0 || o.Allows(is.SiteID) != nil:
		return NotTheirs()
	case one.Seen != 0 && one.Seen != is.Version:
		return ChangedSince()
	case is.Lit == want:
		return fault.New(fault.Conflict, "bulk.rests")
	}
	return nil
}

func (l *lamps) Look(ctx context.Context, o Order, some []Item) ([]Item, error) {
	for n, one := range some {
		var is lamp
		if err := l.d.Read(ctx).Where("id = ?", one.ID).Limit(1).Find(&is).Error; err != nil {
			return nil, err
		}
		some[n].Why, some[n].Cents = why(o, one, is), 5
	}
	return some, nil
}

func (l *lamps) Do(tx *db.Tx, o Order, one Item) (int64, error) {
	if l.between != nil {
		l.between(one.ID)
	}
	if err := tx.Gorm().Exec("UPDATE test_lamps SET lit = lit WHERE id = ?", one.ID).Error; err != nil { // who is second waits
		return 0, err
	}
	var is lamp
	if err := tx.Gorm().Where("id = ?", one.ID).Limit(1).Find(&is).Error; err != nil {
		return 0, err
	}
	if err := tx.Gorm().Model(&lamp{}).Where("id = ?", one.ID).Updates(map[string]any{"lit": 1 - is.Lit, "version": is.Version + 1, "switched": is.Switched + 1}).Error; err != nil {
		return 0, err
	}
	if one.ID == l.broken {
		return 0, fault.New(fault.Internal, "internal")
	}
	return is.Version + 1, why(o, one, is)
}

// crew are the members of the tests.
type crew map[int64]staff.Member

func (c crew) Member(_ context.Context, id int64) (staff.Member, error) { return c[id], nil }

func (c crew) MemberTx(_ *db.Tx, id int64) (staff.Member, error) { return c[id], nil }

// house is where lamps are switched.
type house struct {
	testing.TB
	*Service
	clock *clock.Manual
	lamps *lamps
	crew  crew
	d     *db.DB
	n     int
}

var (
	asha  = By{"asha@example.com", "10.0.0.1", 11}
	brian = By{"brian@example.com", "10.0.0.2", 12}
)

var switchers = []staff.Role{{Key: "switcher", Permissions: []staff.Permission{staff.AccessChange}}}

// open is a house with lamps that burn, 1 to n, of which each third is at site 2.
func open(t testing.TB, d *db.DB, n int) *house {
	t.Helper()
	h := &house{TB: t, d: d, clock: clock.NewManual(clock.Date(2027, 3, 5).Start().Add(9 * time.Hour)), lamps: &lamps{d: d},
		crew: crew{asha.Member: {ID: 11, State: staff.Active, Roles: switchers}, brian.Member: {ID: 12, State: staff.Active, Roles: switchers, Sites: []int64{2}}}}
	if _, err := d.SQL().Exec("CREATE TABLE test_lamps (id BIGINT NOT NULL PRIMARY KEY, site_id BIGINT NOT NULL, lit BIGINT NOT NULL, version BIGINT NOT NULL, switched BIGINT NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	for id := int64(1); id <= int64(n); id++ {
		site := 1 + id%3/2
		if _, err := d.SQL().Exec("INSERT INTO test_lamps VALUES (?, ?, 1, 1, 0)", id, site); err != nil {
			t.Fatal(err)
		}
	}
	h.Service = New(Options{DB: d, Jobs: jobs.New(d, h.clock, slog.New(slog.DiscardHandler)), Clock: h.clock, Settings: settings.New(d, h.clock), Members: h.crew, Things: map[Object]Things{Lines: h.lamps}})
	return h
}

// works has the job of a run done once.
func (h *house) works(id int64) error {
	return h.work(context.Background(), jobs.Job{Payload: fmt.Appendf(nil, `{"RunID":%d}`, id)})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) next() string {
	h.n++
	return fmt.Sprint("request", 1000+h.n)
}

// looked is a run that was looked at.
func (h *house) looked(a Ask, by By) Run {
	h.Helper()
	r, err := h.Ask(context.Background(), a, h.next(), by)
	h.must(err)
	h.must(h.works(r.ID))
	return h.is(r.ID)
}

// does starts a run and has it done.
func (h *house) does(id int64, by By) Run {
	h.Helper()
	_, err := h.Start(context.Background(), id, "storm", by)
	h.must(err)
	h.must(h.works(id))
	return h.is(id)
}

// undoing is a run that takes another back, looked at.
func (h *house) undoing(id int64, by By) Run {
	h.Helper()
	r, err := h.Undo(context.Background(), id, by)
	h.must(err)
	h.must(h.works(r.ID))
	return h.is(r.ID)
}

func (h *house) is(id int64) Run {
	h.Helper()
	r, err := h.Run(context.Background(), id)
	h.must(err)
	return r
}

// why is the key of why an object of a run is left; its fate when there is none.
func (h *house) why(runID, objectID int64) string {
	h.Helper()
	all, err := h.Items(context.Background(), runID, "", Place{ID: objectID - 1}, 1)
	h.must(err)
	if len(all) != 1 || all[0].ID != objectID {
		return "not in it"
	}
	if all[0].Why != nil {
		return fault.KeyOf(all[0].Why)
	}
	return string(all[0].Fate)
}

func (h *house) all() map[int64]lamp {
	h.Helper()
	var rows []lamp
	h.must(h.d.Read(context.Background()).Order("id").Find(&rows).Error)
	all := map[int64]lamp{}
	for _, l := range rows {
		all[l.ID] = l
	}
	return all
}

// switches is by somebody else.
func (h *house) switches(id int64) {
	h.Helper()
	_, err := h.d.SQL().Exec("UPDATE test_lamps SET lit = 1 - lit, version = version + 1 WHERE id = ?", id)
	h.must(err)
}
