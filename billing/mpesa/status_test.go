package mpesa

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
)

const answerURL, noticeURL = "https://pay.example/in/t/0123456789abcdef", "https://pay.example/in/e/0123456789abcdef"

func certificate(t *testing.T, public, private any) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: noon.AddDate(-2, 0, 0), NotAfter: noon.AddDate(-1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// withOperator gives the till an operator and a certificate that ended last year, as the sandbox's did.
func (r *rail) withOperator() *rsa.PrivateKey {
	r.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		r.t.Fatal(err)
	}
	r.till.Initiator, r.till.InitiatorPassword, r.till.Certificate = "robot", "Operator#Pass", certificate(r.t, &key.PublicKey, key)
	return key
}

func TestAskingAboutAReceipt(t *testing.T) {
	r := newRail(t, say(200, `{"OriginatorConversationID":"1-2-3","ConversationID":"AG_20261124_1","ResponseCode":"0","ResponseDescription":"ok"}`))
	key := r.withOperator()
	id, err := r.AskStatus(t.Context(), r.till, "SKO1ABC2DE", answerURL, noticeURL)
	if err != nil || id != "AG_20261124_1" {
		t.Fatal(id, err)
	}
	s := r.requests()[0]
	sealed, _ := base64.StdEncoding.DecodeString(s.fields["SecurityCredential"].(string))
	//lint:ignore SA1019 the rail takes PKCS #1 v1.5 and nothing else
	if password, err := rsa.DecryptPKCS1v15(nil, key, sealed); err != nil || string(password) != "Operator#Pass" {
		t.Errorf("credential holds %q: %v", password, err)
	}
	delete(s.fields, "SecurityCredential")
	for name, want := range map[string]string{"Initiator": "robot", "CommandID": "TransactionStatusQuery", "TransactionID": "SKO1ABC2DE",
		"PartyA": "174379", "IdentifierType": "4", "ResultURL": answerURL, "QueueTimeOutURL": noticeURL, "Remarks": "receipt check", "Occasion": ""} {
		if s.fields[name] != want {
			t.Errorf("%s is %v", name, s.fields[name])
		}
	}
	if s.path != "/mpesa/transactionstatus/v1/query" {
		t.Error(s.path)
	}
	r.mustHide(nil)
}

func TestAQuestionThatCannotBeAsked(t *testing.T) {
	r := newRail(t, say(200, `{"ResponseCode":"0"}`))
	r.withOperator()
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(key string, change func(), address string) {
		t.Helper()
		good := r.till
		change()
		_, err := r.AskStatus(t.Context(), r.till, "SKO1ABC2DE", address, noticeURL)
		if fault.KeyOf(err) != key || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", key, err)
		}
		r.mustHide(err)
		r.till = good
	}
	ask("rail.operator", func() { r.till.Initiator = "" }, answerURL)
	ask("rail.operator", func() { r.till.InitiatorPassword = "" }, answerURL)
	ask("rail.certificate", func() { r.till.Certificate = "" }, answerURL)
	ask("rail.certificate", func() { r.till.Certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }, answerURL)
	ask("rail.certificate", func() { r.till.Certificate = certificate(t, &elliptic.PublicKey, elliptic) }, answerURL)
	ask("rail.certificate", func() { r.till.InitiatorPassword = strings.Repeat("x", 300) }, answerURL)
	ask("rail.address", func() {}, "https://pay.example/in/t/sql")
	if len(r.requests()) != 0 {
		t.Error("something was sent")
	}
}

