package app

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// badQueries are values that no page of ours makes.
var badQueries = []string{"9223372036854775808", "-1", "-0", "1e9", "1,000.005", "９２２３", "0x10", "2026-02-30", "9999-12-31", "0001-01-01", "99999-01-01", "' OR 1=1 --", "\x00", "\xff", "../../etc/passwd", "%", strings.Repeat("9", 100), "NaN"}

var asksFor = regexp.MustCompile(`\.(?:Query|QueryInt|said|typedOr)\("([a-z_]+)"`)

// queryNames are all names that pages of the console ask an address for, read from their source, so that a new one is tried too.
func queryNames(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("../../portal/backoffice/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, "../../portal/web/language.go") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range asksFor.FindAllStringSubmatch(string(text), -1) {
			names = append(names, found[1])
		}
	}
	names = append(names, "from", "until", "site", "amount")
	slices.Sort(names)
	return slices.Compact(names)
}

// TestWhatNoPageOfOursAsksFor: cursors, days, amounts and names in an address that are none are answered by every page of the console, and never by a failure of ours.
func TestWhatNoPageOfOursAsksFor(t *testing.T) {
	s := openStage(t, 1)
	paths, _ := s.screens(t)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	names := queryNames(t)
	for _, bare := range []string{"after", "before", "day", "q", "state", "rows"} {
		if !slices.Contains(names, bare) {
			t.Errorf("no page asks for %s any more: is the way how they ask another?", bare)
		}
	}
	seen := map[string]bool{}
	for _, path := range paths {
		path, _, _ = strings.Cut(path, "?")
		if seen[path] {
			continue
		}
		seen[path] = true
		for _, value := range badQueries {
			query := url.Values{}
			for _, name := range names {
				if name != "l" {
					query.Set(name, value)
				}
			}
			if got := owner.ask(http.MethodGet, path+"?"+query.Encode(), nil); got.status >= http.StatusInternalServerError {
				t.Errorf("%s with %.40q: %d", path, value, got.status)
			}
		}
	}
}
