package radius

import (
	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2869"

	"mtandao/radius/routers"
)

const proxyStateType = rfc2865.ProxyState_Type

// Why authentic refuses; explain says it to the person who reads the log.
const (
	wrongCode        = "wrong code"
	badAuthenticator = "bad authenticator"
	noAuthenticator  = "no message authenticator"
	proxyWithout     = "proxy state without message authenticator"
	tooManyAsk       = "too many of one router"
)

var explain = map[string]string{
	wrongCode:       "a code that this port does not serve",
	noAuthenticator: "the router must send Message-Authenticator, or be excepted (CVE-2024-3596)",
	proxyWithout:    "a forger's pattern (CVE-2024-3596)",
	tooManyAsk:      "it sends more at once than is its share of the database or the disk",
}

var served = [...]codec.Code{authPort: codec.CodeAccessRequest, acctPort: codec.CodeAccountingRequest}

// authentic checks who sent a packet before anything in it is believed; a cause means that it is to be dropped.
func (f *front) authentic(k *socket, router *routers.Router, wire []byte, tray *tray) (request, string) {
	code := codec.Code(wire[0])
	if code != codec.CodeStatusServer && code != served[k.port] {
		return request{}, wrongCode
	}
	secret, proven, cause := f.secretOf(k, router, code, wire, tray)
	if cause != "" {
		return request{}, cause
	}
	if proven && code == codec.CodeAccessRequest && !router.AuthSeen {
		f.routers.SawAuthenticator(router.ID)
	}
	return request{router: router, packet: tray.parse(wire, secret), wire: wire, tray: tray, proven: proven, port: k.port}, ""
}

// secretOf finds the secret the packet was made with, by Message-Authenticator or by the request authenticator.
func (f *front) secretOf(k *socket, router *routers.Router, code codec.Code, wire []byte, tray *tray) (secret []byte, proven bool, cause string) {
	secrets := tray.secretsOf(router, f.clock.Now())
	marked := hasMessageAuthenticator(wire)
	if !marked && code != codec.CodeAccountingRequest {
		if cause := f.mayLack(k, router, code, wire); cause != "" || len(secrets) == 0 {
			return nil, false, cause
		}
		return hiddenWith(secrets, wire), false, ""
	}
	for _, secret := range secrets {
		if authenticWith(code, wire, secret, marked) {
			return secret, marked, ""
		}
	}
	return nil, false, badAuthenticator
}

// hiddenWith guesses the secret of a request that nothing proves: during a rotation, the one under which its password is text.
func hiddenWith(secrets [][]byte, wire []byte) []byte {
	if at, length := offsetOf(wire, rfc2865.UserPassword_Type); at >= 0 && len(secrets) > 1 {
		for _, secret := range secrets {
			password, err := clearPassword(nil, wire[at:at+length], secret, [16]byte(wire[authenticatorAt:headerLength]))
			if err == nil && printable(password) {
				return secret
			}
		}
	}
	return secrets[0]
}

func authenticWith(code codec.Code, wire, secret []byte, marked bool) bool {
	if code == codec.CodeAccountingRequest {
		return requestSigned(wire, secret) && (!marked || messageSigned(wire, zeroAuthenticator, secret))
	}
	return messageSigned(wire, [16]byte(wire[authenticatorAt:headerLength]), secret)
}

// mayLack decides on an Access-Request without Message-Authenticator. Status-Server and EAP may never lack it (RFC 5997
// §3, 3579 §3.2), and Proxy-State beside its absence is how a reply is forged. Inside the tunnel nobody else could have sent
// it: there it is required only once it was seen.
func (f *front) mayLack(k *socket, router *routers.Router, code codec.Code, wire []byte) string {
	excepted := router.Auth == routers.AuthExcepted || ((router.Auth == routers.AuthAuto || k.inside) && !router.AuthSeen)
	if eap, _ := offsetOf(wire, rfc2869.EAPMessage_Type); eap >= 0 || code == codec.CodeStatusServer || !excepted {
		return noAuthenticator
	}
	if at, _ := offsetOf(wire, proxyStateType); at >= 0 {
		return proxyWithout
	}
	f.metrics.bare(router)
	if f.complains.may(router.Name + "bare") {
		f.log.Warn("radius request accepted without Message-Authenticator: set the router to send it",
			"router", router.Name, "rule", router.Auth)
	}
	return ""
}
