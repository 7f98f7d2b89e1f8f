package customers

import (
	"context"

	"mtandao/internal/db"
)

func (s *Service) withIdentity(ctx context.Context, i Identity) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&identityRow{}).Where("number_hash IN ?", s.Keys.Lookups(purposeIdentity, i.spelt())).Limit(severalAreEnough).Pluck("customer_id", &ids).Error
	return ids, db.Fault(err)
}

func (s *Service) withPIN(ctx context.Context, pin string) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&customerRow{}).Where("pin = ? AND state <> ?", pin, string(Merged)).Limit(severalAreEnough).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

const mostHeard = 100

// heard lists customers of a site of whose names two words, or the only one, sound like these. Sounds are counted in the site's part of their index,
// before anybody is looked up.
func (s *Service) heard(ctx context.Context, sounds []string, siteID int64) (all []Customer, err error) {
	var rows []customerRow
	two := ""
	if len(sounds) > 1 {
		two = " HAVING MIN(w.sound) <> MAX(w.sound)"
	}
	err = s.DB.Read(ctx).Raw(`SELECT c.* FROM (SELECT w.customer_id FROM customer_sounds w WHERE w.site_id = ? AND w.sound IN ? GROUP BY w.customer_id`+two+`) h `+s.then()+
		` customers c ON c.id = h.customer_id WHERE c.site_id = ? AND c.state <> ? LIMIT ?`, siteID, sounds, siteID, string(Merged), mostHeard).Scan(&rows).Error
	for _, r := range rows {
		all = append(all, r.customer())
	}
	return all, db.Fault(err)
}
