package notify

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
)

func report(id, status, phone, reason string) []byte {
	return []byte(url.Values{"id": {id}, "status": {status}, "phoneNumber": {phone}, "failureReason": {reason}, "retryCount": {"0"}}.Encode())
}

func TestReportsInAnyOrderEndInTheTruth(t *testing.T) {
	const id, phone = "ATXid_000001", "+254712345678"
	tests := []struct {
		name    string
		reports [][]byte
		state   State
		reason  string
	}{
		{"on its way", [][]byte{report(id, "Submitted", phone, ""), report(id, "Buffered", phone, "")}, Sent, ""},
		{"delivered", [][]byte{report(id, "Success", phone, "")}, Delivered, ""},
		{"twice", [][]byte{report(id, "Success", phone, ""), report(id, "Success", phone, "")}, Delivered, ""},
		{"never back from the end", [][]byte{report(id, "Success", phone, ""), report(id, "Failed", phone, "DeliveryFailure"), report(id, "Sent", phone, "")}, Delivered, ""},
		{"failed", [][]byte{report(id, "Failed", phone, "UserInBlackList")}, Failed, "UserInBlackList"},
		{"a reason that is no name", [][]byte{report(id, "Rejected", phone, "<script>")}, Failed, ""},
		{"about another number", [][]byte{report(id, "Failed", "+254700000000", "")}, Sent, ""},
		{"about another message", [][]byte{report("ATXid_7", "Failed", phone, "")}, Sent, ""},
		{"without a number", [][]byte{report(id, "Success", "", "")}, Delivered, ""},
	}
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for n, tt := range tests {
			t.Run(tt.name, func(t *testing.T) { // a world each, gone before the next: its carrier counts from 1, and no other's queue takes its jobs
				w := newWorld(t, d, nil).sms()
				w.tx(func(tx *db.Tx) error { return tx.Gorm().Exec("DELETE FROM messages").Error })
				w.tx(func(tx *db.Tx) error { return tx.Gorm().Exec("DELETE FROM message_reports").Error })
				message := w.send(with(ForReceipt, fmt.Sprint(n), "Receipt"))
				w.idle()
				for _, body := range tt.reports {
					if err := w.s.TakeReport(w.ctx, body); err != nil {
						t.Fatal(err)
					}
				}
				if l := w.line(message); l.State != tt.state || l.Reason != tt.reason {
					t.Errorf("%s (%s), want %s (%s)", l.State, l.Reason, tt.state, tt.reason)
				}
			})
		}
	})
}

// early brings a report before the answer to the call.
type early struct{ report func() }

func (e early) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	e.report()
	return response, err
}

func TestAReportBeforeTheAnswerIsNotLost(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		var w *world
		w = newWorld(t, d, early{func() {
			for _, body := range w.sim.Reports() {
				if err := w.s.TakeReport(w.ctx, []byte(body)); err != nil {
					t.Error(err)
				}
			}
		}})
		w.sms()
		id := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.is(id, Delivered, "", 1)
	})
}

func TestReportsThatComeLateOrNever(t *testing.T) {
	each(t, func(w *world) {
		w.sms().sim.SetFaults(messages.Faults{ReportsNever: true})
		never := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.is(never, Sent, "", 1)
		if len(w.sim.Reports()) != 0 {
			t.Error("a report that never comes was kept")
		}
	})
}

func TestUnreadableReports(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	if err := w.s.TakeReport(w.ctx, report("a", "Success", "", "")); !fault.Is(err, fault.NotFound) {
		t.Error("without a carrier:", err)
	}
	w.sms()
	for _, body := range []string{"", "id=1", "status=Success", "id=1&status=Fine", "%zz", string(make([]byte, 300))} {
		if err := w.s.TakeReport(w.ctx, []byte(body)); fault.KeyOf(err) != "report.unreadable" {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzReadReport(f *testing.F) {
	f.Add(report("ATXid_1", "Success", "+254712345678", ""))
	f.Add([]byte(`{"id":"7","state":"DELIVRD"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		other := &gateway{carrier: Carrier{HTTP: Gateway{ReportID: `"id":"([^"]*)"`, ReportDelivered: "DELIVRD", ReportFailed: "UNDELIV"}}}
		for _, d := range []reporter{&africasTalking{}, other} {
			r, err := d.readReport(body)
			if err != nil {
				continue
			}
			if r.ProviderID == "" || len(r.ProviderID) > 120 || len(r.Reason) > 40 || r.State != Sent && r.State != Delivered && r.State != Failed {
				t.Errorf("%+v", r)
			}
		}
	})
}

func FuzzReadSendAnswer(f *testing.F) {
	f.Add([]byte(`{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":[{"statusCode":101,"status":"Success","messageId":"ATXid_1","cost":"KES 0.8000"}]}}`))
	f.Add([]byte(`{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o := readSendAnswer(body)
		if len(o.reason) > 64 || len(o.providerID) > 120 || o.verdict == accepted && o.reason != "" {
			t.Errorf("%+v", o)
		}
	})
}

func TestAnswersOfAfricasTalking(t *testing.T) {
	answer := func(code, id string) string {
		return `{"SMSMessageData":{"Message":"m","Recipients":[{"statusCode":` + code + `,"number":"+254712345678","status":"Status","messageId":"` + id + `","cost":"KES 1.6000"}]}}`
	}
	tests := []struct {
		body    string
		verdict verdict
		reason  string
	}{
		{answer("100", "a"), accepted, ""},
		{answer(`"101"`, "a"), accepted, ""},
		{answer("405", "None"), noCredit, "Status"},
		{answer("406", "None"), blocked, "Status"},
		{answer("402", "None"), refused, "Status"},
		{answer("500", "None"), notLeft, "Status"},
		{answer("500", "ATXid_1"), doubtful, "Status"}, // it has an id: it may have gone
		{answer("777", "None"), doubtful, "Status"},
		{`{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}`, refused, "InvalidSenderId"},
		{`{"SMSMessageData":{"Message":"No +254712345678","Recipients":[]}}`, refused, "no_recipients"},
		{`<html>`, doubtful, "unreadable"},
		{`{}`, doubtful, "unreadable"},
	}
	for _, tt := range tests {
		if o := readSendAnswer([]byte(tt.body)); o.verdict != tt.verdict || o.reason != tt.reason {
			t.Errorf("%s: %+v", tt.body, o)
		}
	}
}
