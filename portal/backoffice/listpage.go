package backoffice

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// listPage is a list of one kind of thing.
type listPage struct {
	frame
	New     crumb // the button that makes one; no address: none
	Chips   []choice
	Columns []column
	Rows    []listRow
	Next    string
	Empty   blank
	Button  string
	Live    string // address from which the list brings itself up to date
}

type column struct {
	Name  string
	Right bool
}

type listRow struct{ Cells []cell }

type cell struct {
	Text, Address, Class, More string
	State                      stateView
	Colours                    []swatch
}

type swatch struct {
	X    int
	Fill string
}

// mostRows bounds one page of a list.
const mostRows = 100

// paged keeps one page of what is sorted by key, and says where the next begins.
func paged(q *request, all []Object) ([]Object, string) {
	after := q.Query("after")
	var kept []Object
	for _, o := range all {
		if o.Key > after {
			kept = append(kept, o)
		}
	}
	if len(kept) <= mostRows {
		return kept, ""
	}
	kept = kept[:mostRows]
	return kept, q.Path() + "?" + url.Values{"after": {kept[mostRows-1].Key}}.Encode()
}

// list starts the page of an editor's kind. Its columns are words office.column.…
func (e *editor) listing(q *request, columns ...column) *listPage {
	p := &listPage{frame: q.page(e.texts+"list", e.here)}
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	for _, c := range columns {
		c.Name = p.T("office.column." + c.Name)
		p.Columns = append(p.Columns, c)
	}
	p.Empty = blank{Title: p.T(e.texts + "none_yet"), Text: p.T(e.texts + "what"), Icon: "inbox"}
	if e.mayMake(q) {
		p.New = crumb{p.T(e.texts + "new"), e.list + "/new"}
		p.Empty.Address, p.Button = p.New.Address, p.New.Name
	}
	return p
}

func (e *editor) mayMake(q *request) bool {
	if e.kind == kindPlan || e.kind == kindRouter {
		return q.maySomewhere(e.may)
	}
	return q.atAllSites(e.may)
}

func (q *request) list(p *listPage) error { return q.send(fiber.StatusOK, "list", p) }
