package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// africasTalking is the SMS driver for Africa's Talking (reference/sms-and-messaging.md §2).
type africasTalking struct {
	carrier Carrier
	web     *web
}

func (a *africasTalking) address(path string) string {
	base := a.carrier.BaseURL
	if base == "" {
		base = "https://api.africastalking.com"
		if a.carrier.Username == "sandbox" {
			base = "https://api.sandbox.africastalking.com"
		}
	}
	return strings.TrimRight(base, "/") + path
}

func (a *africasTalking) header() http.Header {
	return http.Header{"Apikey": {a.carrier.Secret}, "Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
}

func (a *africasTalking) send(ctx context.Context, l letter) outcome {
	form := url.Values{"username": {a.carrier.Username}, "to": {"+" + l.to}, "message": {l.content.Text}, "bulkSMSMode": {"1"}}
	if l.sender != "" {
		form.Set("from", l.sender)
	}
	r, err := a.web.call(ctx, http.MethodPost, a.address("/version1/messaging"), a.header(), []byte(form.Encode()))
	if o, failed := judge(r, err); failed {
		return o
	}
	return readSendAnswer(r.body)
}

type sendAnswer struct {
	SMSMessageData *struct {
		Message    string
		Recipients []struct {
			Status     string      `json:"status"`
			StatusCode json.Number `json:"statusCode"`
			MessageID  string      `json:"messageId"`
			Cost       string      `json:"cost"`
		}
	}
}

var nameShape = regexp.MustCompile(`^[A-Za-z]{1,40}$`)

// readSendAnswer reads an answer of HTTP 201. One without a recipient is a refusal that names its cause in words.
func readSendAnswer(body []byte) outcome {
	var a sendAnswer
	if err := json.Unmarshal(body, &a); err != nil || a.SMSMessageData == nil {
		return outcome{verdict: doubtful, reason: "unreadable"}
	}
	if len(a.SMSMessageData.Recipients) == 0 {
		reason := "no_recipients"
		if text := strings.ReplaceAll(a.SMSMessageData.Message, " ", ""); nameShape.MatchString(text) {
			reason = text
		}
		return outcome{verdict: refused, reason: reason}
	}
	got := a.SMSMessageData.Recipients[0]
	o := outcome{reason: "code_" + words.Cut(got.StatusCode.String(), 12), providerID: got.MessageID}
	if o.providerID == "None" || len(o.providerID) > 120 {
		o.providerID = ""
	}
	o.cost, _ = ParseCost(got.Cost)
	code, _ := strconv.Atoi(got.StatusCode.String())
	o.verdict = verdictOf(code, o.providerID != "")
	if o.verdict == accepted {
		o.reason = ""
	} else if nameShape.MatchString(got.Status) {
		o.reason = got.Status
	}
	return o
}

// verdictOf reads a recipient's status code. The gateway's own errors are certain only where it gave the message no id.
func verdictOf(code int, hasID bool) verdict {
	switch code {
	case 100, 101, 102:
		return accepted
	case 405:
		return noCredit
	case 406:
		return blocked
	case 401, 402, 403, 404, 407, 409, 502:
		return refused
	case 500, 501:
		if !hasID {
			return notLeft
		}
	}
	return doubtful
}

func (a *africasTalking) balance(ctx context.Context) (Cost, error) {
	r, err := a.web.call(ctx, http.MethodGet, a.address("/version1/user?username="+url.QueryEscape(a.carrier.Username)), a.header(), nil)
	if _, failed := judge(r, err); failed {
		return Cost{}, fault.New(fault.Unavailable, "carrier.balance")
	}
	var answer struct {
		UserData struct {
			Balance string `json:"balance"`
		}
	}
	if err := json.Unmarshal(r.body, &answer); err != nil {
		return Cost{}, fault.New(fault.Unavailable, "carrier.balance")
	}
	c, ok := ParseCost(answer.UserData.Balance)
	if !ok {
		return Cost{}, fault.New(fault.Unavailable, "carrier.balance")
	}
	return c, nil
}

var reportStates = map[string]State{"Success": Delivered, "Failed": Failed, "Rejected": Failed,
	"Sent": Sent, "Submitted": Sent, "Buffered": Sent, "AbsentSubscriber": Sent, "Expired": Sent}

func (a *africasTalking) readReport(body []byte) (Report, error) {
	form, err := url.ParseQuery(string(body))
	state, known := reportStates[form.Get("status")]
	if err != nil || !known || form.Get("id") == "" || len(form.Get("id")) > 120 {
		return Report{}, fault.New(fault.Invalid, "report.unreadable")
	}
	r := Report{ProviderID: form.Get("id"), State: state}
	if state != Delivered && nameShape.MatchString(form.Get("failureReason")) {
		r.Reason = form.Get("failureReason")
	}
	if phone, ok := address(SMS, form.Get("phoneNumber")); ok {
		r.Phone = phone
	}
	return r, nil
}
