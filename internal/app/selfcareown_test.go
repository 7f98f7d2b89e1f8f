package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/notify"
)

// TestWhatIsACustomersAlone: the secret of a line is shown after a proof that is fresh, and changed; devices have names; words about messages and auto-pay are kept; all that
// is stored comes as a file that holds no secret and nothing of another's. Another customer has none of it.
func TestWhatIsACustomersAlone(t *testing.T) {
	s := openStage(t, 1)
	c, line, me := s.subscribed(t, "0711200003")
	_, _, other := s.subscribed(t, "0711200001")
	at := "/my/line/" + number(line.ID)
	d := s.owes(t, c)
	if _, err := s.plugIn("amina", 7); err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "she is online", func() bool { return strings.Contains(me.opens("/my/use/"+number(line.ID)), "Online since") })
	s.devices(t, me, at)
	me.opens(at+"/secret", "amina", secretOf("amina"))
	me.again(at+"/secret", formTo(t, me.opens(at+"/secret"), at+"/secret"), `role="alert"`) // an empty one
	form := formTo(t, me.opens(at+"/secret"), at+"/secret")
	form.Set("secret", "hill 7")
	me.again(at+"/secret", form, `role="alert"`, "Write 8 to 64 letters", `value="hill 7"`)
	form.Set("secret", "goats-on-a-hill")
	me.again(at+"/secret", form, "goats-on-a-hill")
	for _, path := range []string{at + "/secret", at + "/devices", at} {
		if got := other.answer(http.MethodGet, path, nil); got.status != http.StatusNotFound || strings.Contains(got.body, "amina") {
			t.Error("another's", path, got.status)
		}
	}
	s.words(t, me, other)
	file := me.again("/my/data", url.Values{"k": {stampField.FindStringSubmatch(me.opens("/my/data"))[1]}}, d.Text(), "amina", c.Number, "254711200003", "2026")
	var all map[string]any
	if err := json.Unmarshal([]byte(file), &all); err != nil || len(all) < 7 {
		t.Error(len(all), err)
	}
	for _, secret := range []string{"goats-on-a-hill", secretOf("amina"), "wanjiku", "argon2"} {
		if strings.Contains(file, secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
	st, err := s.Main.Invoices.StandingOf(t.Context(), c.ID, clock.DayOf(s.Main.Plan.Now()))
	if docs, e := s.Main.Invoices.Newest(t.Context(), invoices.Filter{CustomerID: c.ID}, 0, 100); err != nil || e != nil || len(docs) != len(all["documents"].([]any)) {
		t.Error(st, len(docs), err, e)
	}
	s.proofGrowsOld(t, me, at)
}

// devices names, logs out and takes off the device of a line.
func (s *Stage) devices(t *testing.T, me *kiosk, at string) {
	t.Helper()
	page := me.opens(at+"/devices", "Log it out", "02:40:5E:00:00:07")
	form := formTo(t, page, at+"/device/1/name")
	form.Set("name", `TV <script>alert(1)</script>`)
	if page = me.again(at+"/device/1/name", form, "TV &lt;script&gt;"); strings.Contains(page, "<script") {
		t.Error("a name runs")
	}
	form.Set("name", strings.Repeat("x", 41))
	me.again(at+"/device/1/name", form, `role="alert"`)
	form.Set("mac", "02:40:5E:00:00:08")
	form.Set("name", "not mine")
	if page := me.again(at+"/device/1/name", form); strings.Contains(page, "not mine") {
		t.Error("a device that is not there is named")
	}
	form.Set("mac", "02:40:5E:00:00:07")
	me.again(at+"/device/1/out", form, "TV")
	me.again(at+"/device/1/off", form)
}

// words are what a customer says of messages and of being asked for money; of a contact of another's nothing is kept.
func (s *Stage) words(t *testing.T, me, other *kiosk) {
	t.Helper()
	page := me.opens("/my/consent", "Offers", "Not sent", "Auto-pay")
	form := formTo(t, page, "/my/consent")
	form.Set("class", "offers")
	form.Set("given", "1")
	me.again("/my/consent", form)
	may, err := s.Main.Notify.Consents(t.Context(), notify.SMS, "254711200003")
	if err != nil || !may[notify.Offers] {
		t.Error(may, err)
	}
	form.Set("k", stampField.FindStringSubmatch(other.opens("/my/consent"))[1])
	form.Set("given", "0")
	if got := other.answer(http.MethodPost, "/my/consent", form); got.status != http.StatusBadRequest {
		t.Error("another's contact:", got.status)
	}
	if may, err = s.Main.Notify.Consents(t.Context(), notify.SMS, "254711200003"); err != nil || !may[notify.Offers] {
		t.Error("another took back her word:", may, err)
	}
	me.sends("/my/consent", "/my/auto", url.Values{"phone": {"12"}}, `role="alert"`)
	me.sends("/my/consent", "/my/auto", url.Values{"phone": {"0711 200 003"}}, "0711 ••• 003")
	me.sends("/my/consent", "/my/auto", url.Values{"stop": {"1"}}, "Ask my phone on the day")
}

// proofGrowsOld: after ten minutes a proof is asked for, and a code or nothing opens.
func (s *Stage) proofGrowsOld(t *testing.T, me *kiosk, at string) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE pin_sign_ins SET proven_at = ?", s.Main.Clock.Now().Add(-11*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{at + "/secret", "/my/data", "/my/password"} {
		if page := me.opens(path, "Is it you?"); strings.Contains(page, "goats") {
			t.Error(path, "is shown without a proof")
		}
	}
	me.sends(at+"/secret", "/my/prove", url.Values{"proof": {"000000"}, "to": {"x"}}, "That is neither the code")
	c, err := s.Main.Customers.FindNow(t.Context(), "0711200003")
	if err != nil {
		t.Fatal(err)
	}
	code := s.codeOf(t, c)
	me.sends(at+"/secret", "/my/prove", url.Values{"proof": {code}, "to": {"line" + strings.TrimPrefix(at, "/my/line/")}}, "goats-on-a-hill")
}
