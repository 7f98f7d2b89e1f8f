package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The headers of a call.
const (
	HeaderSignature = "Mtandao-Signature" // t=Unix seconds, then a v1 of each secret that signs
	HeaderEvent     = "Mtandao-Event"     // the id of the event, the same in each attempt
)

// signature is the value of HeaderSignature: of each secret the hexadecimal HMAC-SHA256 of "seconds.body", which says that we sent the body, and when.
func signature(at time.Time, body []byte, secrets ...string) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	parts := []string{"t=" + seconds}
	for _, secret := range secrets {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte(seconds + "."))
		h.Write(body)
		parts = append(parts, "v1="+hex.EncodeToString(h.Sum(nil)))
	}
	return strings.Join(parts, ",")
}
