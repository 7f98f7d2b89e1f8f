package app

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/vouchers"
	"mtandao/vouchers/press"
)

// TestALargePrintIsMadeInTheBackground: ordered on the page of its batch, followed, fetched by page and by command, and refused to who may not.
func TestALargePrintIsMadeInTheBackground(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) { largePrint(t, stageOn(t, dialect, 1)) })
	}
}

func largePrint(t *testing.T, s *Stage) {
	manager := s.hire(t, "manager@demo.example", nil, "manager")
	plan, _ := strconv.ParseInt(s.idOf(t, kindPlan, "day"), 10, 64)
	b, err := s.Main.Vouchers.Place(t.Context(), vouchers.Wish{PlanID: plan, SiteID: s.seeded.sites["kasarani"].ID, Size: 12_000}, vouchers.By{Actor: "test"})
	if err == nil {
		b, err = s.Main.Vouchers.Make(t.Context(), b.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	at := "/office/vouchers/" + number(b.ID)
	small := manager.send(at+"/print", url.Values{"layout": {"50"}, "lang": {"en"}, "first": {"1"}, "last": {"50"}})
	if small.status != http.StatusOK || !strings.HasPrefix(small.body, "%PDF-") {
		t.Errorf("a sheet answers %d", small.status)
	}
	form := url.Values{"layout": {"50"}, "lang": {"sw"}, "first": {"1"}, "last": {"12000"}}
	asked := manager.send(at+"/print", form)
	manager.expect(asked, http.StatusSeeOther)
	ordered := asked.location
	if !strings.HasPrefix(ordered, at+"/prints/") {
		t.Fatal(ordered)
	}
	manager.expect(manager.ask(http.MethodGet, ordered, nil), http.StatusOK, "Large print", "12000")
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Large prints")
	until(t, 2*time.Minute, "the print", func() bool {
		return strings.Contains(manager.ask(http.MethodGet, ordered, nil).body, "Kept until")
	})
	file := manager.send(ordered+"/file", url.Values{})
	packed, err := zip.NewReader(strings.NewReader(file.body), int64(len(file.body)))
	if err != nil || len(packed.File) != 2 {
		t.Fatalf("%d, %d bytes: %v", file.status, len(file.body), err)
	}
	in, err := packed.File[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	sheet := exec.Command("pdftotext", "-f", "40", "-l", "40", "-", "-")
	sheet.Stdin = in
	if said, err := sheet.Output(); err != nil || !bytes.Contains(said, []byte(vouchers.Serial(b.Number, 12_000))) || !bytes.Contains(said, []byte("Karatasi 240 kati ya 240")) {
		t.Errorf("%v: %s", err, said)
	}
	manager.expect(manager.send(ordered+"/cancel", url.Values{}), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, ordered, nil), http.StatusOK, "Ready", "Download")
	away := s.hire(t, "ngong-manager@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	away.expect(away.ask(http.MethodGet, ordered, nil), http.StatusNotFound)
	away.expect(away.send(ordered+"/file", url.Values{}), http.StatusNotFound)
	manager.expect(manager.ask(http.MethodGet, "/office/vouchers/"+number(b.ID)+"/prints/7", nil), http.StatusNotFound)
	trail, err := s.Main.DB.SQL().Query("SELECT actor FROM audit_events WHERE action = 'vouchers print taken'")
	if err != nil {
		t.Fatal(err)
	}
	defer trail.Close()
	if !trail.Next() || trail.Err() != nil {
		t.Error("a download is not on the trail")
	}
}

// TestPrintsByCommand: ordered by one, made by whoever runs jobs, fetched by another.
func TestPrintsByCommand(t *testing.T) {
	devHouse(t, "sqlite")
	file := filepath.Join(t.TempDir(), "provider.yaml")
	if err := os.WriteFile(file, []byte(must(t, "export", "--example")), 0o600); err != nil {
		t.Fatal(err)
	}
	setUp(t, file)
	must(t, "vouchers", "issue", "--plan", "day", "--count", "60")
	must(t, "vouchers", "print", "--batch", "1", "--layout", "24", "--later")
	must(t, "vouchers", "print", "--batch", "1", "--layout", "50", "--later")
	var told []printLine
	fromJSON(t, must(t, "vouchers", "prints", "--json"), &told)
	if len(told) != 2 || told[0].State != press.Making || told[1].Layout != "24" || told[1].Made != 0 {
		t.Fatalf("%+v", told)
	}
	must(t, "vouchers", "prints", "--cancel", told[0].Print)
	if code, _, said := runCommand(t, "vouchers", "prints", "--cancel", told[0].Print); code != 1 || !strings.Contains(said, "not being made") {
		t.Errorf("exit %d: %s", code, said)
	}
	out := filepath.Join(t.TempDir(), "sheets.pdf")
	if code, _, said := runCommand(t, "vouchers", "prints", "--fetch", told[1].Print, "--out", out); code != 1 || !strings.Contains(said, "not ready") {
		t.Errorf("exit %d: %s", code, said)
	}
	stop := serve(t, &lines{})
	until(t, time.Minute, "the print", func() bool {
		fromJSON(t, must(t, "vouchers", "prints", "--json"), &told)
		return told[1].State == press.Ready && told[0].State == press.Cancelled
	})
	if code := stop(); code != 0 {
		t.Error("exit", code)
	}
	must(t, "vouchers", "prints", "--fetch", told[1].Print, "--out", out)
	body, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(body, []byte("%PDF-")) {
		t.Error(len(body), err)
	}
}
