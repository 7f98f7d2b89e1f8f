package access

import (
	"testing"
	"time"

	"mtandao/internal/fault"
)

func TestAGiftAddsToWhatIsLimited(t *testing.T) {
	hour := Gift{Time: time.Hour}
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		from   Limits
		more   Gift
		larger Limits
		key    string
	}{
		"time":           {Limits{Time: time.Hour}, hour, Limits{Time: 2 * time.Hour}, ""},
		"time and valid": {Limits{Time: time.Hour, TimeKind: Online, Valid: 24 * time.Hour}, hour, Limits{Time: 2 * time.Hour, TimeKind: Online, Valid: 25 * time.Hour}, ""},
		"validity":       {Limits{DataBytes: 5, Valid: time.Hour}, hour, Limits{DataBytes: 5, Valid: 2 * time.Hour}, ""},
		"a fixed end":    {Limits{ValidUntil: end}, hour, Limits{ValidUntil: end.Add(time.Hour)}, ""},
		"data":           {Limits{DataBytes: 5, Valid: time.Hour}, Gift{Bytes: 7}, Limits{DataBytes: 12, Valid: time.Hour}, ""},
		"nothing":        {Limits{Time: time.Hour}, Gift{}, Limits{}, "gift.nothing"},
		"less":           {Limits{Time: time.Hour}, Gift{Time: -time.Hour}, Limits{}, "gift.nothing"},
		"no data limit":  {Limits{Time: time.Hour}, Gift{Bytes: 7}, Limits{}, "gift.no_data"},
		"no time limit":  {Limits{DataBytes: 5}, hour, Limits{}, "gift.no_time"},
	} {
		larger, added, err := c.from.with(c.more)
		if c.key != "" {
			if fault.KeyOf(err) != c.key {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || string(EncodeLimits(larger)) != string(EncodeLimits(c.larger)) || added.Time+added.Valid != c.more.Time || added.DataBytes != c.more.Bytes {
			t.Errorf("%s: %+v and %+v: %v", name, larger, added, err)
		}
	}
}
