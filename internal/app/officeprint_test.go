package app

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"mtandao/vouchers"
)

var proofPicture = regexp.MustCompile(`<img class="proof" src="data:image/png;base64,([^"]+)"`)

// TestABatchIsPrintedFromTheConsole: the preview follows what is chosen and shows no real code; the file does, is on the list of deeds,
// and is marked when it is made again.
func TestABatchIsPrintedFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	manager := s.hire(t, "prints@demo.example", []int64{s.seeded.sites["kasarani"].ID}, "manager")
	at := strings.Join(s.voided(t)[:2], "")
	at = "/office" + strings.TrimPrefix(at, "/vouchers/:id")
	if page := manager.ask(http.MethodGet, at, nil).body; !strings.Contains(page, at+"/print") {
		t.Error("no way to print from the batch")
	}
	seen := map[string]bool{}
	for _, chosen := range []url.Values{{}, {"layout": {"50"}}, {"layout": {"50"}, "lang": {"sw"}}, {"layout": {"printer58"}}, {"layout": {"counter"}}} {
		chosen.Set("k", manager.stamp())
		m := proofPicture.FindStringSubmatch(manager.ask(http.MethodPost, at+"/print/look", chosen).body)
		if m == nil || seen[m[1]] {
			t.Fatalf("%v changes nothing", chosen)
		}
		if picture, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(m[1], "&#43;", "+")); err != nil || !strings.HasPrefix(string(picture), "\x89PNG") {
			t.Error(err)
		}
		seen[m[1]] = true
	}
	form := url.Values{"k": {manager.stamp()}, "layout": {"24"}, "lang": {"en"}, "first": {"4"}, "last": {"30"}}
	read := func(pdf string) string {
		t.Helper()
		cmd := exec.Command("pdftotext", "-", "-")
		cmd.Stdin = strings.NewReader(pdf)
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %.200s", err, pdf)
		}
		return string(text)
	}
	codes := map[int]string{}
	b, err := s.Main.Vouchers.ByNumber(t.Context(), 1)
	if err == nil {
		err = s.Main.Vouchers.Export(t.Context(), vouchers.Copying{BatchID: b.ID, As: "csv", Table: true}, vouchers.By{Actor: "test"}, func(b vouchers.Batch, v vouchers.Voucher) error {
			codes[v.Serial] = v.Code.Grouped(b.Group)
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	first, again := read(manager.ask(http.MethodPost, at+"/print", form).body), read(manager.ask(http.MethodPost, at+"/print", form).body)
	if !strings.Contains(first, codes[6]) || !strings.Contains(first, codes[30]) || strings.Contains(first, codes[4]) || !strings.Contains(first, "Void") || strings.Contains(first, "Copy") { // 1 to 5 are void
		t.Error(first)
	}
	if strings.Count(again, "Copy 2") != 25 {
		t.Error(again)
	}
	deeds, err := s.Main.Vouchers.DeedsOf(t.Context(), b.ID)
	if err != nil || deeds[0].Kind != vouchers.DeedPrint || deeds[0].By != "prints@demo.example" || deeds[0].First != 4 || deeds[0].Reason != "24" {
		t.Errorf("%+v, %v", deeds[0], err)
	}
	for name, value := range map[string]string{"last": "31", "first": "x", "layout": "99", "lang": "fr"} {
		bad := url.Values{"k": {manager.stamp()}, "layout": {"24"}, "lang": {"en"}, "first": {"4"}, "last": {"30"}}
		bad.Set(name, value)
		if got := manager.ask(http.MethodPost, at+"/print", bad); got.status != http.StatusBadRequest || strings.HasPrefix(got.body, "%PDF") {
			t.Errorf("%s %s: %d", name, value, got.status)
		}
	}
	elsewhere := s.hire(t, "elsewhere@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	if got := elsewhere.ask(http.MethodPost, at+"/print", url.Values{"k": {elsewhere.stamp()}, "layout": {"24"}, "lang": {"en"}, "first": {"4"}, "last": {"30"}}); got.status != http.StatusNotFound {
		t.Error(got.status)
	}
}
