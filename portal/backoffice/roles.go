package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/staff"
)

func (b *Backoffice) roleList(q *request) error {
	roles, err := b.Staff.Roles(q.ctx)
	if err != nil {
		return err
	}
	p := b.board(q, "office.roles.title", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}}
	p.Lead = p.T("office.roles.lead")
	p.Acts = []act{{Name: p.T("office.roles.new"), Icon: "plus", Address: "/office/roles/new", Tone: "primary"}}
	columns := []boardColumn{{Name: p.T("office.roles.permission")}}
	for _, r := range roles {
		columns = append(columns, boardColumn{Name: roleName(&p.frame, r), Class: "yes"})
	}
	t := &table{Columns: columns}
	for _, d := range staff.Permissions {
		cells := []boardCell{{Text: p.T(d.TextKey)}}
		for _, r := range roles {
			if r.Has(d.Permission) {
				cells = append(cells, boardCell{Text: "✓"})
			} else {
				cells = append(cells, boardCell{Text: "–"})
			}
		}
		t.add(cells...)
	}
	names := &table{Columns: []boardColumn{{Name: p.T("office.roles.role")}, {Name: p.T("office.roles.may")}}}
	for _, r := range roles {
		names.add(boardCell{Text: roleName(&p.frame, r), Address: roleAddress(r)}, boardCell{Text: permissionNames(&p.frame, r)})
	}
	p.add(boardSection{Table: names})
	p.add(boardSection{Name: p.T("office.roles.who_may"), Table: t})
	return q.show(p)
}

// roleAddress is where a role is edited; the owner's cannot be.
func roleAddress(r staff.Role) string {
	if r.Key == staff.Owner {
		return ""
	}
	return "/office/roles/" + number(r.ID)
}

func (b *Backoffice) rolePage(q *request, r staff.Role, title string) *boardPage {
	p := b.board(q, "office.roles.new", "staff")
	p.Crumbs = []crumb{{p.T("office.staff.title"), "/office/staff"}, {p.T("office.roles.title"), "/office/roles"}}
	if title != "" {
		p.Title = title
	}
	ticks := boardField{input: input{Name: "permission", Label: p.T("office.roles.may")}, Kind: "ticks"}
	for _, d := range staff.Permissions {
		ticks.Options = append(ticks.Options, boardOption{Value: string(d.Permission), Name: p.T(d.TextKey), Hint: graveWord(p, d.Permission), Chosen: slices.Contains(r.Permissions, d.Permission)})
	}
	name := boardField{input: input{Name: "name", Type: "text", Label: p.T("office.roles.name"), Value: r.Name, Most: 80, Must: r.TextKey() == ""}}
	if r.TextKey() != "" {
		name.Hint = p.T("office.roles.name_hint", "Name", p.T(r.TextKey()))
	}
	p.add(boardSection{Form: &boardForm{Action: q.Path(), Button: p.T("office.save"), Cancel: "/office/roles", Fields: []boardField{name, ticks}, Hidden: []fact{{"version", number(r.Version)}}}})
	return p
}

func graveWord(p *boardPage, permission staff.Permission) string {
	if (staff.Member{Roles: []staff.Role{{Permissions: []staff.Permission{permission}}}}).NeedsSecondFactor() {
		return p.T("office.roles.needs_lock")
	}
	return ""
}

func (b *Backoffice) askRole(q *request) error {
	if err := b.proven(q); err != nil {
		return err
	}
	return q.show(b.rolePage(q, staff.Role{}, ""))
}

func (q *request) roleTyped(r staff.Role) staff.Role {
	r.Name, r.Permissions = strings.TrimSpace(q.FormValue("name")), nil
	for _, typed := range q.all("permission") {
		r.Permissions = append(r.Permissions, staff.Permission(typed))
	}
	r.Version, _ = strconv.ParseInt(q.FormValue("version"), 10, 64)
	return r
}

var aboutRole = map[string]string{"staff.role_name": "name", "staff.role_key": "name", "staff.role_taken": "name", "staff.role_permission": "permission"}

func (b *Backoffice) makeRole(q *request) error {
	if err := b.proven(q); err != nil {
		return err
	}
	r := q.roleTyped(staff.Role{})
	r.Key = keyOf(r.Name)
	return b.saveRole(q, r, "")
}

// keyOf makes a key of a name: "Night shift" is night-shift. What cannot be made one is refused as a key.
func keyOf(name string) string {
	key := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	return strings.Trim(key[:min(len(key), 32)], "-")
}

func (b *Backoffice) saveRole(q *request, r staff.Role, title string) error {
	if _, err := b.Staff.SaveRole(q.ctx, q.in.By(q.visit()), r); err != nil {
		return q.refuse(outranked(err), b.rolePage(q, r, title), aboutRole)
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
		return staff.Role{}, hidden(orElse(err, notHere()))
	}
	return roles[i], nil
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (b *Backoffice) role(q *request) error {
	r, err := b.theRole(q)
	if err != nil {
		return err
	}
	if err := b.proven(q); err != nil {
		return err
	}
	f := q.page("office.roles.title", "")
	return q.show(b.rolePage(q, r, roleName(&f, r)))
}

func (b *Backoffice) editRole(q *request) error {
	r, err := b.theRole(q)
	if err != nil {
		return err
	}
	if err := b.proven(q); err != nil {
		return err
	}
	f := q.page("office.roles.title", "")
	return b.saveRole(q, q.roleTyped(r), roleName(&f, r))
}
