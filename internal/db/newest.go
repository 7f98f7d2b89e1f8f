package db

import (
	"cmp"
	"slices"

	"gorm.io/gorm"
)

// NewestAt narrows a list of the newest rows, by id, to some sites; none: to all. of gives the rows anew each time it is called, with each filter but that of sites.
// Of several sites each is asked for by itself, by an index over site_id and id: asked for all at once, SQLite reads and sorts whatever they have.
func NewestAt(of func() *gorm.DB, sites []int64, limit int) (*gorm.DB, error) {
	return firstAt(of, sites, limit, "id DESC", func(a, b int64) int { return cmp.Compare(b, a) })
}

// OldestAt is NewestAt of the oldest rows.
func OldestAt(of func() *gorm.DB, sites []int64, limit int) (*gorm.DB, error) {
	return firstAt(of, sites, limit, "id", cmp.Compare[int64])
}

func firstAt(of func() *gorm.DB, sites []int64, limit int, order string, compare func(a, b int64) int) (*gorm.DB, error) {
	switch len(sites) {
	case 0:
		return of().Order(order).Limit(limit), nil
	case 1:
		return of().Where("site_id = ?", sites[0]).Order(order).Limit(limit), nil
	}
	var ids []int64
	for _, site := range sites {
		var some []int64
		if err := of().Where("site_id = ?", site).Order(order).Limit(limit).Pluck("id", &some).Error; err != nil {
			return nil, Fault(err)
		}
		ids = append(ids, some...)
	}
	slices.SortFunc(ids, compare)
	if ids = ids[:min(len(ids), limit)]; len(ids) == 0 {
		ids = []int64{-1} // which no SQL likes to be empty
	}
	return of().Where("id IN ?", ids).Order(order).Limit(limit), nil
}
