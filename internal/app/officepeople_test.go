package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/notify"
)

var linkShown = regexp.MustCompile(`/office/welcome/([0-9a-f]{32})`)

// send posts a form of the back office, stamped, and follows nothing.
func (c *colleague) send(path string, form url.Values) officeAnswer {
	c.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("k", c.stamp())
	return c.ask(http.MethodPost, path, form)
}

// expect fails the test when an answer is not what it should be.
func (c *colleague) expect(got officeAnswer, status int, says ...string) {
	c.t.Helper()
	if got.status != status {
		c.t.Fatalf("answered %d to %q\n%s", got.status, got.location, mainOf(got.body))
	}
	for _, text := range says {
		if !strings.Contains(got.body, text) {
			c.t.Fatalf("does not say %q\n%s", text, mainOf(got.body))
		}
	}
}

// unproven makes the last proof of everybody's sign-ins old.
func (s *Stage) unproven(t *testing.T) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE staff_sign_ins SET proven_at = '2020-01-01 00:00:00'"); err != nil {
		t.Fatal(err)
	}
}

// proven makes the proofs of all sign-ins new again.
func (s *Stage) proven(t *testing.T) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE staff_sign_ins SET proven_at = ?", s.Main.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// TestAnOldFormIsSentAgain: a page that was open for too long keeps what was typed, when it is a page of ours that sent it.
func TestAnOldFormIsSentAgain(t *testing.T) {
	s := openStage(t, 1)
	manager := s.hire(t, "manager@demo.example", nil, "manager")
	typed := url.Values{"k": {"00"}, "name": {"Mwiki"}, "phone": {"0712 345 678"}}
	if got := manager.ask(http.MethodPost, "/office/sites/new", typed); got.status != http.StatusBadRequest || strings.Contains(got.body, "Mwiki") {
		t.Errorf("of nobody knows whom: %d", got.status)
	}
	manager.fromOurs = true
	got := manager.ask(http.MethodPost, "/office/sites/new", typed)
	manager.expect(got, http.StatusBadRequest, "Send it again?", `action="/office/sites/new"`)
	if strings.Contains(got.body, "Mwiki") {
		t.Error("what was typed can be read on the page")
	}
	again := url.Values{"k": {stampField.FindStringSubmatch(got.body[strings.Index(got.body, `class="setup"`):])[1]}, "kept_form": {keptForm.FindStringSubmatch(got.body)[1]}}
	manager.expect(manager.ask(http.MethodPost, "/office/sites/new", again), http.StatusSeeOther)
	if s.idOf(t, "site", "mwiki") == "" {
		t.Error("what was typed is lost")
	}
}

// keptForm is what was typed into a form that is to be sent again.
var keptForm = regexp.MustCompile(`name="kept_form" value="([^"]+)"`)

func TestSomebodyIsInvitedAndBegins(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	refused := owner.send("/office/staff/new", url.Values{"name": {"Njeri Mwangi"}, "email": {"njeri@demo.example"}, "language": {"sw"}})
	owner.expect(refused, http.StatusBadRequest, "Choose at least one role.", "njeri@demo.example", "Njeri Mwangi")
	ngong := strconv.FormatInt(s.seeded.sites["ngong"].ID, 10)
	made := owner.send("/office/staff/new", url.Values{"name": {"Njeri Mwangi"}, "email": {"Njeri@Demo.example"}, "language": {"sw"}, "role": {"support", "cashier"}, "site": {ngong}})
	owner.expect(made, http.StatusOK, "It is not shown again", "Njeri Mwangi")
	secret := linkShown.FindStringSubmatch(made.body)[1]
	list := owner.ask(http.MethodGet, "/office/staff", nil)
	owner.expect(list, http.StatusOK, "njeri@demo.example", "Invited", "Cashier, Support", "Ngong")
	if strings.Contains(list.body, secret) {
		t.Error("the link is shown again")
	}

	newcomer := &colleague{t: t, base: owner.base}
	page := newcomer.ask(http.MethodGet, "/office/welcome/"+secret, nil)
	newcomer.expect(page, http.StatusOK, "Karibu, Njeri Mwangi", "njeri@demo.example")
	form := url.Values{"k": {stampField.FindStringSubmatch(page.body)[1]}, "password": {"short"}}
	newcomer.expect(newcomer.ask(http.MethodPost, "/office/welcome/"+secret, form), http.StatusBadRequest, `aria-invalid="true"`)
	form.Set("password", "maji moto sana kabisa")
	began := newcomer.ask(http.MethodPost, "/office/welcome/"+secret, form)
	newcomer.expect(began, http.StatusSeeOther)
	if began.location != "/office" {
		t.Fatalf("led to %q", began.location)
	}
	newcomer.expect(newcomer.ask(http.MethodGet, "/office/welcome/"+secret, nil), http.StatusNotFound, "This link does not work any more")
	newcomer.expect(newcomer.ask(http.MethodPost, "/office/welcome/"+secret, form), http.StatusNotFound)
}

