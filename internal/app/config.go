package app

import (
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"mtandao/internal/fault"
)

// Config opens sockets, keys and the database; everything else is settings or `apply`. Precedence: flag, environment,
// *_FILE (for those marked secret), file, default.
type Config struct {
	DB             string   `name:"db" env:"MTANDAO_DB" secret:"" help:"Database: sqlite:FILE or mysql:USER:PASSWORD@tcp(HOST:3306)/NAME. Default: a file in the data folder."`
	Data           string   `name:"data" env:"MTANDAO_DATA" default:"data" type:"path" help:"Folder of this node's files: spools, the key file, SQLite."`
	HTTP           string   `name:"http" env:"MTANDAO_HTTP" default:":8080" help:"Address of the portal over plain HTTP (captive landings begin here)."`
	HTTPS          string   `name:"https" env:"MTANDAO_HTTPS" default:":8443" help:"Address of the portal over HTTPS, used when a certificate is given."`
	TLSCertFile    string   `name:"tls-cert-file" env:"MTANDAO_TLS_CERT_FILE" type:"path" help:"Certificate chain (PEM)."`
	TLSKeyFile     string   `name:"tls-key-file" env:"MTANDAO_TLS_KEY_FILE" type:"path" help:"Its key (PEM)."`
	PublicURL      string   `name:"public-url" env:"MTANDAO_PUBLIC_URL" help:"How phones and M-Pesa reach the portal, e.g. https://wifi.example.co.ke. Empty: M-Pesa by push and query only."`
	TrustedProxies []string `name:"trusted-proxies" env:"MTANDAO_TRUSTED_PROXIES" help:"Addresses of proxies in front of the portal, e.g. 10.0.0.5 or 10.0.0.0/24."`
	CallbackFrom   []string `name:"callback-from" env:"MTANDAO_CALLBACK_FROM" help:"Addresses that M-Pesa may call from. Empty: any that knows the secret address."`
	RadiusAuth     string   `name:"radius-auth" env:"MTANDAO_RADIUS_AUTH" default:":1812" help:"UDP address of RADIUS authentication."`
	RadiusAcct     string   `name:"radius-acct" env:"MTANDAO_RADIUS_ACCT" default:":1813" help:"UDP address of RADIUS accounting."`
	Tunnel         string   `name:"tunnel" env:"MTANDAO_TUNNEL" help:"UDP address of the WireGuard tunnel that routers behind NAT call home through, e.g. :51820; with the host when the machine has several addresses. Empty: no tunnel."`
	KeyFile        string   `name:"key-file" env:"MTANDAO_KEY_FILE" type:"path" help:"Keys that seal secrets in the database. Default: keys.json in the data folder, made at the first start."`
	Dev            bool     `name:"dev" env:"MTANDAO_DEV" help:"Permit plain HTTP and loopback rails, loudly. Never on a real site."`
	MPesa          MPesa    `embed:"" prefix:"mpesa-" envprefix:"MTANDAO_MPESA_"`
}

// MPesa is one till from the environment, used while no till is stored.
type MPesa struct {
	BaseURL           string `name:"base-url" env:"BASE_URL" hidden:"" help:"https://api.safaricom.co.ke, or the sandbox."`
	ConsumerKey       string `name:"consumer-key" env:"CONSUMER_KEY" hidden:""`
	ConsumerSecret    string `name:"consumer-secret" env:"CONSUMER_SECRET" hidden:"" secret:""`
	ShortCode         string `name:"shortcode" env:"SHORTCODE" hidden:""`
	StoreNumber       string `name:"store-number" env:"STORE_NUMBER" hidden:""`
	PartyB            string `name:"party-b" env:"PARTY_B" hidden:""`
	Passkey           string `name:"passkey" env:"PASSKEY" hidden:"" secret:""`
	Type              string `name:"type" env:"TYPE" hidden:"" default:"paybill"`
	Initiator         string `name:"initiator" env:"INITIATOR" hidden:""`
	InitiatorPassword string `name:"initiator-password" env:"INITIATOR_PASSWORD" hidden:"" secret:""`
	CertFile          string `name:"cert-file" env:"CERT_FILE" hidden:"" type:"path"`
}

// fill completes what follows from other settings.
func (c *Config) fill() {
	if c.DB == "" {
		c.DB = "sqlite:" + filepath.Join(c.Data, "mtandao.db")
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.Data, "keys.json")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
}

// check refuses settings that are unsafe in production, each by its name; fault.Invalid "config.…". With Dev it only
// refuses what cannot work.
func (c Config) check() error {
	if _, err := prefixes(c.TrustedProxies); err != nil {
		return err
	}
	if _, err := prefixes(c.CallbackFrom); err != nil {
		return err
	}
	if (c.TLSCertFile == "") != (c.TLSKeyFile == "") {
		return fault.New(fault.Invalid, "config.certificate")
	}
	for _, file := range []string{c.TLSCertFile, c.TLSKeyFile} {
		if _, err := os.Stat(file); file != "" && err != nil {
			return fault.Wrap(fault.Invalid, "config.file", err, "Path", file)
		}
	}
	if _, err := net.ResolveUDPAddr("udp", c.Tunnel); c.Tunnel != "" && err != nil {
		return fault.Wrap(fault.Invalid, "config.tunnel", err, "Address", c.Tunnel)
	}
	if err := c.checkPublicURL(); err != nil {
		return err
	}
	if c.Dev {
		return nil
	}
	return c.checkProduction()
}

func (c Config) checkPublicURL() error {
	if c.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return fault.New(fault.Invalid, "config.public_url", "URL", c.PublicURL)
	}
	if !c.Dev && u.Scheme != "https" {
		return fault.New(fault.Invalid, "config.public_url_http", "URL", c.PublicURL)
	}
	if !c.Dev && loopback(u.Hostname()) {
		return fault.New(fault.Invalid, "config.public_url_loopback", "URL", c.PublicURL)
	}
	return nil
}

func (c Config) checkProduction() error {
	proxies, _ := prefixes(c.TrustedProxies)
	for _, p := range proxies {
		if p.Bits() == 0 {
			return fault.New(fault.Invalid, "config.proxies_everybody")
		}
	}
	if c.TLSCertFile == "" && len(proxies) == 0 {
		return fault.New(fault.Invalid, "config.no_tls")
	}
	return checkRail(c.MPesa.BaseURL)
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
		all = append(all, p.Masked())
	}
	return all, nil
}
