package app

import (
	"path/filepath"
	"strings"
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
	ACMEEmail      string   `name:"acme-email" env:"MTANDAO_ACME_EMAIL" help:"Your address: a certificate for the host of MTANDAO_PUBLIC_URL is then issued by Let's Encrypt, and renewed. Ports 80 and 443 of the host must lead to MTANDAO_HTTP and MTANDAO_HTTPS."`
	ACMEDirectory  string   `name:"acme-directory" env:"MTANDAO_ACME_DIRECTORY" help:"Another issuer that speaks ACME. Default: Let's Encrypt."`
	PublicURL      string   `name:"public-url" env:"MTANDAO_PUBLIC_URL" help:"How phones and M-Pesa reach the portal, e.g. https://wifi.example.co.ke. Empty: M-Pesa by push and query only."`
	TrustedProxies []string `name:"trusted-proxies" env:"MTANDAO_TRUSTED_PROXIES" help:"Addresses of proxies in front of the portal, e.g. 10.0.0.5 or 10.0.0.0/24."`
	CallbackFrom   []string `name:"callback-from" env:"MTANDAO_CALLBACK_FROM" help:"Addresses that M-Pesa may call from. Empty: any that knows the secret address."`
	RadiusAuth     string   `name:"radius-auth" env:"MTANDAO_RADIUS_AUTH" default:":1812" help:"UDP address of RADIUS authentication."`
	RadiusAcct     string   `name:"radius-acct" env:"MTANDAO_RADIUS_ACCT" default:":1813" help:"UDP address of RADIUS accounting."`
	Tunnel         string   `name:"tunnel" env:"MTANDAO_TUNNEL" help:"UDP address of the WireGuard tunnel that routers behind NAT call home through, e.g. :51820; with the host when the machine has several addresses. Empty: no tunnel."`
	KeyFile        string   `name:"key-file" env:"MTANDAO_KEY_FILE" type:"path" help:"Keys that seal secrets in the database. Default: keys.json in the data folder, made at the first start."`
	BackupTo       string   `name:"backup-to" env:"MTANDAO_BACKUP_TO" secret:"" help:"Where encrypted copies go every five minutes: a folder, sftp://USER:PASSWORD@HOST/FOLDER?host_key=SHA256:…, or s3://KEY:SECRET@HOST/BUCKET/PREFIX. Empty: nowhere."`
	BackupKey      string   `name:"backup-key" env:"MTANDAO_BACKUP_KEY" secret:"" help:"The key that makes copies and opens none, age1…, as mtandao backup key prints it."`
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
