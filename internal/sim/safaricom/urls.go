package safaricom

import (
	"net"
	"net/url"
	"strings"
)

var forbiddenWords = []string{"mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query"}

var forbiddenHosts = []string{"ngrok", "requestbin", "mockbin"}

// allowedURL applies the portal's rules for callback addresses; production adds HTTPS and a public host.
func allowedURL(text string, production bool) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return false
	}
	if u.Host != strings.ToLower(u.Host) || containsAny(u.Host, forbiddenHosts) {
		return false
	}
	if containsAny(strings.ToLower(text), forbiddenWords) {
		return false
	}
	return !production || (u.Scheme == "https" && public(u.Hostname()))
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func public(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	return strings.Contains(host, ".") && !strings.HasSuffix(host, ".local")
}
