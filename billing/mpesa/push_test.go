package mpesa

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

func TestAPromptForAPaybillAsDarajaWantsIt(t *testing.T) {
	r := newRail(t, say(200, accepted))
	pushed, err := r.Push(t.Context(), r.till, prompt())
	if err != nil || pushed != (billing.Pushed{MerchantRequestID: "29115-34620561-1", CheckoutRequestID: checkout}) {
		t.Fatalf("%+v %v", pushed, err)
	}
	want := seen{path: "/mpesa/stkpush/v1/processrequest", bearer: "token-1", contentType: "application/json", fields: map[string]any{
		"BusinessShortCode": "174379", "Timestamp": "20261124120000", "TransactionType": "CustomerPayBillOnline", "Amount": 10.0,
		"Password": base64.StdEncoding.EncodeToString([]byte("174379passkey-never-to-be-seen20261124120000")),
		"PartyA":   payerPhone, "PartyB": "174379", "PhoneNumber": payerPhone, "CallBackURL": hexURL,
		"AccountReference": "K7M4P2", "TransactionDesc": "Internet",
	}}
	if d := cmp.Diff([]seen{want}, r.requests(), cmp.AllowUnexported(seen{})); d != "" {
		t.Fatal(d)
	}
	r.mustHide(nil)
}

func TestAPromptForATillUsesItsStoreNumberAndPaysTheTill(t *testing.T) {
	r := newRail(t, say(200, accepted))
	r.till.Type, r.till.ShortCode, r.till.StoreNumber, r.till.PartyB = billing.TillBuyGoods, "600001", "600002", "5123456"
	if _, err := r.Push(t.Context(), r.till, prompt()); err != nil {
		t.Fatal(err)
	}
	f := r.requests()[0].fields
	password, _ := base64.StdEncoding.DecodeString(f["Password"].(string))
	if f["BusinessShortCode"] != "600002" || f["PartyB"] != "5123456" || f["TransactionType"] != "CustomerBuyGoodsOnline" ||
		string(password) != "600002passkey-never-to-be-seen20261124120000" {
		t.Fatalf("%v %s", f, password)
	}
}

func TestWhatBreaksAFieldRuleIsNeverSent(t *testing.T) {
	r := newRail(t, say(200, accepted))
	cases := map[string]struct {
		change func(*billing.Till, *billing.Push)
		reason billing.Reason
	}{
		"nothing":           {func(_ *billing.Till, p *billing.Push) { p.Amount = money.Shillings(0) }, billing.ReasonTooSmall},
		"less than nothing": {func(_ *billing.Till, p *billing.Push) { p.Amount = money.Shillings(-5) }, billing.ReasonTooSmall},
		"too much":          {func(_ *billing.Till, p *billing.Push) { p.Amount = money.Shillings(250_001) }, billing.ReasonTooLarge},
		"cents":             {func(_ *billing.Till, p *billing.Push) { p.Amount = money.KES(1050) }, billing.ReasonMerchantFault},
		"dollars":           {func(_ *billing.Till, p *billing.Push) { p.Amount.Currency = "USD" }, billing.ReasonMerchantFault},
		"landline":          {func(_ *billing.Till, p *billing.Push) { p.Phone = "254201234567" }, billing.ReasonPushFailed},
		"local number":      {func(_ *billing.Till, p *billing.Push) { p.Phone = customers.Phone("0712345678") }, billing.ReasonPushFailed},
		"long reference":    {func(_ *billing.Till, p *billing.Push) { p.Reference = "K7M4P2QXTA123" }, billing.ReasonMerchantFault},
		"dash in reference": {func(_ *billing.Till, p *billing.Push) { p.Reference = "K7M4P-2QXTA" }, billing.ReasonMerchantFault},
		"no reference":      {func(_ *billing.Till, p *billing.Push) { p.Reference = "" }, billing.ReasonMerchantFault},
		"long description":  {func(_ *billing.Till, p *billing.Push) { p.Description = "Internet today" }, billing.ReasonMerchantFault},
		"forbidden word":    {func(_ *billing.Till, p *billing.Push) { p.CallbackURL = "https://pay.example/MPesa/1" }, billing.ReasonMerchantFault},
		"word in the host":  {func(_ *billing.Till, p *billing.Push) { p.CallbackURL = "https://exeter.example/in/p/1" }, billing.ReasonMerchantFault},
		"capital host":      {func(_ *billing.Till, p *billing.Push) { p.CallbackURL = "https://Pay.example/in/p/1" }, billing.ReasonMerchantFault},
		"no host":           {func(_ *billing.Till, p *billing.Push) { p.CallbackURL = "/in/p/1" }, billing.ReasonMerchantFault},
		"other scheme":      {func(_ *billing.Till, p *billing.Push) { p.CallbackURL = "ftp://pay.example/1" }, billing.ReasonMerchantFault},
		"no till number":    {func(l *billing.Till, _ *billing.Push) { l.Type, l.StoreNumber = billing.TillBuyGoods, "600001" }, billing.ReasonMerchantFault},
		"no store number":   {func(l *billing.Till, _ *billing.Push) { l.Type, l.PartyB = billing.TillBuyGoods, "600001" }, billing.ReasonMerchantFault},
		"no type":           {func(l *billing.Till, _ *billing.Push) { l.Type = "" }, billing.ReasonMerchantFault},
		"no passkey":        {func(l *billing.Till, _ *billing.Push) { l.Passkey = "" }, billing.ReasonMerchantFault},
	}
	for name, c := range cases {
		till, p := r.till, prompt()
		c.change(&till, &p)
		_, err := r.Push(t.Context(), till, p)
		var refused *billing.Refused
		if !errors.As(err, &refused) || refused.Reason != c.reason {
			t.Errorf("%s: %v", name, err)
		}
		r.mustHide(err)
	}
	if len(r.requests()) != 0 || r.mints != 0 {
		t.Fatal("something was sent")
	}
	limits := prompt()
	for _, shillings := range []int64{1, 250_000} {
		limits.Amount = money.Shillings(shillings)
		if _, err := r.Push(t.Context(), r.till, limits); err != nil {
			t.Errorf("%d shillings: %v", shillings, err)
		}
	}
}

