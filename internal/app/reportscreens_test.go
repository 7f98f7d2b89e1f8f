package app

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// reportPaths are the pages of all reports, from the door's own list of routes.
func (s *Stage) reportPaths(t *testing.T) (paths []string) {
	t.Helper()
	office, err := s.Main.openOffice(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range office.Routes() {
		if r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/office/reports/") {
			paths = append(paths, r.Path)
		}
	}
	if len(paths) < 13 {
		t.Fatal("these are not all reports:", paths)
	}
	return paths
}

// paperOfReport: the paper says what its page says, in the brand's name and the reader's language.
func (s *Stage) paperOfReport(t *testing.T, who *colleague, all money.Amount) {
	t.Helper()
	file := who.send("/office/reports/revenue-plans/export?months=12&as=pdf", nil)
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = strings.NewReader(file.body)
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Revenue by plan", all.String(), "Which plans earn the money?", "What the figures mean", s.Main.Sites.Brands()[0].Name} {
		if !strings.Contains(string(said), want) {
			t.Errorf("the paper does not say %q:\n%s", want, said)
		}
	}
	if folder := os.Getenv("MTANDAO_SCREENS"); folder != "" {
		if err := os.WriteFile(folder+"/revenue-plans.pdf", []byte(file.body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// anEntry is the page of an entry with many sides.
func (s *Stage) anEntry(t *testing.T) string {
	t.Helper()
	return fmt.Sprint("/office/ledger/entries/", s.counted(t, "SELECT entry_id FROM ledger_postings GROUP BY entry_id ORDER BY COUNT(*) DESC, entry_id LIMIT 1"))
}

// looksAt opens pages at a phone's and a desk's width, light and dark, in both languages, with axe; MTANDAO_SCREENS names a folder for pictures.
func (s *Stage) looksAt(t *testing.T, token string, paths ...string) {
	parent, stop := chromedp.NewContext(newAllocator(t))
	t.Cleanup(stop)
	if err := chromedp.Do(parent); err != nil {
		t.Fatal(err)
	}
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	who := viewer{name: "manager", token: token, may: func(staff.Permission) bool { return true }}
	for name, see := range map[string]sight{"en-1280": {words.English, 1280, false}, "sw-390": {words.Swahili, 390, false}, "en-390-dark": {words.English, 390, true}, "sw-320": {words.Swahili, 320, false}} {
		for _, path := range paths {
			if l.judge(screen{who, path, staff.ReportsView}, see) && os.Getenv("MTANDAO_SCREENS") != "" {
				l.keep(path, name)
			}
		}
	}
}
