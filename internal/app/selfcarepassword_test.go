package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestACustomerHasAPassword: set after the code, taken at the door with the account's number or the phone, forgotten and set anew by a code; a form of another's
// page sets none, and the browser of before is out.
func TestACustomerHasAPassword(t *testing.T) {
	s := openStage(t, 1)
	c, me := s.subscriber(t, "Wanjiru Mugo", "0712345001")
	_, other := s.subscriber(t, "Otieno", "0712345002")
	theirs := stampField.FindStringSubmatch(other.opens("/my/password", `name="password"`))[1]
	if got := me.answer(http.MethodPost, "/my/password", url.Values{"k": {theirs}, "password": {"four goats on a hill"}}); got.status != http.StatusBadRequest {
		t.Error("a form of another's page:", got.status)
	}
	me.sends("/my/password", "/my/password", url.Values{"password": {"wanjiru"}}, `role="alert"`)
	elsewhere := s.signsIn(t, c)
	me.sends("/my/password", "/my/password", url.Values{"password": {"four goats on a hill"}}, "Hello, Wanjiru Mugo")
	elsewhere.opens("/my", `name="who"`)
	for _, typed := range []string{c.Number, "0712 345 001"} {
		s.kiosk(t).sends("/my/enter?l=en", "/my/enter", url.Values{"who": {typed}, "password": {"four goats on a hill"}}, "Hello, Wanjiru Mugo")
	}
	stranger := s.kiosk(t)
	wrong := stranger.sends("/my/enter?l=en", "/my/enter", url.Values{"who": {c.Number}, "password": {"six goats on a hill"}}, "The number or the password is not right.")
	none := stranger.sends("/my/enter?l=en", "/my/enter", url.Values{"who": {"9999999"}, "password": {"six goats on a hill"}}, "The number or the password is not right.")
	if strings.ReplaceAll(wrong, c.Number, "#") != strings.ReplaceAll(none, "9999999", "#") {
		t.Error("the answer tells who is a customer")
	}
	stranger.sends("/my/code", "/my/code", url.Values{"who": {c.Number}, "code": {s.codeOf(t, c)}}, "Hello, Wanjiru Mugo") // she forgot it
	stranger.sends("/my/password", "/my/password", url.Values{"password": {"six goats on a hill"}}, "Hello, Wanjiru Mugo")
	s.kiosk(t).sends("/my/enter?l=en", "/my/enter", url.Values{"who": {c.Number}, "password": {"four goats on a hill"}}, "is not right")
}
