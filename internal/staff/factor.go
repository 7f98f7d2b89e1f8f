package staff

import (
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"mtandao/internal/seal"
)

// A second factor is six digits every thirty seconds (RFC 6238), one step early or late.
const (
	stepLength = 30 * time.Second
	seedOctets = 20
	skew       = 1
)

var seedText = base32.StdEncoding.WithPadding(base32.NoPadding)

// Enrolment is what an authenticator app is told: the address as a QR code, or the seed typed by hand.
type Enrolment struct{ Address, Seed string }

func newEnrolment(seedValue []byte, issuer, email string) Enrolment {
	text := seedText.EncodeToString(seedValue)
	query := url.Values{"secret": {text}, "issuer": {issuer}}
	// Apps show %20 as a space, and + as a plus.
	encoded := strings.ReplaceAll(query.Encode(), "+", "%20")
	return Enrolment{Seed: text, Address: "otpauth://totp/" + url.PathEscape(issuer+":"+email) + "?" + encoded}
}

// stepOf finds the step whose code this is, after the last one accepted; 0 when there is none.
func stepOf(seedValue []byte, code string, now time.Time, last int64) int64 {
	current := now.Unix() / int64(stepLength/time.Second)
	text := seedText.EncodeToString(seedValue)
	for step := current - skew; step <= current+skew; step++ {
		right, err := hotp.ValidateCustom(code, uint64(step), text, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if right && err == nil && step > last {
			return step
		}
	}
	return 0
}

// Recovery codes: how many, of how many characters, out of 32 that nobody mistakes (50 random bits each).
const (
	recoveryCodes      = 10
	recoveryCharacters = 10
	recoveryAlphabet   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

func newRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for n := range codes {
		var b strings.Builder
		for i, octet := range seal.Random(recoveryCharacters) {
			if i == recoveryCharacters/2 {
				b.WriteByte('-')
			}
			b.WriteByte(recoveryAlphabet[octet%32])
		}
		codes[n] = b.String()
	}
	return codes
}

var lookalikes = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "")

// spellCode reads a code as typed: digits of an app, or a recovery code; fromApp tells which. Nothing else is a code.
func spellCode(typed string) (code string, fromApp bool) {
	if len(typed) > 64 {
		return "", false
	}
	code = lookalikes.Replace(strings.ToUpper(typed))
	switch {
	case len(code) == 6 && strings.Trim(code, "0123456789") == "":
		return code, true
	case len(code) == recoveryCharacters && strings.Trim(code, recoveryAlphabet) == "":
		return code, false
	}
	return "", false
}
