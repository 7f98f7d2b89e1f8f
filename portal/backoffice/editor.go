package backoffice

import (
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// editor is how one kind of thing is made and changed.
type editor struct {
	kind, list, here string
	texts            string // with which the keys of its words begin
	may              staff.Permission
	sheets           []sheet
	keyField         string // which field names it in a file
	// reaches says whether what these fields describe is somebody's to change; id is 0 for something new.
	reaches func(q *request, id int64, fields map[string]string) bool
	// dress adds to a form what it alone shows.
	dress func(q *request, p *formPage, f form, o Object) error
	// local: who works at some sites may make one for them.
	local bool
	// proof asks somebody to prove themself first.
	proof bool
}

func (e *editor) routes(b *Backoffice) []route {
	making := everywhere
	if e.local {
		making = full
	}
	return []route{
		{get, e.list + "/new", making, e.may, func(q *request) error { return e.askNew(q) }},
		{post, e.list + "/new", making, e.may, func(q *request) error { return e.create(q) }},
		{get, e.list + "/:id/edit", full, e.may, func(q *request) error { return e.ask(q) }},
		{post, e.list + "/:id/edit", full, e.may, func(q *request) error { return e.save(q) }},
	}
}

func (e *editor) askNew(q *request) error {
	if err := e.proven(q); err != nil {
		return err
	}
	o := usual(e.sheets)
	p, err := e.page(q, q.form(e.kind, o), o)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// proven asks for a proof where the kind of thing needs one.
func (e *editor) proven(q *request) error {
	if !e.proof {
		return nil
	}
	return q.proven()
}

// page is the form as its fields stand; o is what is stored, without an id for something new.
func (e *editor) page(q *request, f form, o Object) (*formPage, error) {
	p := &formPage{frame: q.page(e.texts+"new", e.here), Action: e.list + "/new"}
	if o.ID != 0 {
		p.Action, p.Hidden = e.list+"/"+number(o.ID)+"/edit", []fact{{"was", o.Stamp}}
	}
	if name := o.Fields["name"]; o.ID != 0 {
		if name == "" {
			name = o.Key
		}
		p.Title = name
	}
	p.Crumbs = []crumb{{p.T(e.texts + "list"), e.list}}
	p.Button = p.T("office.set.save")
	q.office.brandChoices(&f, p)
	if e.dress != nil {
		if err := e.dress(q, p, f, o); err != nil {
			return nil, err
		}
	}
	p.lay(f, e.sheets, o.ID == 0)
	return p, nil
}

func (b *Backoffice) brandChoices(f *form, p *formPage) {
	f.brands = []choice{{Name: p.T("office.brand.none")}}
	for _, brand := range b.Sites.Brands() {
		f.brands = append(f.brands, choice{Name: brand.Name, Value: brand.Key})
	}
}

func (e *editor) create(q *request) error {
	o := usual(e.sheets)
	secret := ""
	err := q.submit(q.form(e.kind, o), e.sheets, func(f form) (*formPage, error) { return e.page(q, f, o) }, func(fields map[string]string) error {
		e.complete(fields)
		if e.kind == kindRouter && fields["secret"] == "" {
			secret = newSecret()
			fields["secret"] = secret
		}
		return e.store(q, 0, Change{Kind: e.kind, Key: fields[e.keyField], New: true, Fields: fields})
	})
	if err != nil {
		return err
	}
	return e.after(q, secret)
}

// after leads on from what was made. A secret that we have made is shown now, and not again.
func (e *editor) after(q *request, secret string) error {
	q.tell("good", e.texts+"made", "")
	if secret != "" {
		return q.showSecret(secret, e.list)
	}
	return led(e.list)
}

// complete names something new by its name, where nobody gave it a short one.
func (e *editor) complete(fields map[string]string) {
	if e.keyField != "name" && fields[e.keyField] == "" {
		fields[e.keyField] = shortName(fields["name"])
	}
}

// shortName is a name as addresses and files spell it.
func shortName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(cutTo(b.String(), 32), "-")
}

// store saves a change that is somebody's to make, as it was and as it will be.
func (e *editor) store(q *request, id int64, c Change) error {
	if err := e.proven(q); err != nil {
		return err
	}
	if !e.reaches(q, id, c.Fields) {
		return &WrongField{Kind: e.kind, Field: "sites", Cause: fault.New(fault.Invalid, "setup.not_yours")}
	}
	return q.office.Setup.Save(q.ctx, q.author(), c)
}

// theirs finds the object of the address, if it is somebody's to change.
func (e *editor) theirs(q *request) (Object, error) {
	o, err := q.object(e.kind)
	if err == nil && !e.reaches(q, o.ID, o.Fields) {
		err = notHere()
	}
	return o, err
}

func (e *editor) ask(q *request) error {
	o, err := e.theirs(q)
	if err == nil {
		err = e.proven(q)
	}
	if err != nil {
		return err
	}
	p, err := e.page(q, q.form(e.kind, o), o)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (e *editor) save(q *request) error {
	o, err := e.theirs(q)
	if err != nil {
		return err
	}
	err = q.submit(q.form(e.kind, o), fixed(e.sheets), func(f form) (*formPage, error) { return e.page(q, f, o) }, func(fields map[string]string) error {
		c := o.change(e.kind, fields)
		c.Stamp = q.FormValue("was")
		return e.store(q, o.ID, c)
	})
	if err != nil {
		return err
	}
	q.tell("good", "office.set.saved", "")
	return led(e.list + "/" + number(o.ID) + e.tail())
}

// tail is what follows the id in the address of an object's page.
func (e *editor) tail() string {
	if e.kind == kindRouter || e.kind == kindPool {
		return ""
	}
	return "/edit"
}

// fixed are the fields that may change once something is made.
func fixed(sheets []sheet) []sheet {
	var all []sheet
	for _, sh := range sheets {
		var specs []spec
		for _, s := range sh.specs {
			if !s.onlyNew {
				specs = append(specs, s)
			}
		}
		all = append(all, sheet{title: sh.title, specs: specs, folded: sh.folded})
	}
	return all
}

// turn is a POST that only changes the state; undo is the tail of the address that takes it back.
func (e *editor) turn(tail, state, told, undo string) route {
	return route{post, e.list + "/:id/" + tail, full, e.may, func(q *request) error {
		o, err := e.theirs(q)
		if err == nil {
			err = e.proven(q)
		}
		if err == nil {
			err = q.office.Setup.Save(q.ctx, q.author(), o.change(e.kind, map[string]string{"state": state}))
		}
		if _, cause, mendable := wrong(err); err != nil && mendable {
			return cause
		}
		if err != nil {
			return err
		}
		if undo != "" {
			undo := e.list + "/" + number(o.ID) + "/" + undo
			q.tell("good", told, undo, "Name", o.name())
		} else {
			q.tell("good", told, "", "Name", o.name())
		}
		return led(e.list + "/" + number(o.ID) + e.tail())
	}}
}

// before is a page that asks before such a POST.
func (e *editor) before(tail, texts string) route {
	return route{get, e.list + "/:id/" + tail, full, e.may, func(q *request) error {
		o, err := e.theirs(q)
		if err == nil {
			err = e.proven(q)
		}
		if err != nil {
			return err
		}
		at := e.list + "/" + number(o.ID)
		return q.showForm(q.asking(texts, e.here, at+e.tail(), "Name", o.name()))
	}}
}

// listing starts the list of an editor's kind.
func (e *editor) listing(q *request) *listPage {
	p := q.listing(e.texts+"list", e.here)
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Empty = blank{Title: p.T(e.texts + "none_yet"), Text: p.T(e.texts + "what"), Icon: "inbox"}
	if q.reachable(e.list+"/new") != "" {
		p.Acts = []act{{Name: p.T(e.texts + "new"), Address: e.list + "/new", Icon: "plus", Tone: "primary"}}
		p.Empty.Address, p.Empty.Button = p.Acts[0].Address, p.Acts[0].Name
	}
	return p
}

func (o Object) name() string {
	if name := o.Fields["name"]; name != "" {
		return name
	}
	return o.Key
}
