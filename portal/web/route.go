package web

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/internal/staff"
)

// Policy says who may call a route, and what is put in front of it.
type Policy uint8

// The policies. The zero value is no policy: the portal refuses to start with such a route.
const (
	_        Policy = iota
	Guest           // anybody on the captive pages: pages, no session, stamped forms
	Machine         // a machine that proves itself by a secret in the path
	Health          // the balancer and the monitor: no secrets, no pages
	Public          // anybody: sign-in pages and the files that pages are made of
	Seller          // a reseller or partner who is signed in by phone and PIN
	Customer        // a customer who is signed in by a code
	Staff           // a member who is signed in and holds the permission that the route names
	Program         // another program that proves itself by a key in a header: JSON, no cookie, no page
)

// Route is one route of a face.
type Route struct {
	Method, Path string // the path as Fiber writes it; it matches in any case
	Policy       Policy
	May          staff.Permission // of a Staff route; empty: anybody who is signed in
	Handle       fiber.Handler
}

// Declared says whether the route's policy can be kept.
func (r Route) Declared() bool {
	return r.Policy > 0 && r.Policy <= Program && (r.May == "" || r.Policy == Staff)
}
