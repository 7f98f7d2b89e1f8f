package router

import (
	"crypto/md5"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Cookies know no ports: several routers on one host need a name each.
func (r *Router) cookieName() string {
	_, port := r.uamAddress()
	return "phone" + port
}

func (r *Router) uamAddress() (host, port string) {
	u, err := url.Parse(r.base())
	if err != nil {
		return "", ""
	}
	if host, port, err = net.SplitHostPort(u.Host); err != nil {
		return u.Host, "80"
	}
	return host, port
}

// uamCredentials reads a log-in made with the phone's challenge, mixed with the UAM secret when there is one.
func (r *Router) uamCredentials(mac, name, response, password string) (credentials, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phones[mac]
	if p == nil || p.challenge == nil || name == "" {
		return credentials{}, &refusal{text: "no challenge for this log-in"}
	}
	mixed := p.challenge
	if r.options.UAMSecret != "" {
		sum := md5.Sum(append(append([]byte(nil), p.challenge...), r.options.UAMSecret...))
		mixed = sum[:]
	}
	if value, err := hex.DecodeString(response); err == nil && len(value) == 16 {
		return credentials{user: name, challenge: mixed, response: value, by: "http-chap"}, nil
	}
	hidden, err := hex.DecodeString(password)
	if err != nil || len(hidden) == 0 {
		return credentials{}, &refusal{text: "invalid username or password"}
	}
	for i := range hidden {
		hidden[i] ^= mixed[i%16]
	}
	return credentials{user: name, password: strings.TrimRight(string(hidden), "\x00"), by: "http-pap"}, nil
}

// chilliRedirect goes to the portal with the UAM parameters and their checksum.
func (r *Router) chilliRedirect(w http.ResponseWriter, q *http.Request, d Device, res, userURL string, more ...string) {
	if r.options.PortalURL == "" {
		http.Error(w, "no captive portal is set up for this router", http.StatusServiceUnavailable)
		return
	}
	host, port := r.uamAddress()
	challenge, sessionID := r.uamChallenge(d.mac, res)
	pairs := append([]string{"res", res}, more...)
	pairs = append(pairs, "uamip", host, "uamport", port, "challenge", challenge, "called", dashes(r.mac),
		"mac", dashes(d.mac), "ip", d.ip.String(), "nasid", r.options.Name, "sessionid", sessionID, "userurl", userURL)
	address := withQuery(r.options.PortalURL, pairs...)
	sum := md5.Sum([]byte(address + r.options.UAMSecret))
	http.SetCookie(w, &http.Cookie{Name: r.cookieName(), Value: d.mac, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, q, address+"&md="+strings.ToUpper(hex.EncodeToString(sum[:])), http.StatusFound)
}

// uamChallenge keeps a phone's challenge until a log-in was tried with it.
func (r *Router) uamChallenge(mac, res string) (challenge, sessionID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.captured = mac
	p := r.phones[mac]
	if p == nil {
		return "", ""
	}
	if p.challenge == nil || res == "failed" {
		p.challenge = random(16)
	}
	sessionID = p.sessionID
	if p.session != nil {
		sessionID = p.session.id
	}
	return hex.EncodeToString(p.challenge), sessionID
}
