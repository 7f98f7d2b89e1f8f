package router

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// chilliPage is the phone's browser on CoovaChilli; the UAM paths work under the phone's prefix too.
func (r *Router) chilliPage(w http.ResponseWriter, q *http.Request, d Device) {
	switch q.PathValue("rest") {
	case "logon":
		r.chilliLogon(w, q, d)
	case "logoff", "logout":
		r.chilliLogoff(w, q, d)
	case "json/status":
		r.chilliStatus(w, q, d)
	case "prelogin", "login":
		r.chilliRedirect(w, q, d, "notyet", "")
	case "status":
		r.chilliRedirect(w, q, d, r.stateOf(d), "")
	default:
		if d.Online() {
			r.render(w, "internet", r.pageOf(d))
			return
		}
		r.chilliRedirect(w, q, d, "notyet", r.firstUserURL(d, q.PathValue("rest")))
	}
}

func (r *Router) stateOf(d Device) string {
	if d.Online() {
		return "already"
	}
	return "notyet"
}

// byCookie finds the phone of a request whose path does not name it.
func (r *Router) byCookie(serve func(http.ResponseWriter, *http.Request, Device)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		mac := r.captured
		r.mu.Unlock()
		if cookie, err := q.Cookie(r.cookieName()); err == nil {
			mac = cookie.Value
		}
		device, err := r.Join(mac)
		if err != nil {
			http.Error(w, "no phone was redirected yet", http.StatusNotFound)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		serve(w, q, device)
	}
}

// chilliLogon takes response (CHAP) or password (PAP hidden by the challenge) and goes back to the portal with the verdict.
func (r *Router) chilliLogon(w http.ResponseWriter, q *http.Request, d Device) {
	c, err := r.uamCredentials(d.mac, q.FormValue("username"), q.FormValue("response"), q.FormValue("password"))
	if err == nil {
		err = r.logIn(context.WithoutCancel(q.Context()), d.mac, c)
	}
	userURL := webAddress(q.FormValue("userurl"))
	switch {
	case err == nil:
		r.chilliRedirect(w, q, d, "success", userURL)
	case timedOut(err):
		r.chilliRedirect(w, q, d, "failed", userURL, "reason", "timeout")
	case r.options.Chilli19:
		panic(http.ErrAbortHandler) // the browser waits, and is told nothing
	default:
		r.chilliRedirect(w, q, d, "failed", userURL, "reason", "reject", "reply", err.Error())
	}
}

// firstUserURL is what the phone asked for; 1.9 tells it only when it is asked again.
func (r *Router) firstUserURL(d Device, rest string) string {
	if r.options.Chilli19 {
		r.mu.Lock()
		defer r.mu.Unlock()
		if p := r.phones[d.mac]; p != nil && p.challenge == nil {
			return ""
		}
	}
	return d.URL() + rest
}

func (r *Router) chilliLogoff(w http.ResponseWriter, q *http.Request, d Device) {
	r.logOut(d.mac)
	r.chilliRedirect(w, q, d, "logoff", "")
}

// callbackName is what a JSONP callback may be called.
var callbackName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$.]{0,63}$`)

// chilliStatus is /json/status: clientState 0 captive, 1 on line.
func (r *Router) chilliStatus(w http.ResponseWriter, q *http.Request, d Device) {
	challenge, sessionID := r.uamChallenge(d.mac, "")
	status := map[string]any{"version": "1.0", "clientState": 0, "challenge": challenge, "nasid": r.options.Name,
		"redir": map[string]any{"originalURL": d.URL(), "logoutURL": r.base() + "/logoff", "ipAddress": d.ip.String(),
			"macAddress": dashes(d.mac)}}
	if s := r.pageOf(d).Session; s != nil {
		status["clientState"] = 1
		status["session"] = map[string]any{"sessionId": sessionID, "userName": s.User, "startTime": s.Start.Unix(),
			"sessionTimeout": timeout(s)}
		status["accounting"] = map[string]any{"sessionTime": int64(s.Time / time.Second),
			"inputOctets": uint32(s.Down), "inputGigawords": s.Down >> 32, "outputOctets": uint32(s.Up),
			"outputGigawords": s.Up >> 32, "viewPoint": "client"}
	}
	body, _ := json.Marshal(status)
	if callback := q.FormValue("callback"); callbackName.MatchString(callback) {
		w.Header().Set("Content-Type", "application/javascript")
		body = []byte(callback + "(" + string(body) + ")")
	} else {
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	fmt.Fprintf(w, "%s", body)
}

// timeout is the Session-Timeout in seconds, 0 without one.
func timeout(s *Session) int64 {
	if !s.Timed {
		return 0
	}
	return int64((s.Time + s.Left) / time.Second)
}