func TestARefusedQuestion(t *testing.T) {
	for body, key := range map[string]string{
		refuse("400.002.02", "Bad Request - Invalid Initiator"):  "rail.refused",
		refuse("500.003.1001", "Internal Server Error"):          "rail.busy",
		`{"ConversationID":"AG_1","ResponseCode":"1"}`:           "rail.no_answer",
		`{"ConversationID":"AG_1","ResponseCode":"0"`:            "rail.no_answer",
		refuse("500.001.1001", "Merchant does not exist"):        "rail.refused",
		refuse("500.003.02", "System is busy. Try again please"): "rail.busy",
	} {
		status := 200
		if strings.Contains(body, "errorCode") {
			status = 500
		}
		if strings.Contains(body, "400.") {
			status = 400
		}
		r := newRail(t, say(status, body))
		r.withOperator()
		if _, err := r.AskStatus(t.Context(), r.till, "SKO1ABC2DE", answerURL, noticeURL); fault.KeyOf(err) != key {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestRegisteringAddresses(t *testing.T) {
	r := newRail(t, say(200, `{"OriginatorCoversationID":"1","ResponseCode":"0","ResponseDescription":"Success"}`))
	if err := r.RegisterURLs(t.Context(), r.till, answerURL, noticeURL); err != nil {
		t.Fatal(err)
	}
	s := r.requests()[0]
	if s.path != "/mpesa/c2b/v1/registerurl" || s.fields["ShortCode"] != "174379" || s.fields["ResponseType"] != "Completed" ||
		s.fields["ConfirmationURL"] != answerURL || s.fields["ValidationURL"] != noticeURL {
		t.Fatalf("%+v", s)
	}
	if err := r.RegisterURLs(t.Context(), r.till, answerURL, "https://Pay.example/x"); fault.KeyOf(err) != "rail.address" {
		t.Error(err)
	}
}

func TestAnswersToARegistration(t *testing.T) {
	cases := []struct {
		status    int
		body, key string
	}{
		{500, refuse("500.003.1001", "Urls are already registered"), ""},
		{500, refuse("500.003.1001", "Duplicate notification info, SP ID 1"), "rail.busy"},
		{400, refuse("400.002.02", "Bad Request - Invalid ValidationURL"), "rail.refused"},
		{200, `{"ResponseCode":"1"}`, "rail.refused"},
		{200, `{}`, "rail.no_answer"},
		{503, ``, "rail.no_answer"},
	}
	for _, c := range cases {
		r := newRail(t, say(c.status, c.body))
		err := r.RegisterURLs(t.Context(), r.till, answerURL, noticeURL)
		if c.key == "" && err != nil || c.key != "" && fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v", c.body, err)
		}
		r.mustHide(err)
	}
}

func TestDoctor(t *testing.T) {
	r := newRail(t, say(500, refuse("500.001.1001", "The transaction does not exist")))
	if got := verdicts(r.Doctor(t.Context(), r.till)); got != "settings+ token+ push password+ operator+ " {
		t.Error(got)
	}
	for _, s := range r.requests() {
		if s.path != queryPath {
			t.Errorf("doctor called %s", s.path)
		}
	}
	r.withOperator()
	checks := r.Doctor(t.Context(), r.till)
	if last := checks[len(checks)-1]; !last.OK || last.Key != "till.said.operator_over" || last.Args[1] != noon.AddDate(-1, 0, 0).Format(time.DateOnly) {
		t.Errorf("%+v", last)
	}
	r.till.Certificate, r.till.Passkey = "none", ""
	r.answer = say(500, refuse("500.001.1001", "[MerchantValidate] - Wrong credentials"))
	if got := verdicts(r.Doctor(t.Context(), r.till)); got != "settings- token+ push password- operator- " {
		t.Error(got)
	}
	r.server.Close()
	r.tokens.tokens = map[string]string{}
	checks = r.Doctor(t.Context(), r.till)
	if got := verdicts(checks); got != "settings- token- operator- " {
		t.Error(got)
	}
	if token := checks[1]; !token.Silent || checks[2].Silent || strings.Contains(fmt.Sprint(token.Args), "not sent") {
		t.Errorf("%+v", token)
	}
}

func verdicts(checks []Check) (all string) {
	for _, c := range checks {
		mark := "-"
		if c.OK {
			mark = "+"
		}
		all += c.Name + mark + " "
	}
	return all
}
