package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

func (b *Backoffice) staffList(q *request) error {
	members, err := b.Staff.Members(q.ctx, idIn(q.Query("after")), mostListed)
	if err != nil {
		return err
	}
	p := q.listing("office.staff.title", "staff")
	p.Acts = []act{{Name: p.T("office.roles.title"), Icon: "key-round", Address: "/office/roles"}, {Name: p.T("office.staff.invite"), Icon: "plus", Address: "/office/staff/new", Tone: "primary"}}
	p.Columns = []column{{Name: p.T("office.staff.name")}, {Name: p.T("office.email")}, {Name: p.T("office.staff.roles")}, {Name: p.T("office.staff.sites")},
		{Name: p.T("office.me.lock")}, {Name: p.T("office.state")}}
	for _, m := range members {
		if q.shows(m) {
			p.add(cell{Text: m.Name, Address: "/office/staff/" + number(m.ID)}, cell{Text: m.Email}, cell{Text: roleNames(&p.frame, m.Roles)},
				cell{Text: b.siteNames(&p.frame, m)}, stated(lockState(&p.frame, m)), stated(memberState(&p.frame, m.State)))
		}
	}
	if len(members) == mostListed {
		p.Next = q.with("after", number(members[len(members)-1].ID))
	}
	return q.list(p)
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
	p := staff.Profile{Name: strings.TrimSpace(q.FormValue("name")), Language: q.FormValue("language"), Roles: q.values("role")}
	for _, typed := range q.values("site") {
		id, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			id = -1 // no site's; the service says so
		}
		p.Sites = append(p.Sites, id)
	}
	return p
}

// aboutMember says beside which field a sentence about a member stands.
var aboutMember = map[string]string{"staff.name": "name", "staff.email": "email", "staff.email_taken": "email", "staff.language": "language",
	"staff.no_role": "role", "staff.no_such_role": "role", "staff.sites": "site", "staff.last_owner": "role"}

func (b *Backoffice) profileFields(q *request, f *frame, p staff.Profile) ([]formField, error) {
	roles, err := b.Staff.Roles(q.ctx)
	fields := []formField{{Name: "name", Label: f.T("office.staff.name"), Value: p.Name, Auto: "off", Most: 80, Must: true},
		{Name: "language", Label: f.T("office.me.language"), As: asPick, Choices: spokenHere(p.Language)}}
	ticks := formField{Name: "role", Label: f.T("office.staff.roles"), As: asTicks}
	for _, r := range roles {
		ticks.Choices = append(ticks.Choices, choice{Value: r.Key, Name: roleName(f, r), Hint: permissionNames(f, r), Here: slices.Contains(p.Roles, r.Key)})
	}
	places := formField{Name: "site", Label: f.T("office.staff.sites"), Hint: f.T("office.staff.sites_hint"), As: asTicks}
	for _, s := range b.Sites.Sites() {
		if q.sees(s.ID) {
			places.Choices = append(places.Choices, choice{Value: number(s.ID), Name: s.Name, Here: slices.Contains(p.Sites, s.ID)})
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
	if err := q.proven(); err != nil {
		return err
	}
	p, err := b.invitePage(q, "", staff.Profile{Language: string(q.lang())})
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) invitePage(q *request, email string, said staff.Profile) (*formPage, error) {
	p := &formPage{frame: q.page("office.staff.invite", "staff"), Action: "/office/staff/new", Cancel: "/office/staff"}
	p.Crumbs, p.Button = []crumb{{p.T("office.staff.title"), "/office/staff"}}, p.T("office.staff.make_link")
	fields, err := b.profileFields(q, &p.frame, said)
	mail := formField{Name: "email", As: asEmail, Label: p.T("office.email"), Value: email, Most: 100, Must: true, Hint: p.T("office.staff.email_hint")}
	p.ask(append([]formField{mail}, fields...)...)
	return p, err
}

func (b *Backoffice) invite(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	email, said := q.FormValue("email"), q.profile()
	w, err := b.Doorway.Invite(q.ctx, q.in.By(q.visit()), email, said)
	if err != nil {
		p, e := b.invitePage(q, email, said)
		if e != nil {
			return e
		}
		return q.refuse(outranked(err), "form", p, aboutMember[fault.KeyOf(err)])
	}
	return b.showLink(q, w)
}

// showLink shows a link once. It is no redirect: an address that shows it again would keep it somewhere.
func (b *Backoffice) showLink(q *request, w Welcome) error {
	p := q.record("office.staff.link_title", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}, {w.Member.Name, "/office/staff/" + number(w.Member.ID)}}
	s := card{Lead: p.T("office.staff.link_lead", "Name", w.Member.Name), Once: w.Address}
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
	return q.showForm(p)
}

func profileOf(m staff.Member) staff.Profile {
	p := staff.Profile{Name: m.Name, Language: m.Language, Sites: m.Sites}
	for _, r := range m.Roles {
		p.Roles = append(p.Roles, r.Key)
	}
	return p
}

// colleaguePage is a member with what may be changed of them; nobody changes who may do more than they.
func (b *Backoffice) colleaguePage(q *request, m staff.Member, said staff.Profile) (*formPage, error) {
	p := &formPage{frame: q.page("office.staff.title", "staff")}
	p.Crumbs = []crumb{{p.Title, "/office/staff"}}
	p.Title, p.State = m.Name, memberState(&p.frame, m.State)
	p.Facts = []fact{{p.T("office.email"), m.Email}, {p.T("office.staff.roles"), roleNames(&p.frame, m.Roles)}, {p.T("office.staff.sites"), b.siteNames(&p.frame, m)},
		{p.T("office.me.lock"), lockState(&p.frame, m).Text}, {p.T("office.staff.since"), b.when(&p.frame, m.CreatedAt)}, {p.T("office.staff.changed"), b.when(&p.frame, m.ChangedAt)}}
	if !q.in.Member.Covers(m) {
		p.Lead = p.T("office.staff.above")
		return p, nil
	}
	p.Acts = colleagueActs(&p.frame, m)
	p.Action, p.Button, p.Hidden = "/office/staff/"+number(m.ID), p.T("office.save"), []fact{{"version", number(m.Version)}}
	fields, err := b.profileFields(q, &p.frame, said)
	p.ask(fields...)
	p.Sections[0].Title = p.T("office.staff.edit")
	return p, err
}

func colleagueActs(f *frame, m staff.Member) []act {
	at := "/office/staff/" + number(m.ID)
	link := act{Name: f.T("office.staff.new_link"), Icon: "link", Address: at + "/link"}
	switch m.State {
	case staff.Disabled:
		return []act{{Name: f.T("office.staff.enable"), Icon: "play", Address: at + "/enable", Posted: true}}
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
	if err := q.proven(); err != nil {
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
		return q.refuse(outranked(err), "form", p, aboutMember[fault.KeyOf(err)])
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
