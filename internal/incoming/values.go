package incoming

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"mtandao/internal/money"
	"mtandao/radius/access"
)

// readable is a text in UTF-8: what is none is taken for Windows-1252, as older programs wrote.
func readable(s string) string {
	if !utf8.ValidString(s) {
		if t, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
			s = t
		}
	}
	return norm.NFC.String(s)
}

var (
	currency = regexp.MustCompile(`(?i)^(kes|ksh|kshs|sh|shs)\.?\s*|\s*(/=|/-|kes|ksh|kshs|sh|shs)\.?$`)
	debtor   = regexp.MustCompile(`(?i)\s*\bdr\.?$`)
	creditor = regexp.MustCompile(`(?i)\s*\bcr\.?$`)
	zeros    = regexp.MustCompile(`(\.\d\d)0+$`)
)

// readMoney reads shillings as people and programs write them: "1,250.50", "KES 500", "500/=", "(200)", "-200", "300 CR", "200 DR". Empty is
// nothing. fault.Invalid "incoming.money".
func readMoney(s string) (money.Amount, error) {
	plain := strings.TrimSpace(strings.ReplaceAll(s, "\u00a0", " "))
	negative := false
	if inner, ok := strings.CutPrefix(plain, "("); ok && strings.HasSuffix(inner, ")") {
		plain, negative = strings.TrimSuffix(inner, ")"), true
	}
	if rest := debtor.ReplaceAllString(plain, ""); rest != plain {
		plain, negative = rest, !negative
	}
	plain = creditor.ReplaceAllString(plain, "")
	if rest, ok := strings.CutPrefix(plain, "-"); ok {
		plain, negative = strings.TrimSpace(rest), !negative
	}
	if rest := strings.TrimSpace(currency.ReplaceAllString(currency.ReplaceAllString(plain, ""), "")); rest != plain {
		plain = rest
		if rest, ok := strings.CutPrefix(plain, "-"); ok {
			plain, negative = rest, !negative
		}
	}
	if strings.HasPrefix(plain, "-") && negative {
		plain = "" // a sign too many
	}
	if plain == "" && strings.TrimSpace(s) == "" {
		return money.KES(0), nil
	}
	a, err := money.Parse(zeros.ReplaceAllString(strings.ReplaceAll(plain, " ", ""), "$1"), money.Shilling)
	if err != nil {
		return money.Amount{}, invalid("incoming.money", "Text", s)
	}
	if negative {
		a = a.Neg()
	}
	return a, nil
}

// Layouts of days and of times, the day before the month.
var (
	dayLayouts = []string{"2006-1-2", "2006/1/2", "2/1/2006", "2-1-2006", "2.1.2006", "2/1/06", "2-1-06", "2 Jan 2006", "2-Jan-2006", "2-Jan-06", "2 January 2006",
		"Jan 2 2006", "Jan 2, 2006", "January 2 2006", "January 2, 2006", "Jan/2/2006", "20060102"}
	american    = []string{"1/2/2006", "1-2-2006", "1/2/06", "1-2-06"}
	timeLayouts = []string{"", " 15:04:05", " 15:04", " 15:04:05.999999", "T15:04:05", "T15:04", " 3:04 PM", " 3:04:05 PM", "T15:04:05.999999"}
)

// readTime reads a day, or a time, of a zone; a day is its first instant. fault.Invalid "incoming.time".
func readTime(s string, zone *time.Location, monthFirst bool) (time.Time, error) {
	plain := strings.Join(strings.Fields(s), " ")
	if t, err := time.Parse(time.RFC3339, plain); err == nil && keepable(t) {
		return t, nil
	}
	layouts := dayLayouts
	if monthFirst {
		layouts = append(append([]string{}, american...), dayLayouts...)
	}
	for _, d := range layouts {
		for _, c := range timeLayouts {
			if t, err := time.ParseInLocation(d+c, plain, zone); err == nil && keepable(t) {
				return t, nil
			}
		}
	}
	return time.Time{}, invalid("incoming.time", "Text", s)
}

// keepable: a year that anybody means, and that both databases keep.
func keepable(t time.Time) bool { return t.Year() >= 1990 && t.Year() < 2200 }

// readRate reads the text of Mikrotik-Rate-Limit, which RouterOS uses everywhere: what the router receives, and so the upload, first.
// fault.Invalid "incoming.rate".
func readRate(s string) (r Rate, err error) {
	fields := strings.Fields(s)
	if len(fields) == 0 || len(fields) > 6 {
		return r, invalid("incoming.rate", "Text", s)
	}
	var up, down [4]int64
	for n, field := range fields[:min(len(fields), 4)] {
		a, b, both := strings.Cut(field, "/")
		if !both {
			b = a
		}
		read := bits
		if n == 3 {
			read = seconds
		}
		var first, second bool
		up[n], first = read(a)
		down[n], second = read(b)
		if !first || !second {
			return r, invalid("incoming.rate", "Text", s)
		}
	}
	r = Rate{UpKbps: up[0] / 1000, DownKbps: down[0] / 1000}
	if up[1] > 0 || down[1] > 0 {
		r.Burst = access.Burst{UpKbps: up[1] / 1000, DownKbps: down[1] / 1000, UpThresholdKbps: up[2] / 1000, DownThresholdKbps: down[2] / 1000,
			Over: time.Duration(max(up[3], down[3])) * time.Second}
	}
	return r, nil
}

// bits reads a number of bits a second: "10M", "512k", "2000000".
func bits(s string) (int64, bool) {
	factor := int64(1)
	switch {
	case strings.HasSuffix(s, "k"), strings.HasSuffix(s, "K"):
		factor = 1000
	case strings.HasSuffix(s, "M"), strings.HasSuffix(s, "m"):
		factor = 1_000_000
	case strings.HasSuffix(s, "G"), strings.HasSuffix(s, "g"):
		factor = 1_000_000_000
	}
	if factor > 1 {
		s = s[:len(s)-1]
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1_000_000_000_000/factor {
		return 0, false
	}
	return n * factor, true
}

func seconds(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSuffix(s, "s"), 10, 32)
	return n, err == nil && n >= 0
}

var span = regexp.MustCompile(`^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$`)

// readSpan reads a time of RouterOS: "1w2d3h4m5s", "2d03:04:05", "00:30:00".
func readSpan(s string) (time.Duration, bool) {
	if days, clock, ok := strings.Cut(s, "d"); ok && strings.Contains(clock, ":") {
		n, err := strconv.ParseInt(days, 10, 32)
		rest, fine := readSpan(clock)
		return time.Duration(n)*24*time.Hour + rest, err == nil && fine
	}
	if parts := strings.Split(s, ":"); len(parts) == 3 {
		s = parts[0] + "h" + parts[1] + "m" + parts[2] + "s"
	}
	m := span.FindStringSubmatch(s)
	if m == nil || s == "" {
		return 0, false
	}
	var all time.Duration
	for n, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[n+1] != "" {
			v, err := strconv.ParseInt(m[n+1], 10, 32)
			if err != nil || v > 1<<22 {
				return 0, false
			}
			all += time.Duration(v) * unit
		}
	}
	return all, true
}

var (
	hashed  = regexp.MustCompile(`^(\$(1|2[aby]|5|6|argon2id?)\$.+|[0-9a-f]{40}|[0-9a-f]{64})$`)
	phoneIn = regexp.MustCompile(`(?:\+?254|0)[17]\d{2}[ -]?\d{3}[ -]?\d{3}\b`)
)

// isHash knows a password that is none: PHP's hashes, and those of SHA in hexadecimal.
func isHash(s string) bool { return hashed.MatchString(s) }
