package guest

import (
	"strings"

	"mtandao/internal/words"
)

// routerWords are what routers say of themselves (RouterOS's errors.txt, CoovaChilli's reasons), and our sentence for it.
var routerWords = []struct{ said, key string }{
	{"not responding", "cause.unavailable"}, {"timeout", "cause.unavailable"},
	{"no more sessions", "cause.devices_full"}, {"uptime limit", "cause.time_used"}, {"traffic limit", "cause.data_used"},
	{"invalid username or password", "cause.unknown"},
}

// routerSaid notes that the last log-in did not work. The text comes with the address, and anybody may write an address: only
// what we know is repeated, in the person's language. Our own refusals come back too, always in English.
func (p *landingPage) routerSaid(said string) {
	if said = strings.TrimSpace(said); said == "" {
		return
	}
	key := "guest.router_said.text"
	if known := sentenceKey(said); known != "" {
		key = known
	}
	p.Notes = append(p.Notes, note{Title: p.T("guest.router_said.title"), Text: p.T(key)})
}

func sentenceKey(said string) string {
	for _, key := range words.Keys() {
		if strings.HasPrefix(key, "cause.") && strings.Contains(said, words.Text(words.English, key)) {
			return key
		}
	}
	for _, w := range routerWords {
		if strings.Contains(strings.ToLower(said), w.said) {
			return w.key
		}
	}
	return ""
}
