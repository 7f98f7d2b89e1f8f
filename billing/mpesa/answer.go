package mpesa

import (
	"encoding/json"
	"net/http"
	"strings"
)

// answer is what the rail answered at once. code and message are those of a refusal, "" when it has none.
type answer struct {
	status        int
	body          []byte
	code, message string
}

// newAnswer reads the two forms of a refusal: the product's own, and the one of the gateway before the products.
func newAnswer(status int, body []byte) answer {
	var e struct {
		ErrorCode    text `json:"errorCode"`
		ErrorMessage text `json:"errorMessage"`
		Fault        struct {
			FaultString text `json:"faultstring"`
			Detail      struct {
				ErrorCode text `json:"errorcode"`
			} `json:"detail"`
		} `json:"fault"`
	}
	_ = json.Unmarshal(body, &e) // what is no JSON is no refusal either; a field of another type leaves the rest readable
	a := answer{status: status, body: body, code: e.ErrorCode.code(), message: e.ErrorMessage.words()}
	if a.code == "" && a.message == "" {
		a.code, a.message = e.Fault.Detail.ErrorCode.code(), e.Fault.FaultString.words()
	}
	return a
}

// refuses says that the rail answered with an error of its own.
func (a answer) refuses() bool { return a.code != "" }

// says tells whether the message has these words, in any case.
func (a answer) says(words string) bool {
	return strings.Contains(strings.ToLower(a.message), words)
}

// badTokenCodes are one meaning under several codes: products differ (reference/mpesa.md §2).
var badTokenCodes = map[string]bool{"404.001.03": true, "401.003.01": true, "401.002.01": true, "400.003.01": true}

// badToken says that the token was refused, and so the call certainly not accepted. A product that is not enabled for the
// app is refused too, but no token cures that.
func (a answer) badToken() bool {
	if a.status < 400 || a.status >= 500 || a.notEnabled() {
		return false
	}
	return badTokenCodes[a.code] || a.status == http.StatusUnauthorized || a.says("invalid access token")
}

func (a answer) notEnabled() bool { return a.says("apiproduct") }

// throttled says that the request went over a rate or quota and was not taken.
func (a answer) throttled() bool {
	return a.status == http.StatusTooManyRequests || a.code == "500.003.03" || a.says("spike arrest") || a.says("quota violation")
}
