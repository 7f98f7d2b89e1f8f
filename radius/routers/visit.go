package routers

import (
	"net/netip"
	"net/url"
	"strings"

	"mtandao/internal/fault"
	"mtandao/radius/access"
)

const longestQuery = 4000

// ParseQuery reads a redirect's variables. A pair that cannot be decoded is left out: routers print some values raw.
func ParseQuery(raw string) (url.Values, error) {
	if len(raw) > longestQuery {
		return nil, fault.New(fault.Invalid, "visit.too_long")
	}
	values, _ := url.ParseQuery(raw)
	return values, nil
}

// SetClient fills in who the visitor is; empty strings leave the visit without MAC or IP.
func (v *Visit) SetClient(mac, ip string) (err error) {
	if mac != "" {
		if v.MAC, err = access.ParseMAC(mac); err != nil {
			return fault.Wrap(fault.Invalid, "visit.bad_mac", err)
		}
	}
	if ip != "" {
		if v.IP, err = netip.ParseAddr(ip); err != nil || v.IP.Zone() != "" {
			return fault.Wrap(fault.Invalid, "visit.bad_ip", err)
		}
		v.IP = v.IP.Unmap()
	}
	return nil
}

// PlainText keeps what may be shown of a router's message: printable characters, at most 200.
func PlainText(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == '\uFFFD' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	if runes := []rune(s); len(runes) > 200 {
		return string(runes[:200])
	}
	return s
}

// CheckLogin returns the log-in address without query, fragment and user, or fault.Invalid "visit.foreign_login" when it
// is not an http(s) address at one of the router's LoginHosts: whoever could choose it would collect log-in secrets.
func (r Router) CheckLogin(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" || strings.ContainsAny(address, "\\\t\r\n") {
		return "", foreign(err)
	}
	usual := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if usual == "" || !r.AllowsLogin(u.Hostname(), u.Port(), usual) {
		return "", foreign(nil)
	}
	clean := url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: u.Path, RawPath: u.RawPath}
	if clean.Path == "" {
		clean.Path = "/"
	}
	return clean.String(), nil
}

func foreign(cause error) error { return fault.Wrap(fault.Invalid, "visit.foreign_login", cause) }

// CheckOriginal returns address when it is a plain http(s) URL of bearable length, else nothing.
func CheckOriginal(address string) string {
	u, err := url.Parse(address)
	if err != nil || len(address) > 1000 || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
