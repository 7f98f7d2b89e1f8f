package customers

import (
	"fmt"
	"slices"
	"testing"

	"mtandao/internal/db"
)

// TestAListIsTheSameWhicheverIsRead: from a tag or from the customers, from words or from the customers, and page by page.
func TestAListIsTheSameWhicheverIsRead(t *testing.T) {
	each(t, func(o office) {
		for n := range 24 {
			c := o.person(fmt.Sprint("Nafula Nangila ", n), fmt.Sprintf("07220000%02d", n))
			tags := []string{"vip"}
			if n%5 == 0 {
				tags = []string{"vip", "rare"}
			}
			o.must(func(tx *db.Tx) error {
				if err := tx.Gorm().Exec("UPDATE customers SET segment = ?, state = ?, site_id = ? WHERE id = ?", []Segment{Firm, Home, Home}[n%3], []State{Active, Active, Active, Closed}[n%4], 101+n%2, c.ID).Error; err != nil {
					return err
				}
				for _, tag := range tags {
					if err := tx.Gorm().Create(&tagRow{CustomerID: c.ID, Tag: tag}).Error; err != nil {
						return err
					}
				}
				return nil
			})
		}
		all := func(f Filter) (names []string) {
			for f.Limit = 4; ; {
				page, err := o.List(ctx, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range page.Customers {
					names = append(names, c.Name)
				}
				if f.Before, f.After = page.Older, page.Next; f.Before == 0 && f.After == "" {
					return names
				}
			}
		}
		most := fewFound
		defer func() { fewFound = most }()
		for _, f := range []Filter{{Tag: "vip"}, {Tag: "rare"}, {Tag: "vip", State: Closed}, {Tag: "vip", Segment: Firm}, {Tag: "rare", Segment: Home, State: Active}, {Segment: Home}, {Segment: Firm, State: Closed},
			{Typed: "nangila naf"}, {Typed: "na", Segment: Firm}, {Typed: "na", State: Closed}, {Typed: "na", Tag: "rare", Segment: Home},
			{Typed: "na", Sites: []int64{102}}, {Typed: "na", Sites: []int64{101, 102}, Segment: Home}, {Typed: "na", Sites: []int64{103}}} {
			fewFound = most
			fromFew := all(f)
			fewFound = 0
			fromMany := all(f)
			if !slices.Equal(fromFew, fromMany) || (len(fromFew) == 0) != slices.Equal(f.Sites, []int64{103}) {
				t.Errorf("%+v: %v, and otherwise %v", f, fromFew, fromMany)
			}
		}
	})
}
