package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

const mostListed = 50

func (b *Backoffice) staffList(q *request) error {
	var after int64
	if typed := q.Query("after"); typed != "" {
		after, _ = strconv.ParseInt(typed, 10, 64)
	}
	members, err := b.Staff.Members(q.ctx, after, mostListed)
	if err != nil {
		return err
	}
	p := b.board(q, "office.staff.title", "staff")
	p.Acts = []act{{Name: p.T("office.roles.title"), Icon: "key-round", Address: "/office/roles"}, {Name: p.T("office.staff.invite"), Icon: "plus", Address: "/office/staff/new", Tone: "primary"}}
	t := &table{Columns: []boardColumn{{Name: p.T("office.staff.name")}, {Name: p.T("office.email")}, {Name: p.T("office.staff.roles")}, {Name: p.T("office.staff.sites")},
		{Name: p.T("office.me.lock")}, {Name: p.T("office.state")}}}
	for _, m := range members {
		if q.shows(m) {
			t.add(boardCell{Text: m.Name, Address: "/office/staff/" + number(m.ID)}, boardCell{Text: m.Email}, boardCell{Text: roleNames(&p.frame, m.Roles)},
				boardCell{Text: b.siteNames(&p.frame, m)}, stated(lockState(&p.frame, m)), stated(memberState(&p.frame, m.State)))
		}
	}
	s := boardSection{Table: t}
	if len(members) == mostListed {
		s.Older = q.with("after", number(members[len(members)-1].ID))
	}
	p.add(s)
	return q.show(p)
}

// shows: who works at sites that are not yours does not exist for you.
func (q *request) shows(m staff.Member) bool { return staff.Knows(q.in.Member, m) }

func roleNames(f *frame, roles []staff.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = roleName(f, r)
	}
	return strings.Join(names, ", ")
}

func roleName(f *frame, r staff.Role) string {
	if key := r.TextKey(); key != "" {
		return f.T(key)
	}
	return r.Name
}

func (b *Backoffice) siteNames(f *frame, m staff.Member) string {
	if len(m.Sites) == 0 {
		return f.T("office.site.all")
	}
	var names []string
	for _, id := range m.Sites {
		if name := b.siteName(id); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

func memberState(f *frame, state string) stateView {
	switch state {
	case staff.Active:
		return stateView{"good", f.T("office.staff.active")}
	case staff.Invited:
		return stateView{"warn", f.T("office.staff.invited")}
	}
	return stateView{"bad", f.T("office.staff.disabled")}
}

func lockState(f *frame, m staff.Member) stateView {
	switch {
	case m.SecondFactor:
		return stateView{"good", f.T("office.on")}
	case m.NeedsSecondFactor():
		return stateView{"warn", f.T("office.staff.lock_owed")}
	}
	return stateView{"", f.T("office.off")}
}

// profile is what a form says of a member.
func (q *request) profile() staff.Profile {
	p := staff.Profile{Name: strings.TrimSpace(q.FormValue("name")), Language: q.FormValue("language"), Roles: q.all("role")}
	for _, typed := range q.all("site") {
		id, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			id = -1 // no site's; the service says so
		}
		p.Sites = append(p.Sites, id)
	}
	return p
}

// all are the values of a field that a form may send several times.
func (q *request) all(name string) (values []string) {
	q.Request().PostArgs().VisitAll(func(key, value []byte) {
		if string(key) == name {
			values = append(values, string(value))
		}
	})
	return values
}

// aboutMember says beside which field a sentence about a member stands.
var aboutMember = map[string]string{"staff.name": "name", "staff.email": "email", "staff.email_taken": "email", "staff.language": "language",
	"staff.no_role": "role", "staff.no_such_role": "role", "staff.sites": "site", "staff.last_owner": "role"}

func (b *Backoffice) profileFields(q *request, f *frame, p staff.Profile) ([]boardField, error) {
	roles, err := b.Staff.Roles(q.ctx)
	fields := []boardField{{input: input{Name: "name", Type: "text", Label: f.T("office.staff.name"), Value: p.Name, Auto: "off", Most: 80, Must: true}},
		{input: input{Name: "language", Label: f.T("office.me.language")}, Kind: "select", Options: spokenHere(p.Language)}}
	ticks := boardField{input: input{Name: "role", Label: f.T("office.staff.roles")}, Kind: "ticks"}
	for _, r := range roles {
		ticks.Options = append(ticks.Options, boardOption{Value: r.Key, Name: roleName(f, r), Hint: permissionNames(f, r), Chosen: slices.Contains(p.Roles, r.Key)})
	}
	places := boardField{input: input{Name: "site", Label: f.T("office.staff.sites"), Hint: f.T("office.staff.sites_hint")}, Kind: "ticks"}
	for _, s := range b.Sites.Sites() {
		if q.sees(s.ID) {
			places.Options = append(places.Options, boardOption{Value: number(s.ID), Name: s.Name, Chosen: slices.Contains(p.Sites, s.ID)})
		}
	}
	return append(fields, ticks, places), err
}

func permissionNames(f *frame, r staff.Role) string {
	if r.Key == staff.Owner {
		return f.T("office.roles.everything")
	}
	var names []string
	for _, d := range staff.Permissions {
		if r.Has(d.Permission) {
			names = append(names, f.T(d.TextKey))
		}
	}
	return strings.Join(names, " · ")
}

func (b *Backoffice) askInvite(q *request) error {
	if err := b.proven(q); err != nil {
		return err
	}
	p, err := b.invitePage(q, "", staff.Profile{Language: string(q.lang())})
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) invitePage(q *request, email string, said staff.Profile) (*boardPage, error) {
	p := b.board(q, "office.staff.invite", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}}
	fields, err := b.profileFields(q, &p.frame, said)
	mail := boardField{input: input{Name: "email", Type: "email", Label: p.T("office.email"), Value: email, Auto: "off", Most: 100, Must: true, Hint: p.T("office.staff.email_hint")}}
	p.add(boardSection{Form: &boardForm{Action: "/office/staff/new", Button: p.T("office.staff.make_link"), Cancel: "/office/staff", Fields: append([]boardField{mail}, fields...)}})
	return p, err
}

