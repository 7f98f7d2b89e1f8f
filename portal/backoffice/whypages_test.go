package backoffice

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/offline"
	"mtandao/internal/words"
	"mtandao/radius"
	"mtandao/radius/routers"
)

// oneRouter knows every router by one name.
type oneRouter struct{}

func (oneRouter) Get(int64) (routers.Router, bool) { return routers.Router{Name: "kasarani-1"}, true }
func (oneRouter) All() []routers.Router            { return nil }
func (oneRouter) LastHeard(int64) time.Time        { return time.Time{} }

// TestEachCauseHasItsSentences in both languages, for staff and for the customer, once and often, over or not: no text is missing and nothing of it is empty.
func TestEachCauseHasItsSentences(t *testing.T) {
	at := time.Date(2026, 11, 24, 17, 14, 0, 0, time.UTC)
	b := &Backoffice{Options: Options{Routers: oneRouter{}, PlanClock: clock.NewManual(at.Add(time.Hour)), Zone: clock.Nairobi}}
	for _, cause := range offline.Causes {
		for _, times := range []int64{0, 1, 2} {
			for _, back := range []time.Time{{}, at.Add(20 * time.Minute)} {
				s := offline.Story{At: at, Cause: cause, Back: back, Step: offline.StepPrompt, Values: offline.Values{From: at.Add(-time.Hour), Until: at.Add(time.Hour), RouterID: 1, Name: "asha",
					Amount: money.Shillings(1500), Times: times}}
				for _, lang := range words.Languages {
					f := &frame{Lang: lang}
					says := append(b.whySays(f, s), b.whyShort(lang, s))
					for _, r := range []offline.Item{{At: at, What: "on", Kind: offline.OfSession}, {At: at, Refusal: &radius.Refusal{Cause: radius.CausePoolEmpty, Times: times}, Values: s.Values}} {
						line := b.whyItem(f, at, r, nil, true)
						says = append(says, line.Text+line.More)
					}
					for _, said := range says {
						if strings.Contains(said, "!") || strings.Contains(said, "<no value>") || len(said) < 8 {
							t.Errorf("%s, %d times, in %s: %q", cause, times, lang, said)
						}
					}
				}
			}
		}
	}
}
