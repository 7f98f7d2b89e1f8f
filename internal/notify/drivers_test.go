package notify

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

func (w *world) gateway() {
	w.Helper()
	w.carry(Carrier{Channel: SMS, Driver: HTTPGateway, Sender: "MTAANET", HTTP: Gateway{URL: w.url + "/gateway", ContentType: "application/json",
		Header: map[string]string{"X-Key": testKey}, Body: `{"mobile":"{to}","message":"{text}","shortcode":"{from}"}`, Success: `^OK `, ID: `^OK (\S+)`,
		ReportID: `id=([^&]+)`, ReportDelivered: `status=Success`, ReportFailed: `status=Failed`}})
}

func TestAnyHTTPGateway(t *testing.T) {
	each(t, func(w *world) {
		w.gateway()
		const text = `He said "yes" \ {to} {from}` + "\n" + `","mobile":"254700000000`
		id := w.send(with(ForReceipt, "1", text))
		w.idle()
		w.is(id, Sent, "", 1)
		if got := w.sim.Inbox(testPhone); len(got) != 1 || got[0].Text != text || got[0].From != "MTAANET" {
			t.Fatalf("%+v", w.sim.Inbox(""))
		}
		for _, body := range w.sim.Reports() {
			if err := w.s.TakeReport(w.ctx, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		w.is(id, Delivered, "", 1)
		w.sim.SetBalance(0)
		no := w.send(with(ForReceipt, "2", "Receipt"))
		w.idle()
		w.is(no, Failed, "not_accepted", 1)
		w.keepsSecrets()
	})
}

// TestABrandsOwnSender names what people have; offers keep the sender that the network knows for them.
func TestABrandsOwnSender(t *testing.T) {
	each(t, func(w *world) {
		w.gateway()
		for n, purpose := range []Purpose{ForReceipt, ForCode} {
			m := with(purpose, fmt.Sprint(n), "Hello")
			m.Sender = "BARAKA"
			w.send(m)
		}
		w.idle()
		for _, got := range w.sim.Inbox(testPhone) {
			if got.From != "BARAKA" {
				t.Errorf("from %q", got.From)
			}
		}
		if n := len(w.sim.Inbox(testPhone)); n != 2 {
			t.Errorf("%d messages", n)
		}
		for want, c := range map[string]Carrier{"OFFERS": {Channel: SMS, Sender: "MTAANET", OfferSender: "OFFERS"}, "MTAANET": {Channel: SMS, Sender: "MTAANET"}} {
			if got := c.senderOf(ForOffer, "BARAKA"); got != want {
				t.Errorf("an offer from %q, want %q", got, want)
			}
		}
		if got := (Carrier{Channel: Email, Sender: "a@b.example"}).senderOf(ForReceipt, "BARAKA"); got != "a@b.example" {
			t.Errorf("e-mail from %q", got)
		}
	})
}

func TestAGatewayIsCheckedBeforeItIsKept(t *testing.T) {
	good := Gateway{URL: "https://sms.example.com/send?to={to}&text={text}", Method: "GET"}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]Gateway{
		"carrier.url":     {URL: "https://{to}.example.com/?text={text}", Method: "GET"},
		"carrier.method":  {URL: "https://a.example.com/?to={to}&text={text}", Method: "DELETE"},
		"carrier.header":  {URL: "https://a.example.com/?to={to}&text={text}", Header: map[string]string{"X": "a\r\nY: b"}},
		"carrier.pattern": {URL: "https://a.example.com/?to={to}&text={text}", ID: "no group"},
		"carrier.body":    {URL: "https://a.example.com/", ContentType: "application/json", Body: `{"to":"{to}","text":{text}}`},
	}
	for key, bad := range tests {
		if err := bad.check(); fault.KeyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	if err := (Gateway{URL: "http://a.example.com/?to={to}&text={text}"}).check(); fault.KeyOf(err) != "carrier.url" {
		t.Error("secrets over plain http:", err)
	}
}

func FuzzRender(f *testing.F) {
	f.Add(`"},{"to":"1`, "a&b=c")
	f.Add("]]><to>", "{text}{to}")
	f.Fuzz(func(t *testing.T, text, sender string) {
		text, sender = strings.ToValidUTF8(text, ""), strings.ToValidUTF8(sender, "")
		l := letter{to: testPhone, sender: sender, content: content{Text: text}}
		var fields map[string]string
		body := Gateway{}.render(`{"to":"{to}","text":"{text}","from":"{from}"}`, typeJSON, l)
		if err := json.Unmarshal([]byte(body), &fields); err != nil || len(fields) != 3 || fields["text"] != text || fields["to"] != testPhone {
			t.Errorf("JSON %s: %v", body, err)
		}
		form, err := url.ParseQuery(Gateway{}.render("to={to}&text={text}&from={from}", typeForm, l))
		if err != nil || len(form) != 3 || form.Get("text") != text || form.Get("from") != sender {
			t.Errorf("form %v: %v", form, err)
		}
		var document struct {
			To   []string `xml:"to"`
			Text string   `xml:"text"`
		}
		body = Gateway{}.render("<m><to>{to}</to><text>{text}</text></m>", typeXML, l)
		if err := xml.Unmarshal([]byte(body), &document); err != nil || len(document.To) != 1 {
			t.Errorf("XML %s: %v", body, err)
		}
	})
}

func TestEmail(t *testing.T) {
	each(t, func(w *world) {
		w.email()
		m := Message{Key: "1", Purpose: ForReminder, Channel: Email, To: testMailbox, Language: words.Swahili, Subject: "message.test.subject",
			Words: "message.test", Args: []any{"Provider", "Mtaa\r\nBcc: all@example.com", "Time", "12:00 – leo"}}
		id := w.send(m)
		w.idle()
		w.is(id, Sent, "", 1)
		got := w.sim.Inbox("")[0]
		if got.To != testMailbox || got.From != "bills@mtaa.co.ke" || got.Subject != "Ujumbe wa majaribio kutoka Mtaa Bcc: all@example.com" ||
			!strings.HasSuffix(got.Text, "12:00 – leo.") || got.ID != fmt.Sprintf("<%d@mtaa.co.ke>", id) {
			t.Errorf("%+v", got)
		}
		for _, tt := range []struct {
			faults messages.Faults
			state  State
			reason string
		}{
			{messages.Faults{TemporaryMail: true}, Queued, "smtp_451"},
			{messages.Faults{RefusedMail: true}, Failed, "smtp_550"},
			{messages.Faults{DroppedMail: true}, Queued, "no_answer"},
		} {
			w.sim.SetFaults(tt.faults)
			m.Key = tt.reason
			id := w.send(m)
			w.idle()
			if l := w.line(id); l.State != tt.state || l.Reason != tt.reason {
				t.Errorf("%s (%s), want %s (%s)", l.State, l.Reason, tt.state, tt.reason)
			}
		}
		w.keepsSecrets()
	})
}

// TestMailNeverGoesWithoutTLS: a server whose certificate nobody vouches for gets nothing.
func TestMailNeverGoesWithoutTLS(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	w.email()
	w.s.RootCAs = nil
	id, err := w.s.SendTest(w.ctx, Email, testMailbox, words.English, "Asha", "")
	if err != nil {
		t.Fatal(err)
	}
	w.idle()
	w.is(id, Queued, "no_connection", 0)
	w.keepsSecrets()
}

func TestTelegramAndWebhookAreForAlerts(t *testing.T) {
	each(t, func(w *world) {
		w.telegram()
		w.webhook()
		chat, err := w.s.SendTest(w.ctx, Telegram, testChat, words.English, "Asha", "")
		if err != nil {
			t.Fatal(err)
		}
		hook, err := w.s.SendTest(w.ctx, Webhook, w.url+"/webhook", words.English, "Asha", "")
		if err != nil {
			t.Fatal(err)
		}
		w.idle()
		w.is(chat, Sent, "", 2)
		w.is(hook, Sent, "", 2)
		for _, got := range w.sim.Inbox("") {
			if got.Kind == "webhook" && (!got.SignatureIsRight || got.ID != fmt.Sprint(hook)) {
				t.Errorf("%+v", got)
			}
		}
		w.sim.SetFaults(messages.Faults{FailAfter: true})
		chat, err = w.s.SendTest(w.ctx, Telegram, testChat, words.English, "Asha", "")
		if err != nil {
			t.Fatal(err)
		}
		w.idle()
		w.is(chat, Unknown, "http_500", 3)
		w.sim.SetFaults(messages.Faults{})
		w.carry(Carrier{Channel: Telegram, Driver: TelegramBot, BaseURL: w.url, Secret: "999999:a_wrong_bot_token"})
		wrong, err := w.s.SendTest(w.ctx, Telegram, testChat, words.English, "Asha", "")
		if err != nil {
			t.Fatal(err)
		}
		w.idle()
		w.is(wrong, Failed, "http_401", 3)
		w.keepsSecrets()
	})
}

func TestCarriersAreChecked(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	for key, bad := range map[string]Carrier{
		"carrier.driver": {Channel: Email, Driver: AfricasTalking},
		"carrier.url":    {Channel: SMS, Driver: AfricasTalking, BaseURL: "http://example.com", Username: "a", Secret: "b"},
		"carrier.sender": {Channel: SMS, Driver: AfricasTalking, Username: "a", Secret: "b", Sender: "A NAME THAT IS TOO LONG"},
		"carrier.secret": {Channel: Webhook, Driver: SignedWebhook, Secret: "short"},
		"carrier.host":   {Channel: Email, Driver: SMTP, Sender: "a@b.co", Host: "a b"},
	} {
		err := w.d.InTx(w.ctx, func(tx *db.Tx) error { return w.s.SaveCarrier(tx, bad) })
		if fault.KeyOf(err) != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
}
