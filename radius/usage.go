package radius

import (
	"cmp"
	"slices"
	"time"
)

// Volume is what sessions used: online time in whole seconds, octets from and to the client.
type Volume struct {
	Seconds   int64 `gorm:"column:online_seconds"`
	BytesUp   int64
	BytesDown int64
}

// UsageHour is what a grant used at a site within an hour of UTC, by the time of the router's reports. Together with all
// others of the grant it is exactly what its sessions counted. Hour counts from the beginning of 1970: keys are numbers and
// texts, which a copy of the database can follow.
type UsageHour struct {
	GrantID int64 `gorm:"primaryKey"`
	Hour    int64 `gorm:"primaryKey"`
	SiteID  int64 `gorm:"primaryKey"`
	Volume
}

// hourOf is the hour of an instant.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// UsageDay is the same for a day of the site's zone, as 2026-11-25.
type UsageDay struct {
	GrantID int64  `gorm:"primaryKey"`
	Day     string `gorm:"primaryKey"`
	SiteID  int64  `gorm:"primaryKey"`
	Volume
}

// TableName is the roll-up by the hour.
func (UsageHour) TableName() string { return "usage_hours" }

// TableName is the roll-up by the day.
func (UsageDay) TableName() string { return "usage_days" }

// Add is the sum of both.
func (v Volume) Add(w Volume) Volume {
	return Volume{v.Seconds + w.Seconds, v.BytesUp + w.BytesUp, v.BytesDown + w.BytesDown}
}

// grown is what must be counted on the grant: the growth, or all of it when the session has only now become somebody's.
func grown(before, after Session) Volume {
	if after.GrantID == 0 {
		return Volume{}
	}
	if before.GrantID == 0 {
		before = Session{}
	}
	return Volume{after.Seconds - before.Seconds, after.BytesUp - before.BytesUp, after.BytesDown - before.BytesDown}
}

// bucket names a roll-up: of an hour, or of a day.
type bucket struct {
	GrantID, SiteID int64
	Hour            int64
	Day             string
}

func (a bucket) compare(b bucket) int {
	return cmp.Or(cmp.Compare(a.GrantID, b.GrantID), cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Day, b.Day), cmp.Compare(a.SiteID, b.SiteID))
}

// rollUp is what one transaction adds to the hours and days.
type rollUp struct{ hours, days map[bucket]Volume }

func newRollUp() rollUp { return rollUp{map[bucket]Volume{}, map[bucket]Volume{}} }

func (u rollUp) count(s Session, v Volume, at time.Time, zone *time.Location) {
	hour := bucket{GrantID: s.GrantID, SiteID: s.SiteID, Hour: hourOf(at)}
	day := bucket{GrantID: s.GrantID, SiteID: s.SiteID, Day: at.In(zone).Format(time.DateOnly)}
	u.hours[hour], u.days[day] = u.hours[hour].Add(v), u.days[day].Add(v)
}

// rows are in their order, so that two nodes do not lock crosswise.
func (u rollUp) rows() (hours []UsageHour, days []UsageDay) {
	for _, k := range sortedBuckets(u.hours) {
		hours = append(hours, UsageHour{k.GrantID, k.Hour, k.SiteID, u.hours[k]})
	}
	for _, k := range sortedBuckets(u.days) {
		days = append(days, UsageDay{k.GrantID, k.Day, k.SiteID, u.days[k]})
	}
	return hours, days
}

func sortedBuckets(m map[bucket]Volume) []bucket {
	keys := make([]bucket, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, bucket.compare)
	return keys
}
