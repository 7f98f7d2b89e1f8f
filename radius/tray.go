package radius

import (
	"time"

	codec "layeh.com/radius"

	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// tray is what a reader puts a packet on to look at it: the same for one packet after the other, so that none of it is made
// anew. A packet that is to be looked at later takes it away (leave), and so does its answer.
type tray struct {
	packet  codec.Packet
	octets  []byte
	pairs   []codec.AVP
	secrets [2][]byte
	left    bool

	// Of a log-in.
	proof     proof
	verify    func(secret string) bool // proof.verify
	attempt   access.Attempt
	admission access.Admission
	allowance routers.Answer

	answer routers.Attributes // behind the header of the answer
}

// parse reads a walked packet as the codec does. The packet is valid until the next one, or for ever after leave.
func (t *tray) parse(wire, secret []byte) *codec.Packet {
	n := 0
	for at := headerLength; at < len(wire); at += int(wire[at+1]) {
		n++
	}
	if n > cap(t.pairs) {
		t.pairs, t.packet.Attributes = make([]codec.AVP, n), make(codec.Attributes, n)
	}
	t.octets = append(t.octets[:0], wire...)
	pairs, all := t.pairs[:n], t.packet.Attributes[:n]
	for at, i := headerLength, 0; i < n; i++ {
		behind := at + int(wire[at+1])
		pairs[i] = codec.AVP{Type: codec.Type(wire[at]), Attribute: t.octets[at+2 : behind : behind]}
		all[i] = &pairs[i]
		at = behind
	}
	t.packet = codec.Packet{Code: codec.Code(wire[0]), Identifier: wire[1], Authenticator: [16]byte(wire[authenticatorAt:headerLength]),
		Secret: secret, Attributes: all}
	return &t.packet
}

// response begins the answer to a request: its header, of which sealReply fills in the rest.
func (r request) response(code codec.Code) *routers.Attributes {
	header := append(r.tray.answer.Wire[:0], byte(code), r.packet.Identifier, 0, 0)
	r.tray.answer = routers.Attributes{Wire: append(header, r.packet.Authenticator[:]...)}
	return &r.tray.answer
}

// verifier is proof.verify, made once.
func (t *tray) verifier() func(secret string) bool {
	if t.verify == nil {
		t.verify = t.proof.verify
	}
	return t.verify
}

// forget lets go of what is secret in a log-in that has its answer.
func (t *tray) forget() {
	clear(t.proof.password)
	t.proof.mschap.hash, t.proof.mschap.verified, t.admission.Secret = ntHash{}, false, ""
}

// leave lets the packet be kept: the reader takes another tray for the next one.
func (t *tray) leave() { t.left = true }

func (t *tray) orAnother() *tray {
	if t.left {
		return &tray{}
	}
	return t
}

// secretsOf lists what the router may have signed with: the secret, and during a rotation the one before it.
func (t *tray) secretsOf(r *routers.Router, now time.Time) [][]byte {
	n := 0
	if r.Secret != "" {
		t.secrets[n] = append(t.secrets[n][:0], r.Secret...)
		n++
	}
	if r.OldSecret != "" && now.Before(r.OldSecretUntil) {
		t.secrets[n] = append(t.secrets[n][:0], r.OldSecret...)
		n++
	}
	return t.secrets[:n]
}
