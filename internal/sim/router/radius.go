package router

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
)

// Packet codes (RFC 2865, 2866, 5176).
const (
	codeAccessRequest      = 1
	codeAccessAccept       = 2
	codeAccessReject       = 3
	codeAccountingRequest  = 4
	codeAccountingResponse = 5
	codeDisconnectRequest  = 40
	codeDisconnectACK      = 41
	codeDisconnectNAK      = 42
	codeCoARequest         = 43
	codeCoAACK             = 44
	codeCoANAK             = 45
)

// Attribute types.
const (
	attrUserName             = 1
	attrUserPassword         = 2
	attrCHAPPassword         = 3
	attrNASIPAddress         = 4
	attrNASPort              = 5
	attrServiceType          = 6
	attrFramedIPAddress      = 8
	attrReplyMessage         = 18
	attrClass                = 25
	attrVendorSpecific       = 26
	attrSessionTimeout       = 27
	attrIdleTimeout          = 28
	attrCalledStationID      = 30
	attrCallingStationID     = 31
	attrNASIdentifier        = 32
	attrProxyState           = 33
	attrAcctStatusType       = 40
	attrAcctDelayTime        = 41
	attrAcctInputOctets      = 42
	attrAcctOutputOctets     = 43
	attrAcctSessionID        = 44
	attrAcctSessionTime      = 46
	attrAcctInputPackets     = 47
	attrAcctOutputPackets    = 48
	attrAcctTerminateCause   = 49
	attrAcctInputGigawords   = 52
	attrAcctOutputGigawords  = 53
	attrCHAPChallenge        = 60
	attrNASPortType          = 61
	attrPortLimit            = 62
	attrMessageAuthenticator = 80
	attrAcctInterimInterval  = 85
	attrNASPortID            = 87
	attrErrorCause           = 101
)

// Vendors.
const (
	vendorWISPr    = 14122
	vendorChilli   = 14559
	vendorMikroTik = 14988
)

const maxPacket = 4096

var errMalformed = errors.New("malformed RADIUS packet")

type attribute struct {
	kind  byte
	value []byte
}

type packet struct {
	code, id      byte
	authenticator [16]byte
	attributes    []attribute
}

// decode reads a packet; octets past its length are padding (RFC 2865 section 3).
func decode(octets []byte) (*packet, error) {
	if len(octets) < 20 {
		return nil, errMalformed
	}
	length := int(binary.BigEndian.Uint16(octets[2:4]))
	if length < 20 || length > maxPacket || length > len(octets) {
		return nil, errMalformed
	}
	p := &packet{code: octets[0], id: octets[1], authenticator: [16]byte(octets[4:20])}
	for rest := bytes.Clone(octets[20:length]); len(rest) > 0; rest = rest[rest[1]:] {
		if len(rest) < 2 || rest[1] < 2 || int(rest[1]) > len(rest) {
			return nil, errMalformed
		}
		p.attributes = append(p.attributes, attribute{rest[0], rest[2:rest[1]]})
	}
	return p, nil
}

func (p *packet) encode() []byte {
	octets := append([]byte{p.code, p.id, 0, 0}, p.authenticator[:]...)
	for _, a := range p.attributes {
		octets = append(octets, a.kind, byte(len(a.value)+2))
		octets = append(octets, a.value...)
	}
	binary.BigEndian.PutUint16(octets[2:4], uint16(len(octets)))
	return octets
}

// add appends an attribute; a value over 253 octets is cut, as routers do with long names.
func (p *packet) add(kind byte, value []byte) {
	p.attributes = append(p.attributes, attribute{kind, value[:min(len(value), 253)]})
}

func (p *packet) addText(kind byte, text string) { p.add(kind, []byte(text)) }

func (p *packet) addNumber(kind byte, n uint32) { p.add(kind, binary.BigEndian.AppendUint32(nil, n)) }

func (p *packet) addAddress(kind byte, a netip.Addr) { p.add(kind, a.AsSlice()) }

func (p *packet) addVendor(vendor uint32, kind byte, value []byte) {
	value = value[:min(len(value), 247)]
	head := binary.BigEndian.AppendUint32(nil, vendor)
	p.add(attrVendorSpecific, append(append(head, kind, byte(len(value)+2)), value...))
}

func (p *packet) get(kind byte) ([]byte, bool) {
	for _, a := range p.attributes {
		if a.kind == kind {
			return a.value, true
		}
	}
	return nil, false
}

func (p *packet) text(kind byte) string {
	value, _ := p.get(kind)
	return string(value)
}

func (p *packet) number(kind byte) (uint32, bool) { return asNumber(p.get(kind)) }

// vendor finds a sub-attribute; one Vendor-Specific attribute may hold several (RFC 2865 section 5.26).
func (p *packet) vendor(vendor uint32, kind byte) ([]byte, bool) {
	for _, a := range p.attributes {
		if a.kind != attrVendorSpecific || len(a.value) < 4 || binary.BigEndian.Uint32(a.value) != vendor {
			continue
		}
		for rest := a.value[4:]; len(rest) >= 2 && rest[1] >= 2 && int(rest[1]) <= len(rest); rest = rest[rest[1]:] {
			if rest[0] == kind {
				return rest[2:rest[1]], true
			}
		}
	}
	return nil, false
}

func (p *packet) vendorNumber(vendor uint32, kind byte) (uint32, bool) {
	return asNumber(p.vendor(vendor, kind))
}

func asNumber(value []byte, ok bool) (uint32, bool) {
	if !ok || len(value) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(value), true
}
