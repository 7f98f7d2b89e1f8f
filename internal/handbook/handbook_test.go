package handbook

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/words"
)

var fenced = regexp.MustCompile("(?s)```[^\n]*\n.*?```")

// TestBothLanguagesSayTheSame: the same chapters with as many sections, the same commands and files, and the same pages.
func TestBothLanguagesSayTheSame(t *testing.T) {
	sections := func(c Text) int { return strings.Count("\n"+c.Plain, "\n## ") }
	for _, name := range Chapters {
		en, _ := Chapter(words.English, name)
		sw, _ := Chapter(words.Swahili, name)
		if en.Title == sw.Title || en.Plain == sw.Plain || sections(en) != sections(sw) {
			t.Errorf("%s: %q and %q, %d and %d sections", name, en.Title, sw.Title, sections(en), sections(sw))
		}
		if !slices.Equal(fenced.FindAllString(en.Plain, -1), fenced.FindAllString(sw.Plain, -1)) {
			t.Errorf("%s: other commands", name)
		}
	}
	names := func(l words.Lang) (all []string) {
		for _, p := range Pages(l) {
			all = append(all, p.Name)
		}
		return all
	}
	if en := names(words.English); len(en) < 40 || !slices.Equal(en, names(words.Swahili)) {
		t.Errorf("pages %v and %v", en, names(words.Swahili))
	}
	if _, ok := Page(words.English, "no such page"); ok {
		t.Error("a page that is none")
	}
}

// TestAPageIsToldShortly: what stands in a menu beside the page is read in a moment.
func TestAPageIsToldShortly(t *testing.T) {
	for _, l := range words.Languages {
		for _, p := range Pages(l) {
			if n := len(strings.Fields(p.Plain)); n < 12 || n > 90 {
				t.Errorf("%s %s: %d words", l, p.Name, n)
			}
		}
	}
}

// ways are what a chapter tells somebody to press: "*Payments → Money in → Day close*".
var ways = regexp.MustCompile(`\*([^*\n]+ → [^*\n]+)\*`)

// TestWaysAreNamedAsThePagesNameThem: each step of a way is a text of the console in the chapter's language.
func TestWaysAreNamedAsThePagesNameThem(t *testing.T) {
	for _, l := range words.Languages {
		said, found := map[string]bool{}, 0
		for _, key := range words.Keys() {
			if strings.HasPrefix(key, "office.") {
				said[words.Text(l, key)] = true
			}
		}
		for _, name := range Chapters {
			c, _ := Chapter(l, name)
			for _, way := range ways.FindAllStringSubmatch(c.Plain, -1) {
				for _, step := range strings.Split(way[1], " → ") {
					if found++; !said[step] {
						t.Errorf("%s %s: nothing is called %q", l, name, step)
					}
				}
			}
		}
		if found < 10 {
			t.Errorf("%s: %d steps", l, found)
		}
	}
}
