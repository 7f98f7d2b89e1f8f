package cutover

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/testdb"
)

// settles does all that waits.
func (h *house) settles() {
	h.Helper()
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- h.queue.Run(running) }()
	if err := h.queue.Idle(ctx); err != nil {
		h.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		h.Fatal(err)
	}
}

func (h *house) is(id int64, state string) Source {
	h.Helper()
	h.settles()
	s, err := h.desk.Get(ctx, id)
	if err != nil || s.State != state {
		h.Fatalf("%+v is not %s: %v", s, state, err)
	}
	return s
}

const people = "name,phone,account,login,password,plan,price,router,expiry,balance\n" +
	"Amina,0712345678,A-1,amina,mango-tree-9,Home 10,,Kasarani,2026-12-20,250\n" +
	"Ben,0722345678,A-2,ben,mango-tree-8,Gold,3500,Kasarani,2026-12-20,-100\n" +
	"Cleo,0733345678,A-3,cleo,mango-tree-7,Silver,,Kasarani,2026-12-20,\n" +
	"Dan,0733345679,A-4,dan,,Home 10,,Kasarani,2026-12-20,5\n"

func (h *house) asked(kind string) Asked {
	return Asked{Kind: kind, SiteID: h.site, Zone: "Africa/Nairobi", Make: true}
}

// TestBroughtInFromThePage: a file is read in the background, told of, brought in and taken back, as the commands do it; what it holds is sealed, and
// no password is in what is told.
func TestBroughtInFromThePage(t *testing.T) {
	each(t, func(h *house) {
		s, err := h.desk.Bring(ctx, h.asked(FromCSV), `C:\Users\Asha\people.csv`, strings.NewReader(people), asha)
		if err != nil || s.File != "people.csv" {
			t.Fatal(s, err)
		}
		h.is(s.ID, Told)
		a, err := h.desk.Account(ctx, s.ID)
		if err != nil || a.Tally["customer"][Fresh] != 3 || a.Tally["line"][Fresh] != 2 || a.Tally["line"][Later] != 1 || a.Tally["plan"][Fresh] != 1 || a.Opened != 15_000 || len(a.Made) != 1 || a.Made[0].Cents != 350_000 {
			t.Fatalf("%+v %v", a, err)
		}
		if fmt.Sprint(a.Plans) != "[Silver]" || !a.Groups[0].Holds || strings.Contains(fmt.Sprint(a), "mango") || h.count("customers") != 0 {
			t.Errorf("%+v", a)
		}
		h.sealed("mango")
		change := h.asked(FromNux) // a kind stays
		change.Plans = map[string]string{"Silver": "home-10"}
		if err := h.desk.Change(ctx, s.ID, change, asha); err != nil {
			t.Fatal(err)
		}
		h.is(s.ID, Told)
		if err := h.desk.Start(ctx, s.ID, asha); err != nil {
			t.Fatal(err)
		}
		if err := h.desk.Start(ctx, s.ID, asha); fault.KeyOf(err) != "cutover.source_moved" {
			t.Error(err)
		}
		came := h.is(s.ID, Came)
		if a, err = h.desk.Account(ctx, s.ID); err != nil || came.ImportID == 0 || a.Tally["line"][Fresh] != 3 || h.count("customers") != 3 || h.count("plans") != 2 {
			t.Errorf("%+v %+v %v", came, a, err)
		}
		h.proves(15_000)
		if err := h.desk.Drop(ctx, s.ID, asha); fault.KeyOf(err) != "cutover.source_moved" {
			t.Error(err)
		}
		if err := h.desk.Back(ctx, s.ID, asha); err != nil {
			t.Fatal(err)
		}
		h.is(s.ID, Gone)
		if a, err = h.desk.Account(ctx, s.ID); err != nil || a.Tally["customer"]["gone"] != 3 || len(a.Listed) != 0 || h.count("import_told") != 0 || h.count("customers") != 0 || h.count("plans") != 1 {
			t.Errorf("%+v %v", a, err)
		}
		if err := h.desk.Drop(ctx, s.ID, asha); err != nil || h.count("import_sources") != 0 || h.count("import_pieces") != 0 {
			t.Error(err)
		}
		if n := h.count("audit_events WHERE object = 'import'"); n != 7 {
			t.Errorf("%d events are on the trail", n)
		}
	})
}

