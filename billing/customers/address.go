package customers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
)

// AddressKind is what an address is for.
type AddressKind string

// The kinds of addresses.
const (
	Premises AddressKind = "premises" // where they live or work, and the line ends
	Postal   AddressKind = "postal"
)

// Address is a place of a customer. A town has few house numbers: the landmark is what a technician follows.
type Address struct {
	ID       int64
	Kind     AddressKind
	Line     string // house, building, P.O. Box
	Area     string // estate, town
	Landmark string
	At       Place
}

// Place is a point in millionths of a degree; the zero Place is not known.
type Place struct{ LatMicro, LngMicro int64 }

const mostAddresses = 8

// Known says that the place was measured.
func (p Place) Known() bool { return p != Place{} }

// String is -1.292100, 36.821900, which maps understand; empty when it is not known.
func (p Place) String() string {
	if !p.Known() {
		return ""
	}
	return degrees(p.LatMicro) + ", " + degrees(p.LngMicro)
}

func degrees(micro int64) string {
	sign := ""
	if micro < 0 {
		sign, micro = "-", -micro
	}
	return fmt.Sprintf("%s%d.%06d", sign, micro/1_000_000, micro%1_000_000)
}

// placeShape finds a pair of degrees in what was typed or copied from a map, with signs or with letters.
var placeShape = regexp.MustCompile(`(-?)(\d{1,2})\.(\d{3,12})°?\s*([NSns]?)[,;\s]+(-?)(\d{1,3})\.(\d{3,12})°?\s*([EWew]?)`)

// Kenya lies between these degrees; a pair outside is likely turned round.
const (
	south, north = -5_000_000, 6_000_000
	west, east   = 33_000_000, 43_000_000
)

// ReadPlace reads coordinates as maps show them, or a link that carries them; empty is not known. fault.Invalid "customer.place" or
// "customer.place_far" when they are not in Kenya.
func ReadPlace(typed string) (Place, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return Place{}, nil
	}
	m := placeShape.FindStringSubmatch(typed[:min(len(typed), 1000)])
	if m == nil {
		return Place{}, fault.New(fault.Invalid, "customer.place")
	}
	p := Place{micro(m[2], m[3], m[1] == "-" || strings.EqualFold(m[4], "s")), micro(m[6], m[7], m[5] == "-" || strings.EqualFold(m[8], "w"))}
	if p.LatMicro < south || p.LatMicro > north || p.LngMicro < west || p.LngMicro > east {
		return Place{}, fault.New(fault.Invalid, "customer.place_far")
	}
	return p, nil
}

func micro(whole, part string, minus bool) int64 {
	n, _ := strconv.ParseInt(whole+(part + "00000")[:6], 10, 64) // digits by the shape
	if minus {
		return -n
	}
	return n
}

// CheckAddresses tidies addresses and drops empty ones; fault.Invalid "customer.address".
func CheckAddresses(typed []Address) (all []Address, err error) {
	for _, a := range typed {
		for _, text := range []*string{&a.Line, &a.Area, &a.Landmark} {
			*text = strings.Join(strings.Fields(*text), " ")
		}
		switch {
		case a.Line == "" && a.Area == "" && a.Landmark == "" && !a.At.Known():
			continue
		case !slices.Contains([]AddressKind{Premises, Postal}, a.Kind) || !isLine(a.Line, 0, 160) || !isLine(a.Area, 0, 80) || !isLine(a.Landmark, 0, 160) || len(all) == mostAddresses:
			return nil, fault.New(fault.Invalid, "customer.address")
		}
		all = append(all, a)
	}
	return all, nil
}

// Text is the address on one line, without the coordinates.
func (a Address) Text() string {
	return strings.Join(slices.DeleteFunc([]string{a.Line, a.Area, a.Landmark}, func(s string) bool { return s == "" }), ", ")
}

// Geo is the place as a phone's own map takes it, behind "geo:"; empty when it is not known.
func (p Place) Geo() string {
	if !p.Known() {
		return ""
	}
	at := degrees(p.LatMicro) + "," + degrees(p.LngMicro)
	return at + "?q=" + at
}

// Link opens the place on a map; empty when it is not known.
func (p Place) Link() string {
	if !p.Known() {
		return ""
	}
	return "https://www.openstreetmap.org/?mlat=" + degrees(p.LatMicro) + "&mlon=" + degrees(p.LngMicro) + "#map=17/" + degrees(p.LatMicro) + "/" + degrees(p.LngMicro)
}
