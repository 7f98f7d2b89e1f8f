package notify

import (
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
)

func TestParseCost(t *testing.T) {
	tests := []struct {
		in   string
		want Cost
		ok   bool
		text string
	}{
		{"KES 0.8000", Cost{8000, "KES"}, true, "KES 0.80"},
		{"KES 0.8250", Cost{8250, "KES"}, true, "KES 0.825"},
		{"KES1785.5", Cost{17_855_000, "KES"}, true, "KES 1785.50"},
		{"usd -12", Cost{-120_000, "USD"}, true, "USD -12.00"},
		{"0", Cost{}, true, "0.00"},
		{"3.00005", Cost{30_000, ""}, true, "3.00"},
		{"", Cost{}, false, ""}, {"KES", Cost{}, false, ""}, {"1,000", Cost{}, false, ""}, {"--1", Cost{}, false, ""},
		{"1e9", Cost{}, false, ""}, {"99999999999999999999", Cost{}, false, ""}, {"1.2.3", Cost{}, false, ""}, {"1.0000x", Cost{}, false, ""},
	}
	for _, tt := range tests {
		got, ok := ParseCost(tt.in)
		if ok != tt.ok || got != tt.want || ok && got.String() != tt.text {
			t.Errorf("%q: %+v %v %q", tt.in, got, ok, got)
		}
	}
}

func FuzzParseCost(f *testing.F) {
	f.Add("KES 0.8000")
	f.Add("-1.5")
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := ParseCost(s)
		if !ok {
			return
		}
		if again, ok := ParseCost(c.String()); !ok || again != c {
			t.Errorf("%q is %+v, written %q, read %+v", s, c, c, again)
		}
	})
}

func TestQuietHours(t *testing.T) {
	d := testdb.SQLite(t)
	w := newWorld(t, d, nil)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour-3, minute, 0, 0, time.UTC) }
	tests := []struct {
		name      string
		purpose   Purpose
		now, want time.Time
	}{
		{"by day", ForReminder, at(25, 12, 0), at(25, 12, 0)},
		{"at the first quiet minute", ForReminder, at(25, 21, 0), at(26, 7, 0)},
		{"just before", ForReminder, at(25, 20, 59), at(25, 20, 59)},
		{"after midnight", ForReminder, at(26, 2, 0), at(26, 7, 0)},
		{"at the end", ForReminder, at(26, 7, 0), at(26, 7, 0)},
		{"an offer early", ForOffer, at(26, 7, 30), at(26, 8, 0)},
		{"an offer in the evening", ForOffer, at(25, 18, 0), at(26, 8, 0)},
		{"an offer at night", ForOffer, at(26, 3, 0), at(26, 8, 0)},
		{"a code at night", ForCode, at(26, 3, 0), at(26, 3, 0)},
		{"a receipt at night", ForReceipt, at(26, 3, 0), at(26, 3, 0)},
		{"an alert at night", ForAlert, at(26, 3, 0), at(26, 3, 0)},
		{"at the end of a month", ForReminder, at(30, 23, 0), time.Date(2026, 12, 1, 4, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		if got := w.s.earliest(tt.purpose, tt.now); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	w.setting(settings.MessageQuietFrom, "07:00")
	if got := w.s.earliest(ForReminder, at(26, 3, 0)); !got.Equal(at(26, 3, 0)) {
		t.Errorf("equal ends: %v", got)
	}
	w.setting(settings.MessageQuietUntil, "10:00")
	if got := w.s.earliest(ForOffer, at(26, 3, 0)); !got.Equal(at(26, 10, 0)) {
		t.Errorf("one stretch ends in the other: %v", got)
	}
	w.setting(settings.MessageZone, "America/New_York")
	if got := w.s.earliest(ForReminder, time.Date(2026, 11, 1, 12, 30, 0, 0, time.UTC)); !got.Equal(time.Date(2026, 11, 1, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("on the day the clocks go back: %v", got)
	}
}

func TestAddressesAreWrittenOneWayAndMasked(t *testing.T) {
	tests := []struct {
		channel          Channel
		in, want, masked string
		ok               bool
	}{
		{SMS, "+254712345678", "254712345678", "0712 ••• 678", true},
		{SMS, "0112345678", "254112345678", "0112 ••• 678", true},
		{SMS, "254812345678", "", "", false},
		{SMS, "255712345678", "", "", false},
		{SMS, "254712345678,254712345679", "", "", false},
		{Email, "Asha@Example.com", "asha@example.com", "a•••@example.com", true},
		{Email, "Asha <a@b.c>", "", "", false},
		{Email, "a@b.c\r\nBcc: x@y.z", "", "", false},
		{Telegram, "-100200300", "-100200300", "•••300", true},
		{Telegram, "me", "", "", false},
		{Webhook, "https://hooks.example.com/x?token=1", "https://hooks.example.com/x?token=1", "hooks.example.com/•••", true},
		{Webhook, "http://example.com/x", "", "", false},
		{Webhook, "http://127.0.0.1:9/x", "http://127.0.0.1:9/x", "127.0.0.1:9/•••", true},
		{Webhook, "https://u:p@example.com/", "", "", false},
		{Webhook, "file:///etc/passwd", "", "", false},
	}
	for _, tt := range tests {
		got, ok := address(tt.channel, tt.in)
		if ok != tt.ok || ok && (got != tt.want || mask(tt.channel, got) != tt.masked) {
			t.Errorf("%s %q: %q %v %q", tt.channel, tt.in, got, ok, mask(tt.channel, got))
		}
	}
}

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &messageRow{}, &reportRow{}, &consentRow{}, &slotRow{}, &carrierRow{}, &alertRow{})
	})
}
