package money

import (
	"strconv"
	"strings"

	"mtandao/internal/fault"
)

// Parse reads "1250", "1,250", "5.0", "-1,250.50": at most two decimals, commas only between thousands. fault.Invalid
// "money.invalid".
func Parse(s, currency string) (Amount, error) {
	invalid := fault.New(fault.Invalid, "money.invalid")
	s = strings.TrimSpace(s)
	negative := strings.HasPrefix(s, "-")
	whole, decimals, dotted := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if dotted && (len(decimals) == 0 || len(decimals) > 2) {
		return Amount{}, invalid
	}
	whole, ok := joinThousands(whole)
	digits := whole + (decimals + "00")[:2]
	if !ok || !onlyDigits(digits) {
		return Amount{}, invalid
	}
	cents, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Amount{}, invalid
	}
	if negative {
		cents = -cents
	}
	return Amount{Cents: cents, Currency: currency}, nil
}

func joinThousands(s string) (string, bool) {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && (len(g) == 0 || len(g) > 3)) {
			return "", false
		}
	}
	joined := strings.Join(groups, "")
	return joined, joined != ""
}

func onlyDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// String is "KES 1,250" or "KES 1,250.50"; negative amounts "-KES 5".
func (a Amount) String() string {
	sign, whole := "", uint64(a.Cents)
	if a.Cents < 0 {
		sign, whole = "-", -whole
	}
	text := a.Currency + " " + Thousands(strconv.FormatUint(whole/100, 10))
	if cents := whole % 100; cents != 0 {
		text += "." + string([]byte{byte('0' + cents/10), byte('0' + cents%10)})
	}
	return sign + strings.TrimSpace(text)
}

// Thousands puts commas into digits: 12,345.
func Thousands(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
