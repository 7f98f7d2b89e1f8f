package backoffice

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// listPage is a list of one kind of thing.
type listPage struct {
	frame
	Lead  string
	State stateView
	Acts  []act    // beside the title
	Chips [][]chip // groups of filters
	Find  *find
	table
	pager
	Many  *bulkBar
	Empty blank
	Live  string // address from which the list brings itself up to date
	Fresh string // when it last did
}

// pager is the addresses of other pages of a list; empty where there are none. First and Older are of what is sorted by time.
type pager struct{ First, Older, Next string }

// Bounds of one page of a list.
const (
	mostListed = 50  // of what happened
	mostRows   = 100 // of what is set up
)

func (q *request) listing(title, here string) *listPage {
	return &listPage{frame: q.page(title, here)}
}

func (q *request) list(p *listPage) error { return q.send(fiber.StatusOK, "list", p) }

func (p *listPage) blame(field, sentence string) {
	if p.Find != nil {
		blame(p.Find.Fields, field, sentence)
	}
}

// with is an address with one value of its query changed; an empty one is left out. A new filter begins at the first page.
func (q *request) with(name, value string) string {
	values := url.Values{}
	for key, v := range q.Queries() {
		if key != "before" && key != "after" {
			values.Set(key, v)
		}
	}
	if values.Set(name, value); value == "" {
		values.Del(name)
	}
	if len(values) == 0 {
		return q.Path()
	}
	return q.Path() + "?" + values.Encode()
}

// onPath is with at an address that goes on behind the page's.
func (q *request) onPath(tail, name, value string) string {
	return strings.Replace(q.with(name, value), q.Path(), q.Path()+tail, 1)
}

// chips are the values that a filter may have; the first, of an empty value, is all.
func (q *request) chips(name string, all []choice) []chip {
	here := q.Query(name)
	chips := make([]chip, len(all))
	for i, o := range all {
		chips[i] = chip{Name: o.Name, Address: q.with(name, o.Value), Here: o.Value == here}
	}
	return chips
}

// keep are filters of the address that stay while something is looked for.
func (q *request) keep(names ...string) (all []fact) {
	for _, name := range names {
		if value := q.Query(name); value != "" {
			all = append(all, fact{name, value})
		}
	}
	return all
}

// before is the id that the page asked for begins after; 0 is the first page.
func (q *request) before() int64 { return idIn(q.Query("before")) }

// newest keeps one page of what was read newest first, from where the address says. It holds most; one that was read beyond them says
// that there are older ones.
func newest[T any](q *request, all []T, most int, id func(T) int64) ([]T, pager) {
	var p pager
	if q.before() != 0 {
		p.First = q.with("before", "")
	}
	if len(all) > most {
		all = all[:most]
		p.Older = q.with("before", number(id(all[most-1])))
	}
	return all, p
}

// paged keeps one page of what is sorted by key, after the one that the address names, and says where the next begins.
func paged[T any](q *request, all []T, key func(T) string) ([]T, string) {
	after := q.Query("after")
	all = all[slices.IndexFunc(all, func(one T) bool { return after != "" && key(one) == after })+1:]
	if len(all) <= mostRows {
		return all, ""
	}
	return all[:mostRows], q.with("after", key(all[mostRows-1]))
}