// TestWhatCameInPartIsNotDropped: an import that stopped half-way can be gone on with or taken back, and not be forgotten with people in it.
func TestWhatCameInPartIsNotDropped(t *testing.T) {
	each(t, func(h *house) {
		s, err := h.desk.Bring(ctx, h.asked(FromCSV), "people.csv", strings.NewReader(people), asha)
		if err != nil {
			t.Fatal(err)
		}
		h.is(s.ID, Told)
		if err := h.desk.Back(ctx, s.ID, asha); fault.KeyOf(err) != "cutover.source_moved" {
			t.Error("nothing came:", err)
		}
		if err := h.desk.Start(ctx, s.ID, asha); err != nil {
			t.Fatal(err)
		}
		came := h.is(s.ID, Came)
		for _, state := range []string{Told, Failed} { // as after a file that is gone, or a router that is silent, half-way
			h.tx(func(tx *db.Tx) error {
				_, err := h.desk.setSource(tx, s.ID, state, map[string]any{"reason": reasonText(conflict("cutover.file_gone"))}, nil, Came, Told)
				return err
			})
			if err := h.desk.Drop(ctx, s.ID, asha); fault.KeyOf(err) != "cutover.source_moved" {
				t.Errorf("%s: %v", state, err)
			}
		}
		if err := h.desk.Back(ctx, came.ID, asha); err != nil {
			t.Fatal(err)
		}
		h.is(s.ID, Gone)
		if h.count("customers") != 0 {
			t.Error("somebody is left")
		}
		if err := h.desk.Drop(ctx, s.ID, asha); err != nil {
			t.Error(err)
		}
	})
}

// sealed wants no piece to hold a text.
func (h *house) sealed(text string) {
	h.Helper()
	var all [][]byte
	h.tx(func(tx *db.Tx) error { return tx.Gorm().Raw("SELECT content FROM import_pieces").Scan(&all).Error })
	for _, piece := range all {
		if bytes.Contains(piece, []byte(text)) {
			h.Error("a piece is not sealed")
		}
	}
	if len(all) == 0 {
		h.Error("nothing is kept")
	}
}

