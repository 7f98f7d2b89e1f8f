package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

func (b *Backoffice) roleList(q *request) error {
	roles, err := b.Staff.Roles(q.ctx)
	if err != nil {
		return err
	}
	p := q.record("office.roles.title", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}}
	p.Lead = p.T("office.roles.lead")
	p.Acts = []act{{Name: p.T("office.roles.new"), Icon: "plus", Address: "/office/roles/new", Tone: "primary"}}
	columns := []column{{Name: p.T("office.roles.permission")}}
	for _, r := range roles {
		columns = append(columns, column{Name: roleName(&p.frame, r), Class: "yes"})
	}
	t := &table{Columns: columns}
	for _, d := range staff.Permissions {
		cells := []cell{{Text: p.T(d.TextKey)}}
		for _, r := range roles {
			if r.Has(d.Permission) {
				cells = append(cells, cell{Text: "✓"})
			} else {
				cells = append(cells, cell{Text: "–"})
			}
		}
		t.add(cells...)
	}
	names := &table{Columns: []column{{Name: p.T("office.roles.role")}, {Name: p.T("office.roles.may")}}}
	for _, r := range roles {
		names.add(cell{Text: roleName(&p.frame, r), Address: roleAddress(r)}, cell{Text: permissionNames(&p.frame, r)})
	}
	p.add(card{Table: names})
	p.add(card{Name: p.T("office.roles.who_may"), Table: t})
	return q.show(p)
}

// roleAddress is where a role is edited; the owner's cannot be.
func roleAddress(r staff.Role) string {
	if r.Key == staff.Owner {
		return ""
	}
	return "/office/roles/" + number(r.ID)
}

// rolePage is the form of a role; a new one has no title yet.
func rolePage(q *request, r staff.Role, title string) *formPage {
	p := &formPage{frame: q.page("office.roles.new", "staff"), Action: q.Path(), Cancel: "/office/roles", Hidden: []fact{{"version", number(r.Version)}}}
	p.Crumbs, p.Button = []crumb{{p.T("office.staff.title"), "/office/staff"}, {p.T("office.roles.title"), "/office/roles"}}, p.T("office.save")
	if title != "" {
		p.Title = title
	}
	name := formField{Name: "name", Label: p.T("office.roles.name"), Value: r.Name, Most: 80, Must: r.TextKey() == ""}
	if r.TextKey() != "" {
		name.Hint = p.T("office.roles.name_hint", "Name", p.T(r.TextKey()))
	}
	ticks := formField{Name: "permission", As: asTicks, Label: p.T("office.roles.may")}
	for _, d := range staff.Permissions {
		ticks.Choices = append(ticks.Choices, choice{Value: string(d.Permission), Name: p.T(d.TextKey), Hint: graveWord(&p.frame, d.Permission), Here: slices.Contains(r.Permissions, d.Permission)})
	}
	p.ask(name, ticks)
	return p
}

func graveWord(p *frame, permission staff.Permission) string {
	if (staff.Member{Roles: []staff.Role{{Permissions: []staff.Permission{permission}}}}).NeedsSecondFactor() {
		return p.T("office.roles.needs_lock")
	}
	return ""
}

func (b *Backoffice) askRole(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	return q.showForm(rolePage(q, staff.Role{}, ""))
}

func (q *request) roleTyped(r staff.Role) staff.Role {
	r.Name, r.Permissions = strings.TrimSpace(q.FormValue("name")), nil
	for _, typed := range q.values("permission") {
		r.Permissions = append(r.Permissions, staff.Permission(typed))
	}
	r.Version, _ = strconv.ParseInt(q.FormValue("version"), 10, 64)
	return r
}

var aboutRole = map[string]string{"staff.role_name": "name", "staff.role_key": "name", "staff.role_taken": "name", "staff.role_permission": "permission"}

func (b *Backoffice) makeRole(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	r := q.roleTyped(staff.Role{})
	r.Key = shortName(r.Name)
	return b.saveRole(q, r, "")
}

func (b *Backoffice) saveRole(q *request, r staff.Role, title string) error {
	if _, err := b.Staff.SaveRole(q.ctx, q.in.By(q.visit()), r); err != nil {
		return q.refuse(outranked(err), "form", rolePage(q, r, title), aboutRole[fault.KeyOf(err)])
	}
	q.tell("good", "office.saved", "")
	return led("/office/roles")
}

// theRole is the role of an address; the owner's has none.
func (b *Backoffice) theRole(q *request) (staff.Role, error) {
	id, err := q.idOf("id")
	if err != nil {
		return staff.Role{}, err
	}
	roles, err := b.Staff.Roles(q.ctx)
	i := slices.IndexFunc(roles, func(r staff.Role) bool { return r.ID == id && r.Key != staff.Owner })
	if err != nil || i < 0 {
		return staff.Role{}, hiddenUnlessOurs(err)
	}
	return roles[i], nil
}

// provenRole is theRole, for whoever has just proved to be themselves.
func (b *Backoffice) provenRole(q *request) (staff.Role, error) {
	r, err := b.theRole(q)
	if err == nil {
		err = q.proven()
	}
	return r, err
}

func (b *Backoffice) role(q *request) error {
	r, err := b.provenRole(q)
	if err != nil {
		return err
	}
	f := q.page("office.roles.title", "")
	return q.showForm(rolePage(q, r, roleName(&f, r)))
}

func (b *Backoffice) editRole(q *request) error {
	r, err := b.provenRole(q)
	if err != nil {
		return err
	}
	f := q.page("office.roles.title", "")
	return b.saveRole(q, q.roleTyped(r), roleName(&f, r))
}
