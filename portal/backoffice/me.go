package backoffice

import (
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// peopleRoutes are the pages about who works here, and one's own account.
func (b *Backoffice) peopleRoutes() []route {
	return []route{
		{get, "/office/prove", full, "", b.askProve}, {post, "/office/prove", full, "", b.prove},
		{get, "/office/me", full, "", b.me}, {post, "/office/me", full, "", b.describeMe},
		{get, "/office/me/password", full, "", b.askPassword}, {post, "/office/me/password", full, "", b.changePassword},
		{get, "/office/me/codes", full, "", b.askCodes}, {post, "/office/me/codes", full, "", b.newCodes},
		{post, "/office/me/passkeys/:id/remove", full, "", b.dropPasskey},
		{post, "/office/me/others", full, "", b.endOthers}, {post, "/office/me/sign-ins/:id/end", full, "", b.endSignIn},
		{get, "/office/welcome/:secret", open, "", b.askWelcome}, {post, "/office/welcome/:secret", open, "", b.welcome},
		{get, "/office/forgot", open, "", b.askForgot}, {post, "/office/forgot", open, "", b.forgot},
		{get, "/office/staff", full, staff.StaffManage, b.staffList},
		{get, "/office/staff/new", full, staff.StaffManage, b.askInvite}, {post, "/office/staff/new", full, staff.StaffManage, b.invite},
		{get, "/office/staff/:id", full, staff.StaffManage, b.colleague}, {post, "/office/staff/:id", full, staff.StaffManage, b.editColleague},
		{get, "/office/staff/:id/disable", full, staff.StaffManage, b.askDisable}, {post, "/office/staff/:id/disable", full, staff.StaffManage, b.disable},
		{post, "/office/staff/:id/enable", full, staff.StaffManage, b.enable},
		{get, "/office/staff/:id/factor", full, staff.StaffManage, b.askRemoveFactor}, {post, "/office/staff/:id/factor", full, staff.StaffManage, b.removeFactor},
		{get, "/office/staff/:id/link", full, staff.StaffManage, b.askLink}, {post, "/office/staff/:id/link", full, staff.StaffManage, b.newLink},
		{get, "/office/roles", full, staff.StaffManage, b.roleList},
		{get, "/office/roles/new", full, staff.StaffManage, b.askRole}, {post, "/office/roles/new", full, staff.StaffManage, b.makeRole},
		{get, "/office/roles/:id", full, staff.StaffManage, b.role}, {post, "/office/roles/:id", full, staff.StaffManage, b.editRole},
	}
}

func (b *Backoffice) me(q *request) error {
	p, err := b.myPage(q, q.in.Member.Name, q.in.Member.Language)
	if err != nil {
		return err
	}
	return q.show(p)
}

// myPage is somebody's account, with the name and language as typed.
func (b *Backoffice) myPage(q *request, name, language string) (*recordPage, error) {
	p := q.record("office.me.account", "")
	p.add(card{Name: p.T("office.me.about"), Form: &shortForm{Action: "/office/me", Button: p.T("office.save"), Fields: []formField{
		{Name: "name", Label: p.T("office.name"), Value: name, Auto: "name", Most: 80, Must: true},
		{Name: "language", Label: p.T("office.me.language"), As: asPick, Choices: spokenHere(language)}}}})
	p.add(card{Name: p.T("office.password"), Lead: p.T("office.me.password_text"),
		Acts: []act{{Name: p.T("office.me.change_password"), Icon: "key-round", Address: "/office/me/password"}}})
	p.add(mySecondLock(p, q.in.Member))
	passkeys, err := b.myPasskeys(q, p)
	if err != nil {
		return nil, err
	}
	p.add(passkeys)
	signIns, err := b.mySignIns(q, p)
	p.add(signIns)
	return p, err
}

func spokenHere(chosen string) []choice {
	return []choice{{Value: string(words.English), Name: "English", Here: chosen == string(words.English)},
		{Value: string(words.Swahili), Name: "Kiswahili", Here: chosen == string(words.Swahili)}}
}

func mySecondLock(p *recordPage, m staff.Member) card {
	s := card{Name: p.T("office.me.lock"), Lead: p.T("office.me.lock_off"), State: stateView{"", p.T("office.off")},
		Acts: []act{{Name: p.T("office.me.lock_on"), Icon: "shield-check", Address: "/office/enrol"}}}
	if m.SecondFactor {
		s.Lead, s.State = p.T("office.me.lock_text"), stateView{"good", p.T("office.on")}
		s.Acts = []act{{Name: p.T("office.me.new_phone"), Icon: "smartphone", Address: "/office/enrol"}, {Name: p.T("office.me.new_codes"), Icon: "refresh-cw", Address: "/office/me/codes"}}
	}
	if m.SecondFactor && !m.App {
		s.Lead, s.Acts[0].Name = p.T("office.me.lock_passkeys"), p.T("office.me.add_app")
	}
	return s
}

func (b *Backoffice) mySignIns(q *request, p *recordPage) (card, error) {
	all, err := b.Staff.SignIns(q.ctx, q.in)
	s := card{Name: p.T("office.me.sign_ins"), Table: &table{Columns: []column{{Name: p.T("office.me.browser")}, {p.T("office.me.address"), "code"},
		{p.T("office.began"), "when"}, {p.T("office.me.last_seen"), "when"}, {}}}}
	if len(all) > 1 {
		s.Acts = []act{{Name: p.T("office.me.end_others"), Icon: "log-out", Address: "/office/me/others", Posted: true}}
	}
	for _, one := range all {
		last := cell{Acts: []act{{Name: p.T("office.me.end"), Address: "/office/me/sign-ins/" + number(one.ID) + "/end", Posted: true, Tone: "plain"}}}
		if one.This {
			last = stated(stateView{"good", p.T("office.me.this")})
		}
		s.Table.add(cell{Text: browserName(&p.frame, one.Browser), More: unfinishedWord(p, one)}, cell{Text: one.Address}, cell{Text: b.when(&p.frame, one.StartedAt)},
			cell{Text: b.when(&p.frame, one.SeenAt)}, last)
	}
	return s, err
}

func unfinishedWord(p *recordPage, s staff.OpenSignIn) string {
	if s.Whole {
		return ""
	}
	return p.T("office.me.unfinished")
}

// browserName is what a person calls the program that a browser names in its long line.
func browserName(p *frame, line string) string {
	browser, system := "", ""
	for _, one := range []string{"Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari"} {
		if browser == "" && strings.Contains(line, one+"/") {
			browser = strings.NewReplacer("Edg", "Edge", "OPR", "Opera", "SamsungBrowser", "Samsung Internet").Replace(one)
		}
	}
	for _, one := range []string{"Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"} {
		if system == "" && strings.Contains(line, one) {
			system = strings.Replace(one, "Mac OS X", "Mac", 1)
		}
	}
	switch {
	case browser == "" && system == "":
		return p.T("office.me.unknown_browser")
	case browser == "" || system == "":
		return browser + system
	}
	return browser + " · " + system
}

func (b *Backoffice) describeMe(q *request) error {
	name, language := q.FormValue("name"), q.FormValue("language")
	if err := b.Staff.Describe(q.ctx, q.visit(), q.in, name, language); err != nil {
		p, e := b.myPage(q, name, language)
		if e != nil {
			return e
		}
		return q.refuse(err, "record", p, aboutMember[fault.KeyOf(err)])
	}
	q.seen.lang = "" // from now on the account's
	q.keepSeen()
	q.tell("good", "office.saved", "")
	return led("/office/me")
}

func (b *Backoffice) askPassword(q *request) error { return q.showForm(passwordPage(q)) }

func passwordPage(q *request) *formPage {
	p := &formPage{frame: q.page("office.me.change_password", ""), Action: "/office/me/password", Cancel: "/office/me"}
	p.Crumbs, p.Lead, p.Button = []crumb{{p.T("office.me.account"), "/office/me"}}, p.T("office.me.password_lead"), p.T("office.me.change_password")
	p.ask(formField{Name: "email", As: asEmail, Label: p.T("office.email"), Value: q.in.Member.Email, Auto: "username", Fixed: true},
		formField{Name: "old", As: asPassword, Label: p.T("office.me.old_password"), Auto: "current-password", Most: 256, Must: true},
		formField{Name: "password", As: asPassword, Label: p.T("office.me.new_password"), Hint: p.T("office.password.hint"), Auto: "new-password", Most: 256, Must: true})
	return p
}

// aboutPassword says beside which field a sentence about a password stands.
var aboutPassword = map[string]string{"staff.password_short": "password", "staff.password_long": "password", "staff.password_common": "password",
	"staff.password_own": "password", "office.me.old_missing": "old", "office.me.old_wrong": "old"}

func (b *Backoffice) changePassword(q *request) error {
	old := q.FormValue("old")
	var err error = fault.New(fault.Invalid, "office.me.old_missing")
	if old != "" {
		err = b.Staff.ChangePassword(q.ctx, q.visit(), q.token, old, q.FormValue("password"))
	}
	if fault.KeyOf(err) == "staff.sign_in" { // the sentence of the door says too much and too little here
		err = fault.New(fault.Invalid, "office.me.old_wrong")
	}
	if err != nil {
		return q.refuse(err, "form", passwordPage(q), aboutPassword[fault.KeyOf(err)])
	}
	q.tell("good", "office.me.password_changed", "")
	return led("/office/me")
}

func (b *Backoffice) askCodes(q *request) error {
	if !q.in.Member.SecondFactor {
		return led("/office/me")
	}
	if err := q.proven(); err != nil {
		return err
	}
	p := q.asking("office.codes_ask.", "", "/office/me")
	p.Crumbs = []crumb{{p.T("office.me.account"), "/office/me"}}
	return q.showForm(p)
}

func (b *Backoffice) newCodes(q *request) error {
	if !q.in.Member.SecondFactor {
		return led("/office/me")
	}
	if err := q.proven(); err != nil {
		return err
	}
	codes, err := b.Staff.NewRecoveryCodes(q.ctx, q.visit(), q.token)
	if err != nil {
		return err
	}
	return q.showCodes(codes)
}

func (b *Backoffice) endOthers(q *request) error {
	if err := b.Staff.EndOthers(q.ctx, q.visit(), q.in); err != nil {
		return err
	}
	q.tell("good", "office.me.others_ended", "")
	return led("/office/me")
}

func (b *Backoffice) endSignIn(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	all, err := b.Staff.SignIns(q.ctx, q.in)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID == id && !one.This {
			if err := b.Staff.End(q.ctx, q.visit(), q.in, id); err != nil {
				return err
			}
			q.tell("good", "office.me.ended", "")
			return led("/office/me")
		}
	}
	return notHere()
}
