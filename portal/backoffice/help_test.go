package backoffice

import (
	"testing"

	"mtandao/internal/handbook"
	"mtandao/internal/words"
)

// TestEachPageHasItsHelp: every page that somebody who is signed in may open tells what it is for, and nothing is told of a page that is none.
func TestEachPageHasItsHelp(t *testing.T) {
	told := map[string]bool{}
	for _, r := range (&Backoffice{}).table() {
		if r.method != get || r.need < full {
			continue
		}
		topic := topicOf(r.path)
		told[topic] = true
		for _, l := range words.Languages {
			if _, ok := handbook.Page(l, topic); !ok {
				t.Errorf("%s: nothing is told of %s (%s)", l, r.path, topic)
			}
		}
	}
	for _, p := range handbook.Pages(words.English) {
		if !told[p.Name] {
			t.Errorf("%q is told, and is no page", p.Name)
		}
	}
}