func TestOnlyACertainNoIsARefusal(t *testing.T) {
	const inDoubt = billing.Reason("in doubt")
	cases := []struct {
		status int
		body   string
		reason billing.Reason
	}{
		{400, refuse("400.002.02", "Bad Request - Invalid CallBackURL"), billing.ReasonMerchantFault},
		{400, refuse("400.002.02", "Bad Request - Invalid PhoneNumber"), billing.ReasonPushFailed},
		{400, refuse("400.002.05", "Invalid Request Payload"), billing.ReasonMerchantFault},
		{404, refuse("404.001.01", "Resource not found"), billing.ReasonMerchantFault},
		{405, refuse("405.001", "Method not allowed"), billing.ReasonMerchantFault},
		{404, refuse("404.001.03", "Invalid Access Token"), billing.ReasonRailDown},
		{500, refuse("500.001.1001", "Merchant does not exist"), billing.ReasonMerchantFault},
		{500, refuse("500.001.1001", "[MerchantValidate] - Wrong credentials"), billing.ReasonMerchantFault},
		{500, refuse("500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber"), billing.ReasonPhoneBusy},
		{200, refuse("500.001.1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber"), billing.ReasonPhoneBusy},
		{500, refuse("500.003.02", "Error Occurred: Spike Arrest Violation"), billing.ReasonRailBusy},
		{500, refuse("500.003.03", "Error Occurred : Quota Violation"), billing.ReasonRailBusy},
		{429, `{"fault":{"faultstring":"Rate limit","detail":{"errorcode":"policies.ratelimit"}}}`, billing.ReasonRailBusy},
		{401, `{"fault":{"faultstring":"Invalid API call as no apiproduct match found","detail":{"errorcode":"keymanagement.service.none"}}}`, billing.ReasonMerchantFault},
		{500, refuse("500.003.02", "System is busy. Please try again in few minutes."), inDoubt},
		{500, refuse("500.003.1001", "Internal Server Error"), inDoubt},
		{500, refuse("500.001.1001", "The transaction is being processed"), inDoubt},
		{500, refuse("500.001.1001", ""), inDoubt},
		{502, `<html>Bad gateway</html>`, inDoubt},
		{503, ``, inDoubt},
		{403, `<html>Forbidden</html>`, inDoubt},
		{302, ``, inDoubt},
		{200, ``, inDoubt},
		{200, `<html>`, inDoubt},
		{200, `{"ResponseCode":"0"}`, inDoubt},
		{200, `{"ResponseCode":"1","CheckoutRequestID":"` + checkout + `"}`, inDoubt},
		{200, `[]`, inDoubt},
	}
	for _, c := range cases {
		r := newRail(t, say(c.status, c.body))
		_, err := r.Push(t.Context(), r.till, prompt())
		var refused *billing.Refused
		switch {
		case err == nil:
			t.Errorf("%d %s: accepted", c.status, c.body)
		case errors.As(err, &refused):
			if refused.Reason != c.reason {
				t.Errorf("%d %s: refused as %q", c.status, c.body, refused.Reason)
			}
		case c.reason != inDoubt:
			t.Errorf("%d %s: in doubt: %v", c.status, c.body, err)
		case fault.KindOf(err) == fault.Internal:
			t.Errorf("%d %s: no fault: %v", c.status, c.body, err)
		}
	}
}

func TestTheRailsWordsAreScrubbed(t *testing.T) {
	r := newRail(t, say(400, refuse("400.002.02", "Bad Request - Invalid PhoneNumber "+payerPhone+" for token-1-ABCDEFGHIJKLMNOPQRSTUV\x00\n")))
	_, err := r.Push(t.Context(), r.till, prompt())
	var refused *billing.Refused
	if !errors.As(err, &refused) || refused.Message != "Bad Request - Invalid PhoneNumber # for #" || refused.Code != "400.002.02" {
		t.Fatalf("%+v", refused)
	}
	r.mustHide(err)
}