func (b *Backoffice) invite(q *request) error {
	if err := b.proven(q); err != nil {
		return err
	}
	email, said := q.FormValue("email"), q.profile()
	w, err := b.Doorway.Invite(q.ctx, q.in.By(q.visit()), email, said)
	if err != nil {
		p, e := b.invitePage(q, email, said)
		if e != nil {
			return e
		}
		return q.refuse(outranked(err), p, aboutMember)
	}
	return b.showLink(q, w)
}

// showLink shows a link once. It is no redirect: an address that shows it again would keep it somewhere.
func (b *Backoffice) showLink(q *request, w Welcome) error {
	p := b.board(q, "office.staff.link_title", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}, {w.Member.Name, "/office/staff/" + number(w.Member.ID)}}
	s := boardSection{Lead: p.T("office.staff.link_lead", "Name", w.Member.Name), Once: w.Address}
	if w.Mailed {
		p.Notes = append(p.Notes, note{Tone: "good", Text: p.T("office.staff.link_mailed", "Email", w.Member.Email)})
	}
	p.add(s)
	return q.show(p)
}

// theColleague is the member of an address, if the person who asks may know them.
func (b *Backoffice) theColleague(q *request) (staff.Member, error) {
	id, err := q.idOf("id")
	if err != nil {
		return staff.Member{}, err
	}
	m, err := b.Staff.Member(q.ctx, id)
	if err == nil && !q.shows(m) {
		err = notHere()
	}
	return m, hidden(err)
}

func (b *Backoffice) colleague(q *request) error {
	m, err := b.theColleague(q)
	if err != nil {
		return err
	}
	p, err := b.colleaguePage(q, m, profileOf(m))
	if err != nil {
		return err
	}
	return q.show(p)
}

func profileOf(m staff.Member) staff.Profile {
	p := staff.Profile{Name: m.Name, Language: m.Language, Sites: m.Sites}
	for _, r := range m.Roles {
		p.Roles = append(p.Roles, r.Key)
	}
	return p
}

func (b *Backoffice) colleaguePage(q *request, m staff.Member, said staff.Profile) (*boardPage, error) {
	p := b.board(q, "office.staff.title", "staff")
	p.Crumbs = []crumb{{p.Title, "/office/staff"}}
	state := memberState(&p.frame, m.State)
	p.Title, p.State = m.Name, &state
	lock := lockState(&p.frame, m)
	p.add(boardSection{Facts: []fact{{p.T("office.email"), m.Email}, {p.T("office.staff.roles"), roleNames(&p.frame, m.Roles)}, {p.T("office.staff.sites"), b.siteNames(&p.frame, m)},
		{p.T("office.me.lock"), lock.Text}, {p.T("office.staff.since"), b.when(&p.frame, m.CreatedAt)}, {p.T("office.staff.changed"), b.when(&p.frame, m.ChangedAt)}}})
	if !q.in.Member.Covers(m) {
		p.Lead = p.T("office.staff.above")
		return p, nil
	}
	p.Acts = colleagueActs(&p.frame, m)
	fields, err := b.profileFields(q, &p.frame, said)
	p.add(boardSection{Name: p.T("office.staff.edit"), Form: &boardForm{Action: "/office/staff/" + number(m.ID), Button: p.T("office.save"), Fields: fields,
		Hidden: []fact{{"version", number(m.Version)}}}})
	return p, err
}

func colleagueActs(f *frame, m staff.Member) []act {
	at := "/office/staff/" + number(m.ID)
	link := act{Name: f.T("office.staff.new_link"), Icon: "link", Address: at + "/link"}
	switch m.State {
	case staff.Disabled:
		return []act{{Name: f.T("office.staff.enable"), Icon: "play", Address: at + "/enable", Post: true}}
	case staff.Invited:
		link.Name = f.T("office.staff.invite_again")
	}
	acts := []act{link}
	if m.SecondFactor {
		acts = append(acts, act{Name: f.T("office.staff.remove_lock"), Icon: "lock", Address: at + "/factor"})
	}
	return append(acts, act{Name: f.T("office.staff.disable"), Icon: "ban", Address: at + "/disable"})
}

func (b *Backoffice) editColleague(q *request) error {
	if err := b.proven(q); err != nil {
		return err
	}
	m, err := b.theColleague(q)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(q.FormValue("version"), 10, 64)
	said := q.profile()
	if _, err := b.Staff.Edit(q.ctx, q.in.By(q.visit()), m.ID, version, said); err != nil {
		p, e := b.colleaguePage(q, m, said)
		if e != nil {
			return e
		}
		return q.refuse(outranked(err), p, aboutMember)
	}
	q.tell("good", "office.staff.saved", "", "Name", said.Name)
	return led("/office/staff/" + number(m.ID))
}

// outranked says in words of its own that nobody gives or takes what they do not hold.
func outranked(err error) error {
	if fault.KeyOf(err) == "denied" {
		return fault.Wrap(fault.Conflict, "office.staff.outranked", err)
	}
	return err
}