// TestSourcesThatCannotBeRead: what is wrong is said, and can be mended without bringing the file again.
func TestSourcesThatCannotBeRead(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	for want, a := range map[string]Asked{"cutover.kind": h.asked("splynx"), "cutover.which_router": h.asked(FromRouter), "cutover.no_file": h.asked(FromNux), "cutover.zone": {Kind: FromNux, Zone: "Here"}} {
		if _, err := h.desk.Bring(ctx, a, "", strings.NewReader(""), asha); fault.KeyOf(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	if _, err := h.desk.Bring(ctx, h.asked(FromCSV), "x", strings.NewReader(strings.Repeat("x", MostOctets+1)), asha); fault.KeyOf(err) != "cutover.file_size" {
		t.Error(err)
	}
	s, err := h.desk.Bring(ctx, h.asked(FromCSV), "x.csv", strings.NewReader("Jina,Mtumiaji,Siri,Mpango\nAmina,amina,x,Home 10\n"), asha)
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.desk.Account(ctx, h.is(s.ID, Told).ID)
	if err != nil || a.Tally["line"][Fresh] != 0 {
		t.Errorf("%+v %v", a, err)
	}
	wrong := h.asked(FromCSV)
	wrong.Columns = map[string]string{"login": "No such"}
	if err := h.desk.Change(ctx, s.ID, wrong, asha); err != nil {
		t.Fatal(err)
	}
	if failed := h.is(s.ID, Failed); fault.KeyOf(failed.Reason) != "incoming.no_column" {
		t.Errorf("%v", failed.Reason)
	}
	wrong.Columns = map[string]string{"login": "Mtumiaji", "password": "Siri", "plan": "Mpango"}
	if err := h.desk.Change(ctx, s.ID, wrong, asha); err != nil {
		t.Fatal(err)
	}
	if a, err = h.desk.Account(ctx, h.is(s.ID, Told).ID); err != nil || a.Tally["line"][Fresh] != 1 {
		t.Errorf("%+v %v", a, err)
	}
	h.clock.Advance(keptFor + time.Hour)
	if err := h.desk.Clean(ctx); err != nil || h.count("import_pieces WHERE kind = 'file'") != 0 || h.count("import_pieces") != 1 {
		t.Error("the file is not forgotten", err)
	}
	if err := h.desk.Start(ctx, s.ID, asha); err != nil {
		t.Fatal(err)
	}
	if told := h.is(s.ID, Told); fault.KeyOf(told.Reason) != "cutover.file_gone" || h.count("customers") != 0 {
		t.Errorf("%+v", told)
	}
}

// TestRowsAreReadInParts: of a long account a page is read and not the whole; the rows go after a while, and with them a source of which nothing is here.
func TestRowsAreReadInParts(t *testing.T) {
	each(t, func(h *house) {
		var file strings.Builder
		file.WriteString("name,phone,account,login,password,plan,router,balance\n")
		const n = 2*rowsOfPiece + 30
		for row := range n {
			fmt.Fprintf(&file, "Wanjiru %04d,,A-%d,,,,,0\n", row, row)
		}
		s, err := h.desk.Bring(ctx, h.asked(FromCSV), "long.csv", strings.NewReader(file.String()), asha)
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.desk.Account(ctx, h.is(s.ID, Told).ID)
		if err != nil || a.Listed[Fresh] != n {
			t.Fatalf("%+v %v", a.Listed, err)
		}
		var read []string
		for from := 0; ; from += 100 {
			some, err := h.desk.Rows(ctx, s.ID, Fresh, from, 100)
			if err != nil || len(some) > 100 {
				t.Fatal(len(some), err)
			}
			for _, r := range some {
				read = append(read, r.Name)
			}
			if len(some) < 100 {
				break
			}
		}
		for at, name := range read {
			if name != fmt.Sprintf("Wanjiru %04d", at) {
				t.Fatalf("row %d is %s", at, name)
			}
		}
		if len(read) != n || h.count("import_told") != 3 {
			t.Errorf("%d of %d rows, in %d parts", len(read), n, h.count("import_told"))
		}
		if none, err := h.desk.Rows(ctx, s.ID, Fresh, n, 100); err != nil || len(none) != 0 {
			t.Error(len(none), err)
		}
		asked := testdb.Statements(t, h.DB)
		if _, err := h.desk.Rows(ctx, s.ID, Fresh, 0, 100); err != nil || len(asked()) != 1 {
			t.Error("more than a part is read", err)
		}
		h.clock.Advance(rowsKeptFor - time.Hour)
		if err := h.desk.Clean(ctx); err != nil || h.count("import_told") != 3 {
			t.Error(h.count("import_told"), err)
		}
		h.clock.Advance(2 * time.Hour)
		if err := h.desk.Clean(ctx); err != nil || h.count("import_told") != 0 || h.count("import_sources") != 0 || h.count("import_pieces") != 0 {
			t.Error(h.count("import_told"), h.count("import_sources"), err)
		}
	})
}

// TestALongAccountIsBounded: rows beyond what is kept are counted.
func TestALongAccountIsBounded(t *testing.T) {
	r := &Report{Counts: map[string]*incoming.Count{}}
	for range mostRowsTold + 7 {
		r.add(Verdict{What: "customer", Do: Refused})
	}
	for n := range 2 * mostPlansTold {
		r.Left = append(r.Left, incoming.Told{Name: fmt.Sprint("plan ", n), Why: conflict("cutover.no_plan")})
	}
	if a := accountOf(r); a.Listed[Refused] != mostRowsTold+7 || len(a.rows[Refused]) != mostRowsTold || len(a.Plans) != mostPlansTold {
		t.Errorf("%d counted, %d kept, %d plans", a.Listed[Refused], len(a.rows[Refused]), len(a.Plans))
	}
}

// TestTheStoreIsBounded: files beyond what is kept are refused until some go.
func TestTheStoreIsBounded(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	big := strings.Repeat("x", MostOctets)
	for n := range mostKept/MostOctets + 1 {
		_, err := h.desk.Bring(ctx, h.asked(FromCSV), "x.csv", strings.NewReader(big), asha)
		if full := n == mostKept/MostOctets; (fault.KeyOf(err) == "cutover.store_full") != full {
			t.Errorf("file %d: %v", n, err)
		}
	}
}

// TestARouterIsAskedFromThePage: without a file, a router says itself whom it has; silent, it is said so.
func TestARouterIsAskedFromThePage(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	a := h.asked(FromRouter)
	a.Router, a.Plans = "Kasarani", map[string]string{"default": "home-10"}
	s, err := h.desk.Bring(ctx, a, "", strings.NewReader(""), asha)
	if err != nil {
		t.Fatal(err)
	}
	if failed := h.is(s.ID, Failed); fault.KeyOf(failed.Reason) != "cutover.router_silent" {
		t.Errorf("%v", failed.Reason)
	}
	h.menus = map[string][]map[string]string{"/ppp/secret": {{".id": "*1", "name": "amina", "password": "x", "service": "pppoe", "profile": "default"}}}
	if err := h.desk.Change(ctx, s.ID, a, asha); err != nil {
		t.Fatal(err)
	}
	h.is(s.ID, Told)
	if err := h.desk.Start(ctx, s.ID, asha); err != nil {
		t.Fatal(err)
	}
	h.is(s.ID, Came)
	if h.count("subscriptions") != 1 {
		t.Error("nobody came")
	}
}
