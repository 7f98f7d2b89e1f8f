package chilli

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"layeh.com/radius/dictionary"

	"mtandao/radius/routers"
)

//go:embed dictionary.chillispot
var dictionaryText string

var vendor = mustParse(dictionaryText)

// The attributes we send, by their dictionary names.
var (
	maxTotalOctets    = mustFind("ChilliSpot-Max-Total-Octets")
	maxTotalGigawords = mustFind("ChilliSpot-Max-Total-Gigawords")
	bandwidthMaxUp    = mustFind("ChilliSpot-Bandwidth-Max-Up")
	bandwidthMaxDown  = mustFind("ChilliSpot-Bandwidth-Max-Down")
	sessionState      = mustFind("CoovaChilli-Session-State")

	stateAuthorized = mustValue("CoovaChilli-Session-State", "Authorized")
)

// file is what the dictionary parser wants to read from.
type file struct{ io.Reader }

func (file) Close() error { return nil }
func (file) Name() string { return "dictionary.chillispot" }

func mustParse(text string) *dictionary.Vendor {
	parsed, err := (&dictionary.Parser{}).Parse(file{strings.NewReader(text)})
	if err != nil {
		panic(fmt.Sprintf("the embedded dictionary: %v", err))
	}
	return parsed.Vendors[0]
}

func mustFind(name string) routers.VendorType {
	found := dictionary.AttributeByName(vendor.Attributes, name)
	if found == nil || found.Type != dictionary.AttributeInteger || len(found.OID) != 1 {
		panic("the embedded dictionary has no integer " + name)
	}
	return routers.VendorType{Vendor: uint32(vendor.Number), Type: byte(found.OID[0])}
}

func mustValue(attribute, name string) uint32 {
	for _, v := range vendor.Values {
		if v.Attribute == attribute && v.Name == name {
			return uint32(v.Number)
		}
	}
	panic("the embedded dictionary has no value " + attribute + " " + name)
}
