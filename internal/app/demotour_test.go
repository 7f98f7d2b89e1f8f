package app

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/radius"
)

// TestTheGuidedTour: each of its places opens, what was done is ticked and nothing else, and what is wrong in the demo is there to be found.
func TestTheGuidedTour(t *testing.T) {
	s := openStage(t, 1)
	if err := errors.Join(s.seedSellers(t.Context()), s.seedLines(t.Context()), s.plugInAll(), s.seedTrouble(t.Context()), s.seedTrouble(t.Context()), s.startTour(t.Context())); err != nil {
		t.Fatal(err)
	}
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	for _, at := range s.stops() {
		path, inside := strings.CutPrefix(at.Address, s.Main.Config.PublicURL)
		if inside && strings.HasPrefix(path, "/office") {
			owner.expect(owner.ask(http.MethodGet, path, nil), http.StatusOK)
			continue
		}
		if answer, err := http.Get(at.Address); err != nil || answer.StatusCode != http.StatusOK || answer.Body.Close() != nil {
			t.Errorf("%s at %s: %v %v", at.Name, at.Address, answer, err)
		}
	}
	if done := tourSays(t, s); strings.Contains(done, "(done)") || strings.Count(done, "<h2>") != len(s.stops()) || !strings.Contains(done, `<li class="next"><h2>Buy as a guest`) {
		t.Errorf("before anything was done:\n%s", done)
	}
	s.bought(t, "kasarani-1", visitorMAC)
	page := ""
	until(t, 15*time.Second, "three are ticked", func() bool { // the router tells that somebody is online a moment after it let them
		page = tourSays(t, s)
		return strings.Count(page, "(done)") >= 3
	})
	for _, at := range []string{"Buy as a guest", "Enter the PIN", "See the router let them on"} {
		if !strings.Contains(page, `<li class="done"><h2>`+at) {
			t.Errorf("%s is not ticked", at)
		}
	}
	if strings.Count(page, "(done)") != 3 || !strings.Contains(page, "3 so far") || !strings.Contains(page, `<li class="next"><h2>Sign in`) {
		t.Error("something else is ticked")
	}
	until(t, 15*time.Second, "who tries passwords is found", func() bool {
		found, err := s.Main.Radius.Refusals(t.Context(), radius.WhichRefusals{Typed: stranger, Limit: 10})
		return err == nil && len(found) > 0
	})
	until(t, 15*time.Second, "the mistyped payment waits for somebody", func() bool {
		page := owner.ask(http.MethodGet, "/office/suspense", nil).body
		return strings.Contains(page, "KES 2,500") && strings.Contains(page, demoLines[3].name)
	})
	if notices, err := s.Main.Status.Notices(t.Context()); err != nil || len(notices) != 2 {
		t.Errorf("%d notices: %v", len(notices), err)
	}
}

func tourSays(t *testing.T, s *Stage) string {
	t.Helper()
	answer, err := http.Get(s.TourURL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.StatusCode, err, string(body))
	}
	return string(body)
}
