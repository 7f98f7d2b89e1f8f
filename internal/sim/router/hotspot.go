package router

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Handler serves the hotspot's own pages, the phones' browsers under /d/{mac}/, and the control panel at /sim.
func (r *Router) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/sim", http.StatusFound))
	mux.HandleFunc("/d/{mac}/{rest...}", r.serveDevice)
	if r.options.Dialect == Chilli {
		mux.HandleFunc("GET /logon", r.byCookie(r.chilliLogon))
		mux.HandleFunc("GET /logoff", r.byCookie(r.chilliLogoff))
		mux.HandleFunc("GET /json/status", r.byCookie(r.chilliStatus))
	}
	r.addPanel(mux)
	return mux
}

// serveDevice is what a phone's browser gets; the first request of an unknown phone joins it.
func (r *Router) serveDevice(w http.ResponseWriter, q *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	device, err := r.Join(q.PathValue("mac"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	serve := r.mikrotikPage
	if r.options.Dialect == Chilli {
		serve = r.chilliPage
	}
	serve(w, q, device)
}

func (r *Router) mikrotikPage(w http.ResponseWriter, q *http.Request, d Device) {
	switch q.PathValue("rest") {
	case "login":
		r.loginServlet(w, q, d)
	case "logout":
		r.logOut(d.mac)
		r.render(w, "loggedout", r.pageOf(d))
	case "status":
		r.statusServlet(w, q, d)
	default:
		r.browse(w, q, d, "")
	}
}

// browse is any address on the internet: there when logged in, else the captive redirect.
func (r *Router) browse(w http.ResponseWriter, q *http.Request, d Device, failure string) {
	if d.Online() {
		r.render(w, "internet", r.pageOf(d))
		return
	}
	r.capture(w, q, d, failure, d.URL()+q.PathValue("rest"))
}

// loginServlet takes username and password by GET or POST; without them it is the login page. A router goes on when the
// browser vanishes, so the log-in does not depend on the request.
func (r *Router) loginServlet(w http.ResponseWriter, q *http.Request, d Device) {
	name, dst := q.FormValue("username"), webAddress(q.FormValue("dst"))
	if name == "" {
		if d.Online() {
			http.Redirect(w, q, r.deviceURL(d.mac)+"/status", http.StatusFound)
			return
		}
		r.capture(w, q, d, "", dst)
		return
	}
	if err := r.logIn(context.WithoutCancel(q.Context()), d.mac, r.formCredentials(d.mac, name, q.FormValue("password"))); err != nil {
		r.capture(w, q, d, err.Error(), dst)
		return
	}
	if dst == "" {
		dst = r.deviceURL(d.mac) + "/status"
	}
	http.Redirect(w, q, dst, http.StatusFound)
}

// formCredentials takes a password of 32 hex digits as the CHAP response to the challenge last shown to this phone, which
// is good once; anything else is PAP.
func (r *Router) formCredentials(mac, name, password string) credentials {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phones[mac]
	response, err := hex.DecodeString(password)
	if p == nil || p.challenge == nil || err != nil || len(response) != 16 {
		return credentials{user: name, password: password, by: "http-pap"}
	}
	c := credentials{user: name, chapID: p.chapID, challenge: p.challenge, response: response, by: "http-chap"}
	p.challenge = nil
	return c
}

func (r *Router) statusServlet(w http.ResponseWriter, q *http.Request, d Device) {
	if !d.Online() {
		http.Redirect(w, q, r.deviceURL(d.mac)+"/login", http.StatusFound)
		return
	}
	r.render(w, "status", r.pageOf(d))
}

// capture sends an unknown phone to the portal, or shows the router's own form when there is none.
func (r *Router) capture(w http.ResponseWriter, q *http.Request, d Device, failure, orig string) {
	if r.options.PortalURL == "" {
		page := r.pageOf(d)
		page.Failure = failure
		r.render(w, "login", page)
		return
	}
	http.Redirect(w, q, r.mikrotikPortal(d, failure, orig, false), http.StatusFound)
}

// mikrotikPortal is the portal's address with the variables of our login.html (see the package comment), and a new challenge.
func (r *Router) mikrotikPortal(d Device, failure, orig string, in bool) string {
	id, challenge := "", ""
	if r.options.CHAP && !in {
		id, challenge = r.newChallenge(d.mac)
	}
	return withQuery(r.options.PortalURL, "mac", colons(d.mac), "ip", d.ip.String(), "login", r.deviceURL(d.mac)+"/login",
		"orig", orig, "err", failure, "cid", id, "chal", challenge, "in", yesNo(in))
}

func (r *Router) newChallenge(mac string) (id, challenge string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phones[mac]
	if p == nil {
		return "", ""
	}
	p.chapID, p.challenge = random(1)[0], random(16)
	return octal([]byte{p.chapID}), octal(p.challenge)
}

// octal prints bytes as RouterOS does for its md5.js.
func octal(value []byte) string {
	var text strings.Builder
	for _, b := range value {
		fmt.Fprintf(&text, `\%03o`, b)
	}
	return text.String()
}

// withQuery appends name, value pairs in order.
func withQuery(address string, pairs ...string) string {
	by := "?"
	if strings.Contains(address, "?") {
		by = "&"
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		address += by + pairs[i] + "=" + url.QueryEscape(pairs[i+1])
		by = "&"
	}
	return address
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// webAddress keeps only http and https destinations.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return text
}

// logOut ends the phone's session, if it has one, at its person's wish.
func (r *Router) logOut(mac string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	if p := r.phones[mac]; p != nil && p.session != nil {
		r.stopSession(p.session, UserRequest)
	}
}

// timedOut says whether a log-in failed because nobody answered.
func timedOut(err error) bool {
	var no *refusal
	return errors.As(err, &no) && no.timeout
}
