package safaricom

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"testing"
)

const statusPath = "/mpesa/transactionstatus/v1/query"

func (w *world) credential(password string) string {
	w.t.Helper()
	block, _ := pem.Decode(w.CertificatePEM())
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		w.t.Fatal(err)
	}
	//lint:ignore SA1019 Daraja's credential is PKCS #1 v1.5
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, certificate.PublicKey.(*rsa.PublicKey), []byte(password))
	if err != nil {
		w.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(sealed)
}

func (w *world) statusBody(receipt string) map[string]any {
	return map[string]any{"Initiator": "robot", "SecurityCredential": w.credential("Secret#1"), "CommandID": "TransactionStatusQuery",
		"TransactionID": receipt, "PartyA": "174379", "IdentifierType": "4", "ResultURL": w.merchant.URL + "/in/t/0a",
		"QueueTimeOutURL": w.merchant.URL + "/in/e/0a", "Remarks": "check", "Occasion": ""}
}

// askStatus tells where the answer came and what it says.
func (w *world) askStatus(body map[string]any) (path string, result map[string]any) {
	w.t.Helper()
	status, accepted := w.post(statusPath, body)
	if status != 200 || accepted["ResponseCode"] != "0" {
		w.t.Fatalf("%d %v", status, accepted)
	}
	got := w.received()
	last := got[len(got)-1]
	result = last.body["Result"].(map[string]any)
	if result["ConversationID"] != accepted["ConversationID"] || result["OriginatorConversationID"] != accepted["OriginatorConversationID"] {
		w.t.Fatalf("ids: %v %v", accepted, result)
	}
	return last.path, result
}

func TestStatusOfAReceipt(t *testing.T) {
	w := newWorld(t, nil)
	receipt, err := w.PayBill(context.Background(), alice, "174379", "A", 10_00)
	if err != nil {
		t.Fatal(err)
	}
	list, object := false, false
	for range 12 {
		path, result := w.askStatus(w.statusBody(receipt))
		if path != "/in/t/0a" || fields(result).text("ResultCode") != "0" {
			t.Fatalf("%s %v", path, result)
		}
		values := map[string]string{}
		parameters := result["ResultParameters"].(map[string]any)["ResultParameter"].([]any)
		for _, p := range parameters {
			values[fields(p.(map[string]any)).text("Key")] = fields(p.(map[string]any)).text("Value")
		}
		if values["ReceiptNo"] != receipt || values["Amount"] != "10.00" || values["TransactionStatus"] != "Completed" || values["DebitPartyName"][:15] != alice+" - " {
			t.Fatalf("values %v", values)
		}
		if _, present := values["DebitPartyCharges"]; !present || len(parameters) == len(values) {
			t.Fatal("want a key without a value and a key twice")
		}
		switch result["ReferenceData"].(map[string]any)["ReferenceItem"].(type) {
		case []any:
			list = true
		case map[string]any:
			object = true
		}
	}
	if !list || !object {
		t.Error("ReferenceItem must come in both forms")
	}
}

func TestStatusFailures(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world, b map[string]any)
		want   string
	}{
		"unknown receipt": {func(_ *world, b map[string]any) { b["TransactionID"] = "UKO0000000" }, "R000002"},
		"another's receipt": {func(w *world, b map[string]any) {
			b["TransactionID"], _ = w.BuyGoods(context.Background(), bob, "5123456", 100)
		}, "R000002"},
		"wrong initiator": {func(_ *world, b map[string]any) { b["Initiator"] = "other" }, "2001"},
		"wrong password":  {func(w *world, b map[string]any) { b["SecurityCredential"] = w.credential("guess") }, "2001"},
		"another key's seal": {func(_ *world, b map[string]any) {
			b["SecurityCredential"] = base64.StdEncoding.EncodeToString(make([]byte, 256))
		}, "2001"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			receipt, _ := w.PayBill(context.Background(), alice, "174379", "A", 10_00)
			body := w.statusBody(receipt)
			c.change(w, body)
			if _, result := w.askStatus(body); fields(result).text("ResultCode") != c.want {
				t.Fatalf("result %v", result)
			}
		})
	}
	w := newWorld(t, func(o *Options) { o.Merchants[0].InitiatorLocked = true })
	if _, result := w.askStatus(w.statusBody("UKO0000000")); fields(result).text("ResultCode") != "8006" {
		t.Fatalf("locked operator: %v", result)
	}
}

func TestStatusFieldChecks(t *testing.T) {
	w := newWorld(t, nil)
	for field, value := range map[string]string{"CommandID": "x", "Initiator": "", "SecurityCredential": "plain", "TransactionID": "", "PartyA": "",
		"IdentifierType": "1", "ResultURL": "https://x.example/query", "QueueTimeOutURL": "", "Remarks": ""} {
		body := w.statusBody("UKO0000000")
		body[field] = value
		if status, got := w.post(statusPath, body); status != 400 || got["errorMessage"] != "Bad Request - Invalid "+field {
			t.Errorf("%s: %d %v", field, status, got)
		}
	}
	body := w.statusBody("UKO0000000")
	body["PartyA"] = "600001"
	if _, got := w.post(statusPath, body); got["errorMessage"] != "Merchant does not exist" {
		t.Error(got)
	}
}

func TestStatusFaults(t *testing.T) {
	w := newWorld(t, nil)
	w.SetFaults(Faults{StatusTimeout: true})
	if path, _ := w.askStatus(w.statusBody("UKO0000000")); path != "/in/e/0a" {
		t.Fatalf("time-out notice went to %s", path)
	}
	w.SetFaults(Faults{LoseStatus: true})
	w.post(statusPath, w.statusBody("UKO0000000"))
	if got := w.received(); len(got) != 1 {
		t.Fatalf("a lost result came: %+v", got)
	}
}
