package app

import (
	"slices"

	"mtandao/internal/site"
)

// names are the keys of sites and brands and their ids, those of this run too.
type names struct {
	siteID, brandID    map[string]int64
	siteSlug, brandKey map[int64]string
}

func (m *Main) names() *names {
	n := &names{siteID: map[string]int64{}, brandID: map[string]int64{}, siteSlug: map[int64]string{}, brandKey: map[int64]string{}}
	for _, b := range m.Sites.Brands() {
		n.addBrand(b)
	}
	for _, s := range m.Sites.Sites() {
		n.addSite(s)
	}
	return n
}

func (n *names) addBrand(b site.Brand) { n.brandID[b.Key], n.brandKey[b.ID] = b.ID, b.Key }
func (n *names) addSite(s site.Site)   { n.siteID[s.Slug], n.siteSlug[s.ID] = s.ID, s.Slug }

func (n *names) slugs(ids []int64) (all textList) {
	for _, id := range ids {
		all = append(all, n.siteSlug[id])
	}
	slices.Sort(all)
	return all
}
