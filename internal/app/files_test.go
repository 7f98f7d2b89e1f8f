package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/fieldwork"
)

// onePage is the smallest paper that is one.
const onePage = "%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"

// roof is a photograph, as a browser sends it.
func roof(t *testing.T) string {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestFilesFromTheConsole: a technician adds a photograph and a paper that says who somebody is from their visit; each is opened by who may, as a file and never as a
// page, on the record; what is no picture is refused with its cause; removed once, with a reason. Who works elsewhere finds none, and the customer takes theirs along.
func TestFilesFromTheConsole(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedCustomers(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := s.Main.Customers.FindNow(t.Context(), "0722 410 233")
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Main.Field.PlanVisit(t.Context(), fieldwork.Visit{CustomerID: c.ID, Kind: fieldwork.Install, Day: clock.DayOf(s.Main.Clock.Now()), From: "09:00", Until: "11:00"}, "files", fieldwork.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	technician, manager := s.hire(t, "climbs@demo.example", nil, "technician"), s.hire(t, "leads@demo.example", nil, "manager")
	elsewhere := s.hire(t, "away@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	visit := "/office/visits/" + number(v.ID)
	technician.expect(technician.ask(http.MethodGet, visit, nil), http.StatusOK, "/office/files/new?visit="+number(v.ID))
	technician.expect(technician.ask(http.MethodGet, "/office/files/new?visit="+number(v.ID), nil), http.StatusOK, `enctype="multipart/form-data"`, `accept="image/*,application/pdf,.pdf"`)
	for name, one := range map[string][2]string{"roof.jpg": {"<html><script>alert(1)</script>", "This is no JPEG"}, "empty.jpg": {"", "Choose a file first"}, "large.pdf": {onePage + strings.Repeat(" ", fieldwork.MostFileOctets), "more than 5 MB"}} {
		if answer, body := technician.upload("/office/files/new", map[string]string{"object": "visit", "of": number(v.ID), "kind": "photo"}, "file", name, one[0]); answer.StatusCode != http.StatusBadRequest || !strings.Contains(body, one[1]) {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
	add := func(who *colleague, object string, of int64, kind, name, body string) int {
		answer, _ := who.upload("/office/files/new", map[string]string{"object": object, "of": number(of), "kind": kind, "once": kind + name}, "file", name, body)
		return answer.StatusCode
	}
	for range 2 {
		if got := add(technician, "visit", v.ID, "photo", "../../roof.png.jpg", roof(t)); got != http.StatusSeeOther {
			t.Error("a photograph:", got)
		}
	}
	if got, away := add(technician, "visit", v.ID, "identity", `card "9".pdf`, onePage), add(elsewhere, "visit", v.ID, "photo", "x.png", roof(t)); got != http.StatusSeeOther || away != http.StatusNotFound {
		t.Error("an identity paper, and from elsewhere:", got, away)
	}
	if got, of := add(technician, "customer", c.ID, "photo", "x.png", roof(t)), add(manager, "customer", c.ID, "contract", "mkataba", onePage); got != http.StatusNotFound || of != http.StatusSeeOther {
		t.Error("of the customer:", got, of)
	}
	all, err := s.Main.Field.FilesOf(t.Context(), c.ID, 0, 9)
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	contract, card, photo := "/office/files/"+number(all[0].ID), "/office/files/"+number(all[1].ID), "/office/files/"+number(all[2].ID)
	manager.expect(manager.ask(http.MethodGet, "/office/customers/"+number(c.ID)+"?tab=files", nil), http.StatusOK, "roof.jpg", "card 9.pdf", "mkataba.pdf", "From a visit")
	technician.expect(technician.ask(http.MethodGet, card, nil), http.StatusOK, "opened only by who may see")
	technician.expect(technician.send(card+"/open", nil), http.StatusNotFound)
	technician.expect(technician.ask(http.MethodGet, contract+"/remove", nil), http.StatusNotFound)
	for _, path := range []string{contract, card, photo, photo + "/remove"} {
		elsewhere.expect(elsewhere.ask(http.MethodGet, path, nil), http.StatusNotFound)
		elsewhere.expect(elsewhere.send(strings.TrimSuffix(path, "/remove")+"/open", nil), http.StatusNotFound)
	}
	technician.opens(photo, "image/jpeg", "roof.jpg", "\xff\xd8")
	manager.opens(card, "application/pdf", `"card 9.pdf"`, onePage)
	manager.expect(manager.ask(http.MethodGet, visit, nil), http.StatusOK, "added a file", "opened a file", "climbs@demo.example")
	if n := s.counted(t, "SELECT COUNT(*) FROM audit_events WHERE action = 'file opened'"); n != 2 {
		t.Error("opened, by the trail:", n)
	}
	manager.expect(manager.send(card+"/remove", nil), http.StatusBadRequest, "Choose why")
	manager.expect(manager.ask(http.MethodGet, card+"/remove", nil), http.StatusOK, "gone for good", "card 9.pdf")
	manager.expect(manager.send(card+"/remove", url.Values{"why": {"they_asked"}}), http.StatusSeeOther)
	manager.expect(manager.send(card+"/remove", url.Values{"why": {"they_asked"}}), http.StatusNotFound)
	out, err := selfDesk{s.Main}.Export(t.Context(), c, "127.0.0.1")
	var taken struct {
		Files []struct{ Name, Kind, Content string }
	}
	if err == nil {
		err = json.Unmarshal(out, &taken)
	}
	if err != nil || len(taken.Files) != 2 || taken.Files[0].Content != base64.StdEncoding.EncodeToString([]byte(onePage)) || taken.Files[1].Name != "roof.jpg" {
		t.Error("taken along:", taken, err)
	}
}

// opens has a file opened: handed over as what it is, to be kept, and nothing that a browser runs.
func (c *colleague) opens(path, kind, name, begins string) {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodPost, c.base+path+"/open", strings.NewReader(url.Values{"k": {c.stamp()}}.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "mtandao_office", Value: c.token})
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(answer.Body)
	head := answer.Header
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(body.String(), begins) || head.Get("Content-Type") != kind || head.Get("Content-Disposition") != "attachment; filename="+name ||
		head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(head.Get("Content-Security-Policy"), "default-src 'none'") || head.Get("Cache-Control") != "no-store" {
		c.t.Errorf("%s: %d %v %.20q: %v", path, answer.StatusCode, head, body.String(), err)
	}
}
