package app

import (
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
)

// unit is a suffix and its size.
type unit struct {
	name string
	size int64
}

var (
	timeUnits = []unit{{"d", 86_400}, {"h", 3600}, {"m", 60}, {"s", 1}}
	// Volumes count in thousands, as they are sold; the powers of 1,024 have names of their own.
	dataUnits = []unit{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}
	moreData  = []unit{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"KB", 1e3}}
	rateUnits = []unit{{"Gbit", 1e6}, {"Mbit", 1e3}, {"kbit", 1}}
)

// parseTime reads "30m", "1h", "7d", "1w", "90d12h"; fault.Invalid "apply.time".
func parseTime(s string) (time.Duration, error) {
	wrong := fault.New(fault.Invalid, "apply.time", "Value", s)
	if s == "" {
		return 0, nil
	}
	var seconds int64
	for rest := strings.ReplaceAll(s, " ", ""); rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 32)
		if err != nil || digits == len(rest) {
			return 0, wrong
		}
		size := map[byte]int64{'w': 7 * 86_400, 'd': 86_400, 'h': 3600, 'm': 60, 's': 1}[rest[digits]]
		if size == 0 {
			return 0, wrong
		}
		seconds, rest = seconds+n*size, rest[digits+1:]
	}
	if seconds > int64(100*365*24*time.Hour/time.Second) {
		return 0, wrong
	}
	return time.Duration(seconds) * time.Second, nil
}

// timeText writes what parseTime reads: "90d12h"; a part of a second is not told.
func timeText(d time.Duration) text {
	var all strings.Builder
	left := int64(d / time.Second)
	for _, u := range timeUnits {
		if n := left / u.size; n > 0 {
			all.WriteString(strconv.FormatInt(n, 10) + u.name)
			left %= u.size
		}
	}
	return text(all.String())
}

// parseData reads "500MB", "1.5 GB", "2GiB" into bytes; fault.Invalid "apply.data".
func parseData(s string) (int64, error) {
	n, ok := parseUnits(s, append(moreData, dataUnits...))
	if !ok {
		return 0, fault.New(fault.Invalid, "apply.data", "Value", s)
	}
	return n, nil
}

// parseRate reads "512kbit", "2Mbit", "1.5 Mbit/s" into kbit/s; fault.Invalid "apply.rate".
func parseRate(s string) (int64, error) {
	n, ok := parseUnits(strings.TrimSuffix(s, "/s"), rateUnits)
	if !ok {
		return 0, fault.New(fault.Invalid, "apply.rate", "Value", s)
	}
	return n, nil
}

// parseUnits reads a decimal number and a unit exactly; what is no whole number of the smallest unit is refused.
func parseUnits(s string, units []unit) (int64, bool) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, true
	}
	for _, u := range units {
		if number, ok := strings.CutSuffix(s, u.name); ok {
			return scaled(strings.TrimSpace(number), u.size)
		}
	}
	return 0, false
}

func scaled(number string, size int64) (int64, bool) {
	whole, decimals, dotted := strings.Cut(number, ".")
	if dotted && decimals == "" || len(decimals) > 9 || strings.ContainsAny(number, "+-_") {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > (1<<62)/size {
		return 0, false
	}
	n *= size
	for _, digit := range decimals {
		if size%10 != 0 || digit < '0' || digit > '9' {
			return 0, false
		}
		size /= 10
		n += int64(digit-'0') * size
	}
	return n, true
}

// unitText writes n exactly in the largest unit that needs at most three decimals.
func unitText(n int64, units []unit) text {
	for _, u := range units {
		thousandth := max(u.size/1000, 1)
		if n < u.size || n%thousandth != 0 {
			continue
		}
		number := strconv.FormatInt(n/u.size, 10)
		if rest := n % u.size / thousandth; rest != 0 {
			number += "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
		}
		return text(number + u.name)
	}
	return ""
}
