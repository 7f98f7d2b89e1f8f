package web

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/seal"
)

// Stamps prove that a form was made by us for this subject within the last hours: the CSRF token of pages that can
// have no cookie.
type Stamps struct {
	Keys  *seal.Keys
	Clock clock.Clock
}

const (
	stampPurpose = "guest form"
	stampLife    = time.Hour
)

// Make stamps a form. The parts name its subject: the page, the site, the device or order.
func (s Stamps) Make(parts ...string) string {
	return hex.EncodeToString(s.Keys.Sign(stampPurpose, message(s.hour(), parts)))
}

// Valid accepts a stamp of the present hour and of the one before.
func (s Stamps) Valid(stamp string, parts ...string) bool {
	mac, err := hex.DecodeString(stamp)
	if err != nil {
		return false
	}
	now := s.hour()
	return s.Keys.Verify(stampPurpose, message(now, parts), mac) || s.Keys.Verify(stampPurpose, message(now-1, parts), mac)
}

func (s Stamps) hour() int64 { return s.Clock.Now().Unix() / int64(stampLife/time.Second) }

// message quotes each part, so that no two lists of parts make the same message.
func message(hour int64, parts []string) []byte {
	var b strings.Builder
	b.WriteString(strconv.FormatInt(hour, 10))
	for _, part := range parts {
		b.WriteByte(' ')
		b.WriteString(strconv.Quote(part))
	}
	return []byte(b.String())
}
