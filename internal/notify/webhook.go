package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"

	"mtandao/internal/clock"
)

// The headers of a webhook: Unix seconds, "sha256=" and the hexadecimal HMAC-SHA256 of "seconds.body" under the secret,
// and the message's id, the same in every attempt.
const (
	HeaderTime      = "X-Mtandao-Time"
	HeaderSignature = "X-Mtandao-Signature"
	HeaderID        = "X-Mtandao-Id"
)

// webhook is the driver that posts an alert as signed JSON.
type webhook struct {
	carrier Carrier
	web     *web
	clock   clock.Clock
}

func (w *webhook) send(ctx context.Context, l letter) outcome {
	at := strconv.FormatInt(w.clock.Now().Unix(), 10)
	body := []byte(l.content.Text)
	r, err := w.web.call(ctx, http.MethodPost, l.to, http.Header{"Content-Type": {typeJSON}, HeaderTime: {at},
		HeaderSignature: {"sha256=" + sign(w.carrier.Secret, at, body)}, HeaderID: {strconv.FormatInt(l.id, 10)}}, body)
	if o, failed := judge(r, err); failed {
		return o
	}
	return outcome{verdict: accepted}
}

func sign(secret, at string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(at + "."))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