func TestAColleagueIsManaged(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	juma := s.hire(t, "juma@demo.example", nil, "cashier")
	m, err := s.Main.Staff.MemberByEmail(context.Background(), "juma@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	at := "/office/staff/" + strconv.FormatInt(m.ID, 10)
	edit := url.Values{"version": {strconv.FormatInt(m.Version, 10)}, "name": {"Juma Odhiambo"}, "language": {"en"}, "role": {"technician"}}
	owner.expect(owner.send(at, edit), http.StatusSeeOther)
	owner.expect(owner.send(at, edit), http.StatusConflict, "Somebody else changed this first")
	if got := juma.ask(http.MethodGet, "/office", nil); !strings.HasPrefix(got.location, "/office/in") {
		t.Errorf("a sign-in of another role goes on: %d %q", got.status, got.location)
	}
	juma.signsIn("juma@demo.example")
	juma.expect(juma.ask(http.MethodGet, "/office/staff", nil), http.StatusForbidden)
	owner.expect(owner.ask(http.MethodGet, at+"/disable", nil), http.StatusOK, "Disable Juma Odhiambo?")
	owner.expect(owner.send(at+"/disable", nil), http.StatusSeeOther)
	if got := juma.ask(http.MethodGet, "/office", nil); !strings.HasPrefix(got.location, "/office/in") {
		t.Errorf("a disabled member sees %d %q", got.status, got.location)
	}
	owner.expect(owner.send(at+"/enable", nil), http.StatusSeeOther)
	again := owner.send(at+"/link", nil)
	owner.expect(again, http.StatusOK, "/office/welcome/")
	owner.expect(owner.ask(http.MethodGet, "/office/audit", nil), http.StatusOK, ">disabled<", ">enabled<", ">made a link<", "boss@demo.example")
}

// TestNobodyGivesMoreThanTheyHoldOnThePages: who manages staff of one site knows nobody of another, and makes no owner.
func TestNobodyGivesMoreThanTheyHoldOnThePages(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	owner.expect(owner.send("/office/roles/new", url.Values{"name": {"Head of a site"}, "permission": {"staff.manage", "access.view"}}), http.StatusSeeOther)
	owner.expect(owner.ask(http.MethodGet, "/office/roles", nil), http.StatusOK, "Head of a site", "Invite people and give roles")
	owner.expect(owner.send("/office/roles/new", url.Values{"name": {"!"}}), http.StatusBadRequest)
	ngong := s.seeded.sites["ngong"].ID
	head := s.hire(t, "head@demo.example", []int64{ngong}, "head-of-a-site")
	s.hire(t, "far@demo.example", []int64{s.seeded.sites["kasarani"].ID}, "cashier")
	far, err := s.Main.Staff.MemberByEmail(context.Background(), "far@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	list := head.ask(http.MethodGet, "/office/staff", nil)
	head.expect(list, http.StatusOK, "head@demo.example")
	if strings.Contains(list.body, "far@demo.example") || strings.Contains(list.body, "boss@demo.example") {
		t.Error("people of other sites are listed")
	}
	at := "/office/staff/" + strconv.FormatInt(far.ID, 10)
	for _, path := range []string{at, at + "/disable", at + "/link", at + "/factor", at + "/enable"} {
		head.expect(head.send(path, nil), http.StatusNotFound)
	}
	invite := url.Values{"name": {"Mine"}, "email": {"mine@demo.example"}, "language": {"en"}, "role": {"owner"}}
	head.expect(head.send("/office/staff/new", invite), http.StatusConflict, "You can only give and take what you may do yourself.")
	invite.Set("role", "cashier")
	head.expect(head.send("/office/staff/new", invite), http.StatusConflict)
}

func TestAGraveThingAsksForProofAndKeepsWhatWasTyped(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	s.unproven(t)
	asked := owner.ask(http.MethodGet, "/office/staff/new", nil)
	if asked.status != http.StatusSeeOther || asked.location != "/office/prove?back=%2Foffice%2Fstaff%2Fnew" {
		t.Fatalf("%d %q", asked.status, asked.location)
	}
	owner.expect(owner.ask(http.MethodGet, asked.location, nil), http.StatusOK, "Is it you?", "one-time-code")
	form := url.Values{"name": {`<b>"Njeri"`}, "email": {"njeri@demo.example"}, "language": {"sw"}, "role": {"support", "cashier"}}
	kept := owner.send("/office/staff/new", form)
	owner.expect(kept, http.StatusOK, "Is it you?")
	wrong := owner.send("/office/staff/new", url.Values{"kept_form": {keptForm.FindStringSubmatch(kept.body)[1]}, "proof": {"000000"}})
	owner.expect(wrong, http.StatusForbidden, "This code is wrong")
	if strings.Contains(kept.body+wrong.body, "Njeri") || strings.Contains(kept.body+wrong.body, `name="role"`) {
		t.Error("what was typed can be read on the page")
	}
	if m, err := s.Main.Staff.MemberByEmail(context.Background(), "njeri@demo.example"); err == nil {
		t.Errorf("invited without a proof: %+v", m)
	}
	s.proven(t)
	owner.expect(owner.send("/office/staff/new", url.Values{"kept_form": {keptForm.FindStringSubmatch(wrong.body)[1]}}), http.StatusOK, "It is not shown again")
	if m, err := s.Main.Staff.MemberByEmail(context.Background(), "njeri@demo.example"); err != nil || m.Name != `<b>"Njeri"` || len(m.Roles) != 2 {
		t.Errorf("%+v %v", m, err)
	}
}

func TestMyAccount(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { myAccount(t, stageOn(t, dialect, 1)) })
	}
}

