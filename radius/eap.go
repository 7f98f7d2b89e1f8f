package radius

import (
	codec "layeh.com/radius"
	"layeh.com/radius/rfc2869"
)

// EAP, of which we speak nothing but the refusal.
const (
	eapFailed     = 4
	eapHeader     = 4
	eapIdentifier = 1 // its place
)

// eapFailure is the EAP packet that a refusal of an EAP request carries, so that the device stops to wait (RFC 3579 §2.6.1); nil for
// another request.
func eapFailure(request *codec.Packet) codec.Attribute {
	said, is := request.Lookup(rfc2869.EAPMessage_Type)
	if !is {
		return nil
	}
	failure := codec.Attribute{eapFailed, 0, 0, eapHeader}
	if len(said) > eapIdentifier {
		failure[eapIdentifier] = said[eapIdentifier]
	}
	return failure
}
