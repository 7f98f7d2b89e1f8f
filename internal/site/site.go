package site

import (
	"regexp"
	"time"
	_ "time/tzdata" // routers' hosts often have no zones

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// States of a site.
const (
	Open   = "open"
	Closed = "closed"
)

// Site is a place with its own routers, brand, plans and till.
type Site struct {
	ID       int64
	Slug     string // lower-case a-z 0-9 -, in addresses
	Name     string
	Language string // en or sw: the portal's first language
	Phone    string // whom guests call, as shown
	Timezone string // IANA name; empty: Africa/Nairobi
	BrandID  int64  // 0: the house's own colours
	State    string // Open or Closed; empty: Open
	location *time.Location
}

// Location is the site's zone; Nairobi for a zero Site.
func (s Site) Location() *time.Location {
	if s.location == nil {
		return clock.Nairobi
	}
	return s.location
}

var (
	slugShape  = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$`)
	phoneShape = regexp.MustCompile(`^\+?[0-9 ]{3,20}$`)
)

// Check fills what may be left empty and says what is wrong: fault.Invalid "site.slug", "site.name", "site.language",
// "site.phone", "site.timezone", "site.state".
func (s Site) Check() (Site, error) {
	if s.Timezone == "" {
		s.Timezone = "Africa/Nairobi"
	}
	if s.State == "" {
		s.State = Open
	}
	if s.Language == "" {
		s.Language = "en"
	}
	location, err := time.LoadLocation(s.Timezone)
	s.location = location
	switch {
	case !slugShape.MatchString(s.Slug):
		return s, fault.New(fault.Invalid, "site.slug", "Slug", s.Slug)
	case !isText(s.Name, 1, 80):
		return s, fault.New(fault.Invalid, "site.name")
	case s.Language != "en" && s.Language != "sw":
		return s, fault.New(fault.Invalid, "site.language", "Language", s.Language)
	case s.Phone != "" && !phoneShape.MatchString(s.Phone):
		return s, fault.New(fault.Invalid, "site.phone")
	case err != nil || s.Timezone == "Local":
		return s, fault.New(fault.Invalid, "site.timezone", "Timezone", s.Timezone)
	case s.State != Open && s.State != Closed:
		return s, fault.New(fault.Invalid, "site.state", "State", s.State)
	}
	return s, nil
}
