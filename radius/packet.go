package radius

import (
	"encoding/binary"
	"errors"

	codec "layeh.com/radius"
)

const (
	headerLength     = 20
	authenticatorAt  = 4
	maxAttributes    = 200 // far above what any router sends; a flood of empty attributes is not worth walking
	maxDatagram      = codec.MaxPacketLength
	messageAuthType  = codec.Type(80) // RFC 2869 §5.14
	messageAuthValue = 16
)

var (
	errShort      = errors.New("shorter than its length field")
	errLength     = errors.New("length field out of range")
	errAttribute  = errors.New("malformed attribute")
	errAttributes = errors.New("too many attributes")
)

// cut returns the packet inside a datagram: octets beyond the length field are padding (RFC 2865 §3), and are not part
// of what the authenticator covers.
func cut(datagram []byte) ([]byte, error) {
	if len(datagram) < headerLength {
		return nil, errShort
	}
	length := int(binary.BigEndian.Uint16(datagram[2:4]))
	if length < headerLength || length > maxDatagram {
		return nil, errLength
	}
	if length > len(datagram) {
		return nil, errShort
	}
	return datagram[:length], walk(datagram[headerLength:length])
}

// walk checks the framing of the attributes and caps their number, before anything is allocated for them.
func walk(attributes []byte) error {
	for n := 0; len(attributes) > 0; n++ {
		if n == maxAttributes {
			return errAttributes
		}
		if len(attributes) < 2 || attributes[1] < 2 || int(attributes[1]) > len(attributes) {
			return errAttribute
		}
		attributes = attributes[attributes[1]:]
	}
	return nil
}

// offsetOf finds the value of the first attribute of a type in a walked packet; -1 when there is none.
func offsetOf(wire []byte, kind codec.Type) (offset, length int) {
	for at := headerLength; at < len(wire); at += int(wire[at+1]) {
		if wire[at] == byte(kind) {
			return at + 2, int(wire[at+1]) - 2
		}
	}
	return -1, 0
}

// text is an attribute's value as text, empty when absent.
func text(p *codec.Packet, kind codec.Type) string { return string(p.Get(kind)) }

// number is an integer attribute; ok is false when it is absent or not four octets, which a plain getter calls 0.
func number(p *codec.Packet, kind codec.Type) (value int64, ok bool) {
	attribute, ok := p.Lookup(kind)
	if !ok || len(attribute) != 4 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint32(attribute)), true
}