func myAccount(t *testing.T, s *Stage) {
	juma := s.hire(t, "juma@demo.example", nil, "cashier")
	other, _, err := s.Main.Staff.SignIn(context.Background(), officeVisit, "juma@demo.example", "four words in a row")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := &colleague{t: t, base: juma.base, token: other}
	juma.expect(juma.ask(http.MethodGet, "/office/me", nil), http.StatusOK, "Where you are signed in", "This one", "Sign out all others")
	juma.expect(juma.send("/office/me", url.Values{"name": {""}, "language": {"sw"}}), http.StatusBadRequest, "Please write a name")
	juma.expect(juma.send("/office/me", url.Values{"name": {"Juma Mpya"}, "language": {"sw"}}), http.StatusSeeOther)
	juma.expect(juma.ask(http.MethodGet, "/office/me", nil), http.StatusOK, "Juma Mpya", "Mahali ulipoingia")
	juma.expect(juma.send("/office/me/password", url.Values{"password": {"another four words here"}}), http.StatusBadRequest)
	juma.expect(juma.send("/office/me/password", url.Values{"old": {"wrong"}, "password": {"another four words here"}}), http.StatusBadRequest)
	juma.expect(juma.send("/office/me/password", url.Values{"old": {"four words in a row"}, "password": {"another four words here"}}), http.StatusSeeOther)
	if got := elsewhere.ask(http.MethodGet, "/office", nil); got.status != http.StatusSeeOther {
		t.Error("a sign-in by the old password goes on")
	}
	s.unproven(t)
	if got := juma.ask(http.MethodGet, "/office/enrol", nil); !strings.HasPrefix(got.location, "/office/prove") {
		t.Errorf("a second lock is offered without a proof: %d %q", got.status, got.location)
	}
	if got := juma.send("/office/prove", url.Values{"proof": {"another four words here"}, "back": {"/office/enrol"}}); got.location != "/office/enrol" {
		t.Errorf("%d %q", got.status, got.location)
	}
	juma.expect(juma.ask(http.MethodGet, "/office/enrol", nil), http.StatusOK, "data:image/png")
}

