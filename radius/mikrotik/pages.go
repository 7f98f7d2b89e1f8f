package mikrotik

import (
	"html"
	"strings"
)

var pageNames = strings.Fields("login.html rlogin.html redirect.html alogin.html status.html logout.html error.html api.json")

// visitVariables are what ReadVisit reads. Each is URL-escaped by the router, except the two of CHAP, which it prints as \ooo.
const visitVariables = "mac=$(mac-esc)&ip=$(ip)&login=$(link-login-only-esc)&orig=$(link-orig-esc)&err=$(error-esc)&cid=$(chap-id)&chal=$(chap-challenge)&in=$(logged-in)"

// Pages are the files of the hotspot, by name. They hold nothing secret. $(link-orig) never stands in them unescaped
// (CVE-2025-6563).
func (s Setup) Pages() map[string]string {
	joint := "?"
	if strings.Contains(s.Portal, "?") {
		joint = "&"
	}
	portal := s.Portal + joint + visitVariables
	toPortal := redirectPage(portal, "To the Wi-Fi page")
	return map[string]string{
		"login.html": toPortal, "rlogin.html": toPortal, "status.html": toPortal, "alogin.html": toPortal,
		"redirect.html": redirectPage("$(link-redirect)", ""),
		"logout.html":   plainPage("You are offline now.", "$(link-login-only)", "Go online again"),
		"error.html":    plainPage("The Wi-Fi router reports: $(error)", s.Portal, "To the Wi-Fi page"),
		"api.json":      s.capportAnswer(),
	}
}

// redirectPage sends the browser on by status and header, and by a link for a client that ignores those.
func redirectPage(to, label string) string {
	body := "<p>...</p>"
	if label != "" {
		body = `<p><a href="` + html.EscapeString(to) + `">` + label + `</a></p>`
	}
	return `$(if http-status == 302)Found$(endif)$(if http-header == "Location")` + to + "$(endif)" + document(body)
}

func plainPage(text, to, label string) string {
	return document("<p>" + text + `</p><p><a href="` + html.EscapeString(to) + `">` + label + "</a></p>")
}

func document(body string) string {
	return `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Wi-Fi</title></head><body>` +
		body + "</body></html>\n"
}

// capportAnswer is the router's own RFC 8908 answer. RouterOS announces it by DHCP where it has a name and a valid certificate.
func (s Setup) capportAnswer() string {
	answer := "{\"captive\": $(if logged-in == 'yes')false$(else)true$(endif)"
	if strings.HasPrefix(s.Portal, "https:") {
		answer += `, "user-portal-url": "` + s.Portal + `"`
	}
	return answer + "$(if session-time-left-secs != 0), \"seconds-remaining\": $(session-time-left-secs)$(endif), \"can-extend-session\": true}\n"
}
