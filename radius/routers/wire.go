package routers

import (
	"encoding/binary"
	"errors"
	"fmt"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/fault"
)

// Attributes are those of a packet as they stand on the wire: an answer has a dozen, which as the codec's list would be two dozen
// things on the heap. What Wire held before, such as the header of a packet, is left alone.
type Attributes struct {
	Wire    []byte
	tooLong bool
}

const longestValue = 253 // RFC 2865 §5

// Add adds an attribute; one that is too long is told by Err.
func (a *Attributes) Add(kind radius.Type, value []byte) {
	if a.head(kind, len(value)) {
		a.Wire = append(a.Wire, value...)
	}
}

// AddText is Add of a text.
func (a *Attributes) AddText(kind radius.Type, value string) {
	if a.head(kind, len(value)) {
		a.Wire = append(a.Wire, value...)
	}
}

// AddNumber adds an attribute of 32 bits.
func (a *Attributes) AddNumber(kind radius.Type, n uint32) {
	if a.head(kind, 4) {
		a.Wire = binary.BigEndian.AppendUint32(a.Wire, n)
	}
}

func (a *Attributes) head(kind radius.Type, length int) bool {
	if length > longestValue {
		a.tooLong = true
		return false
	}
	a.Wire = append(a.Wire, byte(kind), byte(length+2))
	return true
}

// VendorType names an attribute of a vendor.
type VendorType struct {
	Vendor uint32
	Type   byte
}

const vendorHead = 6 // the vendor, and the type and length of its attribute (RFC 2865 §5.26)

// VendorTypeOf is the name of the attribute that a function of the codec's dictionaries adds: it is there and nowhere else.
func VendorTypeOf(add func(*radius.Packet) error) VendorType {
	var p radius.Packet
	if err := add(&p); err != nil || len(p.Attributes) != 1 || len(p.Attributes[0].Attribute) < vendorHead {
		panic(fmt.Sprintf("not an attribute of a vendor: %v, %v", p.Attributes, err))
	}
	value := p.Attributes[0].Attribute
	return VendorType{binary.BigEndian.Uint32(value), value[4]}
}

// AddVendor adds an attribute of a vendor.
func (a *Attributes) AddVendor(kind VendorType, value []byte) {
	if a.head(rfc2865.VendorSpecific_Type, vendorHead+len(value)) {
		a.Wire = append(binary.BigEndian.AppendUint32(a.Wire, kind.Vendor), kind.Type, byte(len(value)+2))
		a.Wire = append(a.Wire, value...)
	}
}

// AddVendorText adds a text.
func (a *Attributes) AddVendorText(kind VendorType, value string) { a.AddVendor(kind, []byte(value)) }

// AddVendorNumber adds one of 32 bits.
func (a *Attributes) AddVendorNumber(kind VendorType, n uint32) {
	var octets [4]byte
	binary.BigEndian.PutUint32(octets[:], n)
	a.AddVendor(kind, octets[:])
}

// Take adds what functions of the codec have put into a packet: of what is rare.
func (a *Attributes) Take(all radius.Attributes) {
	for _, attribute := range all {
		a.Add(attribute.Type, attribute.Attribute)
	}
}

var errTooLong = errors.New("an attribute of more than 253 octets")

// Err says that an attribute did not fit: fault.Internal "internal".
func (a *Attributes) Err() error {
	if a.tooLong {
		return fault.Wrap(fault.Internal, "internal", errTooLong)
	}
	return nil
}

// AddTo adds them to a packet of the codec, as an order to a router is one; Wire must hold nothing else.
func (a *Attributes) AddTo(p *radius.Packet) error {
	all, err := radius.ParseAttributes(a.Wire)
	p.Attributes = append(p.Attributes, all...)
	return err
}
