package router

import (
	"fmt"
	"strings"
)

// accessRequest holds the attributes of reference/mikrotik.md 4.1; the password is hidden when the packet is sealed.
func (r *Router) accessRequest(p *phone, c credentials) packet {
	ask := packet{code: codeAccessRequest, authenticator: [16]byte(random(16))}
	if !r.options.NoAuthenticator {
		ask.add(attrMessageAuthenticator, make([]byte, 16))
	}
	r.describe(&ask, p, c.user, p.sessionID, r.numbers+1)
	r.addSecret(&ask, c)
	if r.options.Dialect == Chilli {
		ask.addNumber(attrServiceType, 1)
		ask.addVendor(vendorWISPr, wisprLogoffURL, []byte(r.base()+"/logoff"))
	}
	return ask
}

// addSecret adds CHAP from a response, or with an own challenge when the password came in the clear and CHAP is on; else PAP.
func (r *Router) addSecret(ask *packet, c credentials) {
	if c.response == nil && r.options.CHAP && c.by != "mac" && c.by != "http-pap" {
		c.chapID, c.challenge = random(1)[0], random(16)
		c.response = chapResponse(c.chapID, c.password, c.challenge)
	}
	if c.response == nil {
		ask.add(attrUserPassword, hidePassword(c.password, ask.authenticator[:], []byte(r.options.Secret)))
		return
	}
	ask.add(attrCHAPPassword, append([]byte{c.chapID}, c.response...))
	ask.add(attrCHAPChallenge, c.challenge)
}

// describe adds who and where; requests and accounting share it.
func (r *Router) describe(p *packet, who *phone, user, sessionID string, port uint32) {
	if who.home != nil {
		r.describeHome(p, who, user, sessionID, port)
		p.addAddress(attrFramedIPAddress, who.ip)
		return
	}
	p.addText(attrUserName, user)
	p.addText(attrAcctSessionID, sessionID)
	p.addAddress(attrFramedIPAddress, who.ip)
	p.addNumber(attrNASPort, port)
	r.describeRouter(p)
	if r.options.Dialect == Chilli {
		p.addText(attrCallingStationID, dashes(who.mac))
		p.addText(attrCalledStationID, dashes(r.mac))
		p.addText(attrNASPortID, fmt.Sprintf("%08d", port))
		return
	}
	p.addText(attrCallingStationID, colons(who.mac))
	p.addText(attrCalledStationID, r.options.Server)
	p.addText(attrNASPortID, "bridge-hotspot")
	p.addVendor(vendorMikroTik, mikrotikHostIP, who.ip.AsSlice())
}

func (r *Router) describeRouter(p *packet) {
	p.addText(attrNASIdentifier, r.options.Name)
	p.addAddress(attrNASIPAddress, r.options.Source)
	p.addNumber(attrNASPortType, 19)
}

// parseMAC reads a MAC in any common form into 12 lower-case hex digits.
func parseMAC(text string) (string, bool) {
	mac := strings.ToLower(strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(text))
	if len(mac) != 12 || strings.Trim(mac, "0123456789abcdef") != "" {
		return "", false
	}
	return mac, true
}

func colons(mac string) string { return spaced(mac, ":") }

func dashes(mac string) string { return spaced(mac, "-") }

func spaced(mac, by string) string {
	pairs := make([]string, 0, 6)
	for at := 0; at+2 <= len(mac); at += 2 {
		pairs = append(pairs, strings.ToUpper(mac[at:at+2]))
	}
	return strings.Join(pairs, by)
}
