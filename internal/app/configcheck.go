package app

import (
	"crypto/tls"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"

	"mtandao/billing/mpesa"
	"mtandao/internal/fault"
)

// check refuses settings that are unsafe in production, each by its name; fault.Invalid "config.…". With Dev it only
// refuses what cannot work.
func (c Config) check() error {
	for _, check := range []func() error{c.checkAddresses, c.checkCertificate, c.checkPublicURL, c.checkBackup} {
		if err := check(); err != nil {
			return err
		}
	}
	if c.Dev {
		return nil
	}
	return c.checkProduction()
}

// settingFault is a fault of one setting, or of something stored, that its sentence does not name.
type settingFault struct {
	setting string
	error
}

func (f settingFault) Unwrap() error { return f.error }

// named says of which setting a fault is.
func named(setting string, err error) error {
	if err == nil {
		return nil
	}
	return settingFault{setting, err}
}

func (c Config) checkAddresses() error {
	if _, err := prefixes(c.TrustedProxies); err != nil {
		return named("MTANDAO_TRUSTED_PROXIES", err)
	}
	if _, err := prefixes(c.CallbackFrom); err != nil {
		return named("MTANDAO_CALLBACK_FROM", err)
	}
	sockets := [][2]string{{"MTANDAO_HTTP", c.HTTP}, {"MTANDAO_RADIUS_AUTH", c.RadiusAuth}, {"MTANDAO_RADIUS_ACCT", c.RadiusAcct}}
	if c.hasTLS() {
		sockets = append(sockets, [2]string{"MTANDAO_HTTPS", c.HTTPS})
	}
	if c.Tunnel != "" {
		sockets = append(sockets, [2]string{"MTANDAO_TUNNEL", c.Tunnel})
	}
	for _, socket := range sockets {
		if err := checkSocket(socket[1]); err != nil {
			return named(socket[0], err)
		}
	}
	return nil
}

// checkSocket refuses what nothing can listen on; fault.Invalid "config.listen".
func checkSocket(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, "config.listen", err, "Address", address)
	}
	return nil
}

func (c Config) checkCertificate() error {
	if (c.TLSCertFile == "") != (c.TLSKeyFile == "") {
		return fault.New(fault.Invalid, "config.certificate")
	}
	if c.ACMEEmail != "" {
		return c.checkACME()
	}
	if c.TLSCertFile == "" {
		return nil
	}
	for _, file := range [][2]string{{"MTANDAO_TLS_CERT_FILE", c.TLSCertFile}, {"MTANDAO_TLS_KEY_FILE", c.TLSKeyFile}} {
		if _, err := os.ReadFile(file[1]); err != nil {
			return named(file[0], fault.Wrap(fault.Invalid, "config.file", err, "Path", file[1]))
		}
	}
	if _, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile); err != nil {
		return fault.Wrap(fault.Invalid, "config.certificate_pair", err, "Why", oneLine(err))
	}
	return nil
}

// hasTLS says whether we encrypt the portal ourselves.
func (c Config) hasTLS() bool { return c.TLSCertFile != "" || c.ACMEEmail != "" }

// checkACME wants a host to ask a certificate for, and no other certificate.
func (c Config) checkACME() error {
	if c.TLSCertFile != "" {
		return fault.New(fault.Invalid, "config.acme_and_file")
	}
	if a, err := mail.ParseAddress(c.ACMEEmail); err != nil || a.Address != c.ACMEEmail {
		return fault.New(fault.Invalid, "config.acme_email")
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" {
		return fault.New(fault.Invalid, "config.acme_url")
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return fault.New(fault.Invalid, "config.acme_url")
	}
	return nil
}

func (c Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return fault.New(fault.Invalid, "config.public_url", "URL", c.PublicURL)
	}
	if !mpesa.AllowedAddress(c.PublicURL) {
		return fault.New(fault.Invalid, "config.public_url_words", "URL", c.PublicURL)
	}
	if !c.Dev && u.Scheme != "https" {
		return fault.New(fault.Invalid, "config.public_url_http", "URL", c.PublicURL)
	}
	if !c.Dev && loopback(u.Hostname()) {
		return fault.New(fault.Invalid, "config.public_url_loopback", "URL", c.PublicURL)
	}
	return nil
}

// leastProxyBits lets the widest private network through, 10.0.0.0/8; what is wider holds strangers.
const leastProxyBits = 8

func (c Config) checkProduction() error {
	proxies, _ := prefixes(c.TrustedProxies)
	for _, p := range proxies {
		if p.Bits() < leastProxyBits {
			return fault.New(fault.Invalid, "config.proxies_everybody")
		}
	}
	if !c.hasTLS() && len(proxies) == 0 {
		return fault.New(fault.Invalid, "config.no_tls")
	}
	return named("MTANDAO_MPESA_BASE_URL", checkRail(c.MPesa.BaseURL))
}

// checkRail refuses a rail on this machine or without TLS: money would be believed that nobody paid.
func checkRail(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return fault.New(fault.Invalid, "config.rail", "URL", base)
	}
	if u.Scheme != "https" || loopback(u.Hostname()) {
		return fault.New(fault.Invalid, "config.rail_unsafe", "URL", base)
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && (a.IsLoopback() || a.IsUnspecified())
}

// prefixes reads addresses and networks; fault.Invalid "config.address".
func prefixes(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, e := netip.ParseAddr(text); e == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, "config.address", err, "Address", text)
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 { // ::ffff:10.0.0.0/104 is 10.0.0.0/8
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
