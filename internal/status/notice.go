package status

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Kinds of notices.
const (
	Planned = "planned" // work that staff mean to do
	Trouble = "trouble" // what is wrong, as staff know it
)

// Notice is what staff tell the public.
type Notice struct {
	ID          int64
	Kind        string
	Sites       []int64 // empty: everywhere
	Texts       map[words.Lang]string
	From, Until time.Time // Until is zero while nobody knows
	Ended       time.Time // by somebody; zero: not
	By, EndedBy string
}

// Of says whether a notice is about a site.
func (n Notice) Of(siteID int64) bool { return len(n.Sites) == 0 || slices.Contains(n.Sites, siteID) }

// Over is when a notice was over; zero: it is not. Planned work is over when it was to be.
func (n Notice) Over(now time.Time) time.Time {
	switch {
	case !n.Ended.IsZero():
		return n.Ended
	case n.Kind == Planned && !n.Until.IsZero() && !n.Until.After(now):
		return n.Until
	}
	return time.Time{}
}

const (
	longestText = 300
	mostSites   = 60
	farthest    = 365 * 24 * time.Hour
)

// check tidies a notice. fault.Invalid "status.kind", "status.text_en", "status.text_sw", "status.times" or "status.sites".
func (n Notice) check(now time.Time) (Notice, error) {
	if n.Kind != Planned && n.Kind != Trouble {
		return n, fault.New(fault.Invalid, "status.kind")
	}
	texts := map[words.Lang]string{}
	for l, wrong := range map[words.Lang]string{words.English: "status.text_en", words.Swahili: "status.text_sw"} {
		text := strings.Join(strings.Fields(n.Texts[l]), " ")
		if c := utf8.RuneCountInString(text); c == 0 || c > longestText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return n, fault.New(fault.Invalid, wrong)
		}
		texts[l] = text
	}
	n.Texts = texts
	if n.Until.Before(n.From) && !n.Until.IsZero() || n.Kind == Planned && (n.Until.IsZero() || !n.Until.After(now)) || n.Kind == Trouble && n.From.After(now) || n.From.Before(now.Add(-farthest)) || n.From.After(now.Add(farthest)) {
		return n, fault.New(fault.Invalid, "status.times")
	}
	if len(n.Sites) > mostSites {
		return n, fault.New(fault.Invalid, "status.sites")
	}
	return n, nil
}
