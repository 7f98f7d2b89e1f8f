package router

import (
	"errors"
	"strconv"
	"strings"
)

// rate is in bit/s.
type rate struct{ up, down int64 }

var errRate = errors.New("invalid rate-limit")

// parseRate reads the grammar of Mikrotik-Rate-Limit (reference/mikrotik.md 4.3). Only the rate shapes the simulated
// traffic, but the whole text must be right: a real router refuses the log-in otherwise.
func parseRate(text string) (rate, error) {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > 6 {
		return rate{}, errRate
	}
	parts := make([]rate, len(fields))
	for i, field := range fields {
		pair, err := parsePair(field, i)
		if err != nil {
			return rate{}, err
		}
		parts[i] = pair
	}
	if len(parts) == 6 && (parts[5].up > parts[0].up || parts[5].down > parts[0].down) {
		return rate{}, errRate
	}
	return parts[0], nil
}

// The fifth field is the priority, a single number from 1 to 8; the fourth is in seconds.
func parsePair(field string, at int) (rate, error) {
	if at == 4 {
		n, err := strconv.Atoi(field)
		if err != nil || n < 1 || n > 8 {
			return rate{}, errRate
		}
		return rate{}, nil
	}
	up, down, both := strings.Cut(field, "/")
	if !both {
		down = up
	}
	r, err := parseRates(strings.TrimSuffix(up, secondsAt(at)), strings.TrimSuffix(down, secondsAt(at)))
	return r, err
}

func secondsAt(at int) string {
	if at == 3 {
		return "s"
	}
	return ""
}

func parseRates(up, down string) (rate, error) {
	u, err := parseBits(up)
	if err != nil {
		return rate{}, err
	}
	d, err := parseBits(down)
	return rate{up: u, down: d}, err
}

func parseBits(text string) (int64, error) {
	unit := int64(1)
	switch {
	case strings.HasSuffix(text, "k"):
		unit, text = 1000, text[:len(text)-1]
	case strings.HasSuffix(text, "M"):
		unit, text = 1_000_000, text[:len(text)-1]
	case strings.HasSuffix(text, "G"):
		unit, text = 1_000_000_000, text[:len(text)-1]
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || int64(n) > 1_000_000_000_000/unit {
		return 0, errRate
	}
	return int64(n) * unit, nil
}
