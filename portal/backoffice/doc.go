// Package backoffice is the face for the provider's staff: the pages under /office.
//
// It owns what staff see and type: pages, forms, the rail, the way from one record to the next. It does not own any rule:
// each page asks a service and each form calls one use case. Who may do what is decided by staff.May, asked before every
// route (its Policy names the permission) and again for the site of the object that the route is about.
// What is set up (provider, sites, brands, plans, tills, routers) has one form each, in the words of `mtandao apply`: Setup reads
// and writes the same parts by the same checks, so that a page and a file can never disagree.
//
// Always true: every page works without a script; a form carries a stamp bound to its sign-in; what was typed is kept when
// it is refused, and sealed where it waits for a proof; a stored secret is shown to nobody, and sent to no new address until it is typed again; nothing of one site is shown or changed by somebody whose scope it is not in: for them it does not exist.
package backoffice
