package notify

import (
	"strconv"
	"strings"
)

// Cost is a carrier's price or balance, which has up to four decimals: ten-thousandths of a currency's unit.
type Cost struct {
	TenThousandths int64
	Currency       string
}

// ParseCost reads "KES 0.8000", "KES1785.5", "0" and "-12"; false for anything else.
func ParseCost(s string) (Cost, bool) {
	s = strings.TrimSpace(s)
	var c Cost
	if len(s) >= 3 && isLetters(s[:3]) {
		c.Currency, s = strings.ToUpper(s[:3]), strings.TrimSpace(s[3:])
	}
	number, negative := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(number, ".")
	if len(part) > 4 {
		if strings.Trim(part[4:], "0123456789") != "" {
			return Cost{}, false
		}
		part = part[:4] // the rest is less than a carrier can charge
	}
	digits := whole + (part + "0000")[:4]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || whole == "" || strings.Trim(digits, "0123456789") != "" {
		return Cost{}, false
	}
	if negative {
		n = -n
	}
	c.TenThousandths = n
	return c, true
}

func isLetters(s string) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}

// Whole is the amount in whole units, cut towards zero.
func (c Cost) Whole() int64 { return c.TenThousandths / 10_000 }

// String is "KES 0.8" or "KES 1785.50" without needless zeros beyond the second decimal.
func (c Cost) String() string {
	sign, n := "", uint64(c.TenThousandths)
	if c.TenThousandths < 0 {
		sign, n = "-", -n
	}
	part := strconv.FormatUint(10_000+n%10_000, 10)[1:]
	part = part[:2] + strings.TrimRight(part[2:], "0")
	return strings.TrimSpace(c.Currency + " " + sign + strconv.FormatUint(n/10_000, 10) + "." + part)
}
