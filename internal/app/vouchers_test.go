package app

import (
	"context"
	"encoding/csv"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// TestVouchersByCommandsAlone is the part of "must be shown" 7 of issue 5 that commands do.
func TestVouchersByCommandsAlone(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inExampleHouse(t, dialect)
			var made batchLine
			fromJSON(t, must(t, "vouchers", "issue", "--plan", "day", "--site", "kasarani", "--count", "60", "--json"), &made)
			if made.Batch != 1 || made.State != vouchers.Ready || made.Made != 60 || made.Stock["made"] != 60 {
				t.Errorf("%+v", made)
			}
			code, _, said := runCommand(t, "vouchers", "issue", "--plan", "day", "--count", "1000", "--digits", "--length", "8")
			if code != 1 || !strings.Contains(said, "take 10 random symbols") {
				t.Errorf("exit %d: %s", code, said)
			}
			rows, err := csv.NewReader(strings.NewReader(must(t, "vouchers", "export", "--batch", "1", "--csv"))).ReadAll()
			if err != nil || len(rows) != 61 || rows[60][0] != "1-000060" || rows[60][7] != "printed" {
				t.Fatalf("%v, %v", rows, err)
			}
			var deeds []deedLine
			fromJSON(t, must(t, "vouchers", "sign-out", "--batch", "1", "--sheet", "2", "--cards", "24", "--to", "Mama Njeri", "--paid", "--json"), &deeds)
			if len(deeds) != 1 || deeds[0].First != 25 || deeds[0].Last != 48 || deeds[0].Moved != 24 {
				t.Errorf("%+v", deeds)
			}
			fromJSON(t, must(t, "vouchers", "void", "--holder", "Mama Njeri", "--reason", "stolen", "--json"), &deeds)
			if len(deeds) != 1 || deeds[0].Moved != 24 {
				t.Errorf("%+v", deeds)
			}
			var found voucherLine
			fromJSON(t, must(t, "vouchers", "find", strings.ToLower(rows[30][1]), "--json"), &found)
			if found.Serial != "1-000030" || found.State != "void" || found.Holder != "Mama Njeri" {
				t.Errorf("%+v", found)
			}
			fromJSON(t, must(t, "vouchers", "void", "--undo", deeds[0].Deed, "--json"), &deeds)
			fromJSON(t, must(t, "vouchers", "find", "1-000030", "--json"), &found)
			if found.State != "signed_out" || !found.Paid {
				t.Errorf("%+v", found)
			}
			var books proofReport
			fromJSON(t, must(t, "ledger", "verify", "--json"), &books)
			if len(books.Problems) != 0 {
				t.Errorf("%+v", books)
			}
			readsLedgerByCommands(t)
		})
	}
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// typeCode goes to the page of codes as a phone at a router does, and sends the code with what the page holds.
func typeCode(t *testing.T, address, code string) string {
	t.Helper()
	page, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	body, _ := io.ReadAll(page.Body)
	fields := url.Values{"code": {code}}
	for _, m := range hiddenInput.FindAllStringSubmatch(string(body), -1) {
		fields.Set(m[1], html.UnescapeString(m[2]))
	}
	target := *page.Request.URL
	target.RawQuery = ""
	answer, err := http.PostForm(target.String(), fields)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ = io.ReadAll(answer.Body)
	return string(body)
}

// TestAVoucherBringsAPhoneOnline: scanned, sent from the portal, and put online by the server; the books hold before and after it is used up.
func TestAVoucherBringsAPhoneOnline(t *testing.T) {
	s := openStage(t, 1)
	pairs := s.voided(t)
	b, err := s.Main.Vouchers.ByNumber(t.Context(), 1)
	if err != nil || len(pairs) == 0 {
		t.Fatal(err)
	}
	by := vouchers.By{Actor: "test"}
	if _, err := s.Main.Vouchers.Do(t.Context(), vouchers.Deed{Kind: vouchers.DeedSignOut, BatchID: b.ID, First: 6, Last: 10, Money: true, Holder: "kiosk"}, by); err != nil {
		t.Fatal(err)
	}
	codes := map[int]access.Code{}
	if err := s.Main.Vouchers.Export(t.Context(), vouchers.Copying{BatchID: b.ID}, by, func(_ vouchers.Batch, v vouchers.Voucher) error { codes[v.Serial] = v.Code; return nil }); err != nil {
		t.Fatal(err)
	}
	device, err := s.Routers["kasarani-1"].Join("02a1b2c3d4bb")
	if err != nil {
		t.Fatal(err)
	}
	landing, err := http.Get(device.URL()) // the router's page leads to the portal's
	if err != nil {
		t.Fatal(err)
	}
	_ = landing.Body.Close()
	scanned := *landing.Request.URL
	scanned.Path = strings.ToUpper("/v/kasarani/" + string(codes[7]))
	for serial, want := range map[int]string{1: "do not know that code", 20: "do not know that code"} { // void, and not signed out
		if page := typeCode(t, scanned.String(), string(codes[serial])); !strings.Contains(page, want) {
			t.Errorf("voucher %d: %s", serial, page)
		}
	}
	page := typeCode(t, scanned.String(), strings.ToLower(codes[7].Grouped(4)))
	if !strings.Contains(page, "1 day") {
		t.Fatal(page)
	}
	until(t, 15*time.Second, "online", device.Online)
	prove := func() {
		t.Helper()
		problems, err := s.Main.proofs().Prove(context.Background())
		if err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
	}
	prove()
	_, v, err := s.Main.Vouchers.Find(t.Context(), vouchers.Serial(b.Number, 7))
	if err != nil || v.State != vouchers.Used || v.GrantID == 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := s.Main.Vouchers.Do(t.Context(), vouchers.Deed{Kind: vouchers.DeedVoid, BatchID: b.ID, First: 6, Last: 10, Cut: true, Reason: "stolen"}, by); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "offline", func() bool { return !device.Online() })
	idle(t, s)
	prove()
}

// idle waits until no job is due.
func idle(t *testing.T, s *Stage) {
	t.Helper()
	watch := clock.Stopwatch()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.Main.Jobs.Idle(ctx); err != nil {
		t.Fatal(err, watch())
	}
}

// TestTheBatchsPageIsLoadedOnceMoreWhenItIsMade: the page of a batch follows its making, and is loaded once more when that is over.
func TestTheBatchsPageIsLoadedOnceMoreWhenItIsMade(t *testing.T) {
	s := openStage(t, 1)
	batch := "/office" + s.voided(t)[1]
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	for _, part := range []string{"", "true"} {
		r, err := http.NewRequest(http.MethodGet, owner.base+batch, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "mtandao_office", Value: owner.token})
		r.Header.Set("HX-Request", part)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.Header.Get("HX-Refresh") != part || strings.Contains(string(body), "hx-get") {
			t.Errorf("part %q: HX-Refresh %q, %v\n%s", part, answer.Header.Get("HX-Refresh"), err, body)
		}
	}
}
