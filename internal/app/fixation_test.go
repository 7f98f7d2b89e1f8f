package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mtandao/internal/seal"
)

var stampField = regexp.MustCompile(`name="k" value="([0-9a-f]+)"`)

// stamp is the proof that a form was made for this sign-in: the same on each of its pages.
func (c *colleague) stamp() string {
	c.t.Helper()
	if c.stamped != "" && c.stampOf == c.token {
		return c.stamped
	}
	found := stampField.FindStringSubmatch(c.ask(http.MethodGet, "/office", nil).body)
	if found == nil {
		c.t.Fatal("the first page has no stamp")
	}
	c.stamped, c.stampOf = found[1], c.token
	return c.stamped
}

// signsIn goes through the door as a browser with whatever it has, and goes on with what it gets.
func (c *colleague) signsIn(email string) {
	c.t.Helper()
	page := c.ask(http.MethodGet, "/office/in?l=en", nil)
	stamp := stampField.FindStringSubmatch(page.body)
	if stamp == nil {
		c.t.Fatalf("the door has no form: %d %q", page.status, page.location)
	}
	c.expect(c.ask(http.MethodPost, "/office/in", url.Values{"k": {stamp[1]}, "email": {email}, "password": {"four words in a row"}}), http.StatusSeeOther)
}

// opensNothing: a token is nobody's sign-in, in a cookie or in an address.
func (c *colleague) opensNothing(what, token string) {
	c.t.Helper()
	if token == c.token {
		c.t.Errorf("%s is the sign-in", what)
	}
	other := &colleague{t: c.t, base: c.base, token: token}
	for _, path := range []string{"/office", "/office/me", "/office?mtandao_office=" + c.token} {
		if got := other.ask(http.MethodGet, path, nil); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/office/in") {
			c.t.Errorf("%s opens %s: %d %q", what, path, got.status, got.location)
		}
	}
}

// TestNoStaffSignInIsFixed: a browser that was given a name of a sign-in, made up or a thief's own, has another after each step by which it may do more: a password, a
// code, a proof, another role; and what it had before opens nothing.
func TestNoStaffSignInIsFixed(t *testing.T) {
	s := openStage(t, 1)
	s.hire(t, "juma@demo.example", nil, "cashier")
	thief, owner := s.hire(t, "thief@demo.example", nil, "support"), s.hire(t, "boss@demo.example", nil, "owner")
	its := thief.token
	for what, given := range map[string]string{"made up": seal.RandomHex(32), "empty": "", "a thief's own, signed out": its} {
		if given == its {
			thief.expect(thief.send("/office/out", nil), http.StatusSeeOther)
		}
		victim := &colleague{t: t, base: thief.base, token: given}
		if victim.token == "" {
			victim.token = "x"
		}
		victim.signsIn("juma@demo.example")
		victim.opensNothing(what, given)
		victim.expect(victim.ask(http.MethodGet, "/office/me", nil), http.StatusOK, "juma@demo.example")
		first := victim.token
		s.unproven(t)
		victim.expect(victim.send("/office/prove", url.Values{"proof": {"four words in a row"}, "back": {"/office/me"}}), http.StatusSeeOther)
		victim.opensNothing("what it had before the proof", first)
		victim.expect(victim.ask(http.MethodGet, "/office/me", nil), http.StatusOK, "juma@demo.example")
		s.proven(t)
	}
	m, err := s.Main.Staff.MemberByEmail(t.Context(), "juma@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	juma := &colleague{t: t, base: owner.base, token: "x"}
	juma.signsIn("juma@demo.example")
	before := juma.token
	edit := url.Values{"version": {strconv.FormatInt(m.Version, 10)}, "name": {m.Name}, "language": {"en"}, "role": {"support"}}
	owner.expect(owner.send("/office/staff/"+number(m.ID), edit), http.StatusSeeOther)
	juma.token = "x"
	juma.opensNothing("what it had in another role", before)
	half := &colleague{t: t, base: owner.base, token: "x"}
	half.signsIn("boss@demo.example") // who owes a code
	if got := half.ask(http.MethodGet, "/office/me", nil); got.location != "/office/code" || half.token == owner.token {
		t.Errorf("half a sign-in opens a page: %d %q", got.status, got.location)
	}
}

// TestNoSellersSignInIsFixed does the same at the doors of resellers and partners, with a name that was made up and with that of another of them.
func TestNoSellersSignInIsFixed(t *testing.T) {
	s := openStage(t, 1)
	s.seller(t)
	thief := s.kiosk(t)
	thief.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100002"}, "pin": {demoPIN}}, "Kevo")
	for _, door := range []struct{ base, phone, name string }{{"/sell", "0722100001", "Mama Njeri"}, {"/share", demoLandlord, "Mzee Kamau"}} {
		for what, given := range map[string]string{"made up": seal.RandomHex(32), "of another": thief.kept("/sell", "mtandao_sell")} {
			k, cookie := s.kiosk(t), "mtandao_"+door.base[1:]
			at, _ := url.Parse(k.base + door.base)
			k.client.Jar.SetCookies(at, []*http.Cookie{{Name: cookie, Value: given, Path: door.base}})
			page := k.opens(door.base + "/code") // /in leads who is signed in, as the thief, to their own pages
			k.again(door.base+"/in", url.Values{"k": {stampField.FindStringSubmatch(page)[1]}, "phone": {door.phone}, "pin": {demoPIN}}, door.name)
			if has := k.kept(door.base, cookie); has == given || len(has) < 40 {
				t.Errorf("%s, %s: the sign-in is the given one: %q", door.base, what, has)
			}
			other := s.kiosk(t)
			other.opens(door.base+"?"+cookie+"="+k.kept(door.base, cookie), `name="phone"`)
		}
	}
	thief.opens("/sell", "Kevo")
}

// kept is a cookie that a browser has for an address.
func (k *kiosk) kept(path, name string) string {
	at, _ := url.Parse(k.base + path)
	for _, one := range k.client.Jar.Cookies(at) {
		if one.Name == name {
			return one.Value
		}
	}
	return ""
}
