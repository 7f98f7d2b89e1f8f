package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"mtandao/internal/staff"
)

// TestAPasskeyInABrowser: whoever must add a second lock makes a passkey in a real browser, whose authenticator is simulated by itself, signs in with it the next day, proves
// themself with it before something grave, and takes it away once there is another lock.
func TestAPasskeyInABrowser(t *testing.T) {
	s := openStage(t, 1)
	_, port, _ := strings.Cut(s.Main.HTTPAddress(), ":")
	base := "http://localhost:" + port // a browser takes no passkey of a number
	s.Main.Staff.Public = base
	_, link, err := s.Main.Staff.Invite(t.Context(), staff.By{Command: "test"}, "njoki@demo.example", staff.Profile{Name: "Asha Wanjiku", Language: "en", Roles: []string{"manager"}})
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, newAllocator(t), true)
	defer b.limited(2 * time.Minute)()
	b.authenticator()
	b.open(base + "/office/welcome/" + link)
	b.types("#password", "four words in a row")
	b.click("main form .btn-primary")
	b.see(10*time.Second, "Use a passkey instead")
	b.picture("enrol")
	b.click(`a[href="/office/enrol/passkey"]`)
	b.see(10*time.Second, "Make a passkey")
	b.picture("make")
	b.click("[data-passkey]")
	b.see(10*time.Second, "Keep these recovery codes")
	b.open(base + "/office/me")
	b.see(10*time.Second, "Chrome · Linux")
	b.see(time.Second, "your passkey proves that it is you")
	b.picture("me")

	_, err = chromedp.Call(b.ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: "mtandao_office", URL: base + "/office"})
	b.do(err)
	b.open(base + "/office/in")
	b.types("#email", "njoki@demo.example")
	b.types("#password", "four words in a row")
	b.click("main form .btn-primary")
	b.see(10*time.Second, "Show your passkey")
	b.picture("code")
	b.click("[data-passkey]")
	b.see(10*time.Second, "Today")

	s.unproven(t)
	b.open(base + "/office/enrol/passkey")
	b.see(10*time.Second, "Is it you?")
	b.picture("prove")
	b.click("[data-passkey]")
	b.see(10*time.Second, "Make a passkey") // it is asked for, and refused: the authenticator has one of ours
	b.click("[data-passkey]")
	b.see(10*time.Second, "The browser gave no passkey")
	b.open(base + "/office/me")
	b.click(`form[action$="/remove"] button`)
	b.see(10*time.Second, "It is your only second lock")
}

// TestPasskeysAreTheirOwners: nobody opens another's, and what a browser without passkeys sends is told in words.
func TestPasskeysAreTheirOwners(t *testing.T) {
	s := openStage(t, 1)
	s.Main.Staff.Public = "http://localhost:1"
	juma := s.hire(t, "juma@demo.example", nil, "manager")
	juma.expect(juma.ask(http.MethodGet, "/office/me", nil), http.StatusOK, "Add a passkey")
	juma.expect(juma.send("/office/me/passkeys/7/remove", url.Values{}), http.StatusNotFound)
	juma.expect(juma.ask(http.MethodGet, "/office/enrol/passkey", nil), http.StatusOK, "Make a passkey", "This browser makes no passkeys")
	juma.expect(juma.send("/office/enrol/passkey", url.Values{"name": {"Phone"}, "answer": {"{}"}}), http.StatusForbidden, "was not accepted", `value="Phone"`)
	juma.expect(juma.send("/office/enrol/passkey", url.Values{"name": {""}, "answer": {""}}), http.StatusBadRequest, "give the passkey a name")
	s.Main.Staff.Public = "https://41.90.1.2"
	juma.expect(juma.ask(http.MethodGet, "/office/me", nil), http.StatusOK, "an encrypted address with a name")
	juma.expect(juma.ask(http.MethodGet, "/office/enrol/passkey", nil), http.StatusBadRequest, "an encrypted address with a name")
}

// authenticator gives the browser one that says yes.
func (b *browser) authenticator() {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{})
	b.do(err)
	_, err = chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	b.do(err)
}