func TestAForgottenPasswordTellsNobodyWhoWorksHere(t *testing.T) {
	s := openStage(t, 1)
	door := &colleague{t: t, base: "http://" + s.Main.HTTPAddress()}
	door.expect(door.ask(http.MethodGet, "/office/forgot", nil), http.StatusOK, "Ask the person who brought you in")
	if err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) error {
		return s.Main.Notify.SaveCarrier(tx, notify.Carrier{Channel: notify.Email, Driver: notify.SMTP, Sender: "wifi@demo.example", Host: "127.0.0.1", Port: 1})
	}); err != nil {
		t.Fatal(err)
	}
	page := door.ask(http.MethodGet, "/office/forgot", nil)
	door.expect(page, http.StatusOK, "Send the link")
	form := url.Values{"k": {stampField.FindStringSubmatch(page.body)[1]}}
	var answers []string
	for _, email := range []string{"nobody@demo.example", demoMember} {
		form.Set("email", email)
		got := door.ask(http.MethodPost, "/office/forgot", form)
		door.expect(got, http.StatusOK, "Look at your e-mail")
		answers = append(answers, stampField.ReplaceAllString(got.body, ""))
	}
	if answers[0] != answers[1] {
		t.Error("the answer tells who works here")
	}
	until(t, 10*time.Second, "a mail", func() bool {
		lines, err := s.Main.Notify.List(context.Background(), notify.Page{})
		return err == nil && len(lines) == 1 && lines[0].Purpose == notify.ForCode && lines[0].To == "a•••@demo.example"
	})
	lines, err := s.Main.Notify.List(context.Background(), notify.Page{})
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	if _, _, text, err := s.Main.Notify.Read(context.Background(), lines[0].ID); err != nil || text != "" {
		t.Errorf("the link is shown in the office: %q %v", text, err)
	}
	form.Set("email", "no address")
	door.expect(door.ask(http.MethodPost, "/office/forgot", form), http.StatusBadRequest)
}

// mainOf is a page without its frame.
func mainOf(page string) string {
	_, inner, _ := strings.Cut(page, "<main")
	return inner
}

// TestANewRouterSecretAsksForAProof: an open console that somebody walked away from shows nobody a secret.
func TestANewRouterSecretAsksForAProof(t *testing.T) {
	s := openStage(t, 1)
	technician := s.hire(t, "otieno@demo.example", nil, "technician")
	before, _ := s.Main.Routers.Get(s.seeded.routers["ngong-1"].ID)
	rotate := "/office/routers/" + number(before.ID) + "/secret"
	s.unproven(t)
	asked := technician.send(rotate, url.Values{})
	if r, _ := s.Main.Routers.Get(before.ID); r.Secret != before.Secret || strings.Contains(asked.body, r.Secret) || !strings.Contains(asked.body, `name="proof"`) {
		t.Errorf("with an old proof a secret is made and shown: %d", asked.status)
	}
	s.proven(t)
	shown := technician.send(rotate, url.Values{})
	if r, _ := s.Main.Routers.Get(before.ID); r.Secret == before.Secret || !strings.Contains(shown.body, r.Secret) {
		t.Errorf("with a proof: %d", shown.status)
	}
}
