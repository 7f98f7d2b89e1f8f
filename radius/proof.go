package radius

import (
	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
)

// method is how a log-in shows that it knows the secret.
type method uint8

const (
	noMethod method = iota
	methodPAP
	methodCHAP
	methodMSCHAP
)

// proof is what it shows, as it stands in its request.
type proof struct {
	method            method
	password          []byte // PAP, in the clear
	digest, challenge []byte // CHAP
	mschap            mschap
}

func (p *proof) verify(secret string) bool {
	switch p.method {
	case methodPAP:
		return verifyClear(p.password, secret)
	case methodCHAP:
		return verifyChap(p.digest, p.challenge, secret)
	case methodMSCHAP:
		return p.mschap.verify(secret)
	}
	return false
}

// readProof finds the one method of a request, and puts it on its tray; false when there is none that we speak, or more than one
// (RFC 2865 §4.1).
func (a *authenticator) readProof(r request) bool {
	p := &r.tray.proof
	*p = proof{password: p.password[:0]}
	password, pap := r.packet.Lookup(rfc2865.UserPassword_Type)
	digest, chap := r.packet.Lookup(rfc2865.CHAPPassword_Type)
	ms := p.mschap.read(r.packet)
	switch {
	case pap && !chap && !ms:
		return a.readPAP(r, password)
	case chap && !pap && !ms:
		challenge, ok := r.packet.Lookup(rfc2865.CHAPChallenge_Type)
		if !ok {
			challenge = codec.Attribute(r.packet.Authenticator[:])
		}
		p.method, p.digest, p.challenge = methodCHAP, digest, challenge
	case ms && !pap && !chap:
		p.method = methodMSCHAP
	}
	return p.method != noMethod
}

func (a *authenticator) readPAP(r request, hidden []byte) bool {
	p := &r.tray.proof
	password, err := clearPassword(p.password[:0], hidden, r.packet.Secret, r.packet.Authenticator)
	if err != nil {
		return false
	}
	if !printable(password) {
		if !r.proven {
			a.refusals.note(r.router, CauseGarbled, whose{packet: true})
			if a.complains.may(r.router.Name + "password") {
				a.log.Warn("the secret of router "+r.router.Name+" is wrong: "+explainMisfit[CauseGarbled], "router", r.router.Name)
			}
		}
		return false
	}
	p.method, p.password = methodPAP, password
	return true
}
