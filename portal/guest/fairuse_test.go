package guest

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/words"
	"mtandao/radius/access"
)

// TestFairUseIsTold: what is left of full speed, until when it is slower, what the night gives, in both languages.
func TestFairUseIsTold(t *testing.T) {
	zone := time.FixedZone("EAT", 3*60*60)
	midday, night := time.Date(2026, 11, 24, 12, 0, 0, 0, zone), time.Date(2026, 11, 24, 3, 30, 0, 0, zone)
	ends := func(g access.Grant, after time.Duration, at time.Time) access.Grant {
		g.Until = at.Add(after)
		return g
	}
	bare := galleryFair(midday, 1e9, access.PerDay)
	bare.Limits.FairUse, bare.Limits.Night = access.FairUse{}, access.Night{}
	toppedUp := galleryFair(midday, 5_100e6, access.PerDay)
	toppedUp.Fair.More = 2e9
	yesterday := galleryFair(midday, 5_100e6, access.PerDay)
	yesterday.Fair.Start = midday.AddDate(0, 0, -1)
	for name, c := range map[string]struct {
		grant   access.Grant
		at      time.Time
		english string
		swahili string
		share   int64
	}{
		"no fair use": {bare, midday, "", "", 0},
		"some left": {galleryFair(midday, 3_200e6, access.PerDay), midday,
			"Full speed left today: 1.8 GB, of 5 GB, then 2 Mbit/s until tomorrow 00:00", "Kasi kamili iliyobaki leo: 1.8 GB, kati ya 5 GB, kisha 2 Mbit/s hadi kesho 00:00", 36},
		"of a month": {galleryFair(midday, 0, access.PerMonth), midday,
			"Full speed left this month: 5 GB, of 5 GB, then 2 Mbit/s until 1 Dec 00:00", "Kasi kamili iliyobaki mwezi huu: 5 GB, kati ya 5 GB, kisha 2 Mbit/s hadi 1 Des 00:00", 100},
		"slow": {galleryFair(midday, 5e9, access.PerDay), midday,
			"Slower now: 2 Mbit/s, You used 5 GB. Full speed again tomorrow 00:00.", "Kasi imepungua: 2 Mbit/s, Umetumia 5 GB. Kasi kamili itarudi kesho 00:00.", 0},
		"slow for a month": {galleryFair(midday, 6e9, access.PerMonth), midday,
			"Slower now: 2 Mbit/s, You used 6 GB. Full speed again 1 Dec 00:00.", "Kasi imepungua: 2 Mbit/s, Umetumia 6 GB. Kasi kamili itarudi 1 Des 00:00.", 0},
		"slow until its end": {ends(galleryFair(midday, 6e9, access.PerMonth), 5*time.Hour, midday), midday,
			"Slower now: 2 Mbit/s, You used 6 GB. The speed stays like this until the plan ends.", "Kasi imepungua: 2 Mbit/s, Umetumia 6 GB. Kasi itabaki hivi hadi kifurushi kiishe.", 0},
		"topped up": {toppedUp, midday, "Full speed left today: 1.9 GB, of 7 GB, then 2 Mbit/s until tomorrow 00:00", "Kasi kamili iliyobaki leo: 1.9 GB, kati ya 7 GB, kisha 2 Mbit/s hadi kesho 00:00", 27},
		"a new day": {yesterday, midday, "Full speed left today: 5 GB, of 5 GB, then 2 Mbit/s until tomorrow 00:00", "Kasi kamili iliyobaki leo: 5 GB, kati ya 5 GB, kisha 2 Mbit/s hadi kesho 00:00", 100},
		"its night": {galleryFair(night, 5_100e6, access.PerDay), night, "Full speed left today: 0 MB, of 5 GB, then 2 Mbit/s until tomorrow 00:00",
			"Kasi kamili iliyobaki leo: 0 MB, kati ya 5 GB, kisha 2 Mbit/s hadi kesho 00:00", 0},
	} {
		for l, want := range map[words.Lang]string{words.English: c.english, words.Swahili: c.swahili} {
			p, got := &statusPage{}, ""
			p.Lang = l
			s := situation{grant: c.grant, now: c.at, loc: zone}
			_, s.left = access.Decide(s.grant, s.now, s.loc)
			if p.setFair(s); p.Fair != nil {
				got = p.Fair.Name + ": " + p.Fair.Value + ", " + p.Fair.Detail
			}
			if got != want || p.Fair != nil && p.Fair.Share != c.share {
				t.Errorf("%s: %q %+v\nwant %q", name, got, p.Fair, want)
			}
		}
	}
}

func TestTheNightIsTold(t *testing.T) {
	zone := time.FixedZone("EAT", 3*60*60)
	midday, night := time.Date(2026, 11, 24, 12, 0, 0, 0, zone), time.Date(2026, 11, 24, 3, 30, 0, 0, zone)
	for at, want := range map[time.Time][2]string{
		midday: {"Night: 20 Mbit/s from tomorrow 00:00. From tomorrow 00:00, what you use is not counted.", "Usiku: 20 Mbit/s kuanzia kesho 00:00. Kuanzia kesho 00:00, unachotumia hakihesabiwi."},
		night:  {"Night: 20 Mbit/s until today 06:00. What you use until today 06:00 is not counted.", "Usiku: 20 Mbit/s hadi leo 06:00. Unachotumia hadi leo 06:00 hakihesabiwi."},
	} {
		for i, l := range []words.Lang{words.English, words.Swahili} {
			p := &statusPage{}
			p.Lang = l
			if got := strings.Join(p.night(situation{grant: galleryFair(at, 0, access.PerDay), now: at, loc: zone}), " "); got != want[i] {
				t.Errorf("%q, want %q", got, want[i])
			}
		}
	}
}
