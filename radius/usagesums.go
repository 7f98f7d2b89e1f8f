package radius

import (
	"cmp"
	"slices"
)

// UsageSum is what grants of a plan used at a site on a day of its zone, as 2026-11-25: the sum of their UsageDay, by the plan that each had when it was counted.
// It is kept when those are deleted. Each node has rows of its own, so that none waits for another.
type UsageSum struct {
	Day     string `gorm:"primaryKey"`
	SiteID  int64  `gorm:"primaryKey;autoIncrement:false"`
	PlanKey string `gorm:"primaryKey"`
	Node    int64  `gorm:"primaryKey;autoIncrement:false"`
	Volume
}

// TableName is the roll-up of all grants.
func (UsageSum) TableName() string { return "usage_sums" }

// grants are those of which something is counted.
func (u rollUp) grants() []int64 {
	some := map[int64]bool{}
	for b, v := range u.days {
		if v != (Volume{}) {
			some[b.GrantID] = true
		}
	}
	return sortedKeys(some)
}

// sums adds up the days by the plans of their grants, in the order of their keys.
func (u rollUp) sums(plans map[int64]string, node int64) []UsageSum {
	all := map[UsageSum]Volume{}
	for b, v := range u.days {
		if v != (Volume{}) {
			of := UsageSum{Day: b.Day, SiteID: b.SiteID, PlanKey: plans[b.GrantID], Node: node}
			all[of] = all[of].Add(v)
		}
	}
	rows := make([]UsageSum, 0, len(all))
	for of, v := range all {
		of.Volume = v
		rows = append(rows, of)
	}
	slices.SortFunc(rows, func(a, b UsageSum) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.SiteID, b.SiteID), cmp.Compare(a.PlanKey, b.PlanKey))
	})
	return rows
}
