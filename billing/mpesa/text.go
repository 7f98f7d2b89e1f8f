package mpesa

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// text is a JSON value that comes as a string or as a number. Anything else, or none, is "".
type text string

// UnmarshalJSON keeps a number as it is written: 1.00 stays "1.00".
func (t *text) UnmarshalJSON(raw []byte) error {
	*t = ""
	var s string
	switch {
	case len(raw) == 0:
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		*t = text(raw)
	}
	return nil
}

// plain is the text without control characters, cut to so many characters.
func (t text) plain(most int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, string(t))
	if r := []rune(clean); len(r) > most {
		clean = string(r[:most])
	}
	return strings.TrimSpace(clean)
}

// The lengths that the tables keep.
const (
	mostCode    = 32
	mostID      = 64
	mostWords   = 200
	mostPayer   = 80 // a SHA-256 in hexadecimal has 64
	mostReceipt = 16
)

var codeForm = regexp.MustCompile(`^[A-Za-z0-9._:-]+$`)

// code is a result or error code; "" when it cannot be one.
func (t text) code() string {
	if len(t) > mostCode || !codeForm.MatchString(string(t)) {
		return ""
	}
	return string(t)
}

// words are the rail's own, for the log: scrubbed and cut.
func (t text) words() string { return scrub(t.plain(4 * mostWords)) }

var telling = regexp.MustCompile(`[0-9]{7,}|[A-Za-z0-9+/=_-]{24,}`)

// scrub takes phone numbers, and whatever looks like a token, an id or a credential, out of a text.
func scrub(s string) string {
	return text(telling.ReplaceAllString(s, "#")).plain(mostWords)
}

var idForm = regexp.MustCompile(`^[!-~]+$`)

// id is one of the rail's ids; "" when it has none that we could keep.
func (t text) id(most int) string {
	if len(t) > most || !idForm.MatchString(string(t)) {
		return ""
	}
	return string(t)
}

var receiptForm = regexp.MustCompile(`^[A-Z0-9]{8,16}$`)

// receipt is a receipt number in capitals; "" when it cannot be one.
func (t text) receipt() string {
	number := strings.ToUpper(string(t))
	if !receiptForm.MatchString(number) {
		return ""
	}
	return number
}

// mostCents is what one message can tell of, as a line of a statement: the rail moves far less, and whatever is told can be summed.
const mostCents = 1_000_000_000_000

// amount reads shillings with any number of zeros after the cents; fault.Invalid when it is no positive amount, or more than can be.
func (t text) amount() (money.Amount, error) {
	s := string(t)
	if whole, decimals, ok := strings.Cut(s, "."); ok {
		s = strings.TrimSuffix(whole+"."+strings.TrimRight(decimals, "0"), ".")
	}
	a, err := money.Parse(s, money.Shilling)
	if err != nil || !a.IsPositive() || a.Cents > mostCents {
		return money.Amount{}, unreadable("amount")
	}
	return a, nil
}

// time reads either form of date, in East Africa Time; zero when it is neither.
func (t text) time() time.Time {
	for _, layout := range []string{stampLayout, "02.01.2006 15:04:05"} {
		if at, err := time.ParseInLocation(layout, string(t), eastAfrica); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// unreadable is the fault of a message that misses something that matters.
func unreadable(what string) error {
	return fault.New(fault.Invalid, "callback.unreadable", "What", what)
}

// decode reads a whole message; no larger one than 64 KB is looked at.
func decode(body []byte, into any) error {
	if len(body) > maxBody {
		return unreadable("size")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fault.Wrap(fault.Invalid, "callback.unreadable", err, "What", "json")
	}
	return nil
}
