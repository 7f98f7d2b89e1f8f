package reseller

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/portal/web"
)

const get, post = fiber.MethodGet, fiber.MethodPost

// shown is a page and its address: of a form, where it is shown again when it fails.
type shown struct {
	path string
	show handle
}

// page is the address of a page of somebody signed in.
func (f *Face) page(at side, p shown) web.Route {
	return web.Route{Method: get, Path: at.base + p.path, Policy: web.Seller, Handle: f.handler(at, true, p.show, shown{})}
}

// form is what somebody signed in sends from a page.
func (f *Face) form(at side, path string, do handle, from shown) web.Route {
	return web.Route{Method: post, Path: at.base + path, Policy: web.Seller, Handle: f.handler(at, true, do, from)}
}

// Routes are the addresses of the face.
func (f *Face) Routes() []web.Route {
	at, home, shares := selling, shown{"", f.home}, shown{"", f.shares}
	one, sold, stock, back := shown{"/one", f.askSale}, shown{"/sold/:id", f.sold}, shown{"/stock", f.stock}, shown{"/return", f.askReturn}
	settle, below := shown{"/settle", f.settle}, shown{"/below", f.below}
	routes := []web.Route{
		f.page(at, home), f.page(at, one), f.form(at, "/one", f.sell, one), f.page(at, sold), f.form(at, "/sold/:id/slip", f.slip, sold),
		f.page(at, shown{"/day", f.day}), f.page(at, shown{"/statement", f.statement}), f.page(at, stock), f.form(at, "/stock", f.sellPaper, stock),
		f.page(at, back), f.form(at, "/return", f.returnPaper, back), f.form(at, "/return/:id/withdraw", f.withdrawReturn, back),
		f.page(at, settle), f.form(at, "/float", f.buyFloat, settle), f.page(at, shown{"/float/:id", f.float}), f.page(at, below), f.form(at, "/below/:id", f.give, below),
		f.page(sharing, shares),
	}
	return slices.Concat(routes, f.door(selling, home), f.door(sharing, shares))
}

// door is the way in of one side, and the way out.
func (f *Face) door(at side, home shown) []web.Route {
	open := func(method, path string, do handle, from shown) web.Route {
		return web.Route{Method: method, Path: at.base + path, Policy: web.Public, Handle: f.handler(at, false, do, from)}
	}
	in, code, pin := shown{"/in", f.signInPage}, shown{"/code", f.askCode}, shown{"/pin", f.askPIN}
	return []web.Route{
		open(get, "/in", f.askSignIn, shown{}), open(post, "/in", f.signIn, in), open(get, "/code", f.askCode, shown{}), open(post, "/code", f.useCode, code),
		f.form(at, "/out", f.signOut, home), f.page(at, pin), f.form(at, "/pin", f.changePIN, pin),
		open(get, "/manifest.json", f.manifest, shown{}), open(get, "/icon/:size", f.icon, shown{}), open(get, "/*", f.nowhere, shown{}),
	}
}
