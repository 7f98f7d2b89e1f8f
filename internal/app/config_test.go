package app

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

func TestUnsafeSettingsAreRefusedByName(t *testing.T) {
	proxied := func(change func(*Config)) Config {
		c := Config{HTTP: ":8080", HTTPS: ":8443", RadiusAuth: ":1812", RadiusAcct: "[::1]:1813", PublicURL: "https://wifi.example.co.ke",
			TrustedProxies: []string{"10.0.0.5", "10.1.0.0/24"}}
		change(&c)
		return c
	}
	for _, c := range []struct {
		key, devKey string // of the refusal, in production and with Dev
		config      Config
	}{
		{"", "", proxied(func(*Config) {})},
		{"", "", proxied(func(c *Config) { c.PublicURL = "" })},
		{"config.no_tls", "", proxied(func(c *Config) { c.TrustedProxies = nil })},
		{"config.proxies_everybody", "", proxied(func(c *Config) { c.TrustedProxies = []string{"0.0.0.0/0"} })},
		{"config.proxies_everybody", "", proxied(func(c *Config) { c.TrustedProxies = []string{"10.0.0.5", "::/0"} })},
		{"config.proxies_everybody", "", proxied(func(c *Config) { c.TrustedProxies = []string{"0.0.0.0/1", "128.0.0.0/1"} })},
		{"config.proxies_everybody", "", proxied(func(c *Config) { c.TrustedProxies = []string{"::ffff:0:0/96"} })},
		{"", "", proxied(func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "::ffff:10.0.0.5", "fd00::/8"} })},
		{"config.listen", "config.listen", proxied(func(c *Config) { c.HTTP = "" })},
		{"config.listen", "config.listen", proxied(func(c *Config) { c.HTTP = "127.0.0.1" })},
		{"config.listen", "config.listen", proxied(func(c *Config) { c.RadiusAuth = ":radius" })},
		{"config.listen", "config.listen", proxied(func(c *Config) { c.RadiusAcct = ":70000" })},
		{"config.certificate_pair", "config.certificate_pair", proxied(func(c *Config) { c.TLSCertFile, c.TLSKeyFile = "config.go", "config.go" })},
		{"config.address", "config.address", proxied(func(c *Config) { c.TrustedProxies = []string{"proxy.example"} })},
		{"config.listen", "config.listen", proxied(func(c *Config) { c.Tunnel = "51820" })},
		{"config.address", "config.address", proxied(func(c *Config) { c.CallbackFrom = []string{"196.201.214"} })},
		{"config.certificate", "config.certificate", proxied(func(c *Config) { c.TLSCertFile = "cert.pem" })},
		{"config.file", "config.file", proxied(func(c *Config) { c.TLSCertFile, c.TLSKeyFile = "/none/cert.pem", "/none/key.pem" })},
		{"config.public_url", "config.public_url", proxied(func(c *Config) { c.PublicURL = "wifi.example.co.ke" })},
		{"config.public_url", "config.public_url", proxied(func(c *Config) { c.PublicURL = "https://wifi.example.co.ke/portal" })},
		{"config.public_url_http", "", proxied(func(c *Config) { c.PublicURL = "http://wifi.example.co.ke" })},
		{"config.public_url_loopback", "", proxied(func(c *Config) { c.PublicURL = "https://localhost:8443" })},
		{"config.public_url_words", "config.public_url_words", proxied(func(c *Config) { c.PublicURL = "https://mpesa.example.co.ke" })},
		{"config.public_url_words", "config.public_url_words", proxied(func(c *Config) { c.PublicURL = "https://Wifi.example.co.ke" })},
		{"config.public_url_loopback", "", proxied(func(c *Config) { c.PublicURL = "https://[::1]" })},
		{"config.rail_unsafe", "", proxied(func(c *Config) { c.MPesa.BaseURL = "http://api.safaricom.co.ke" })},
		{"config.rail_unsafe", "", proxied(func(c *Config) { c.MPesa.BaseURL = "https://127.0.0.1:9000" })},
		{"config.rail", "", proxied(func(c *Config) { c.MPesa.BaseURL = "safaricom" })},
	} {
		for dev, key := range map[bool]string{false: c.key, true: c.devKey} {
			c.config.Dev = dev
			err := c.config.check()
			if key == "" && err != nil || key != "" && fault.KeyOf(err) != key {
				t.Errorf("dev=%v %+v: %v, want %q", dev, c.config, err, key)
			}
			if key != "" && !words.Has(key) {
				t.Errorf("%s has no sentence", key)
			}
		}
	}
}

func TestARefusalNamesItsSetting(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	inNewHouse(t, "sqlite")
	t.Setenv("MTANDAO_DB_FILE", "")
	const free = "127.0.0.1:0"
	for _, c := range []struct{ setting, value, want string }{
		{"TRUSTED_PROXIES", "proxy", "proxy is no address or network"},
		{"CALLBACK_FROM", "196.201", "196.201 is no address or network"},
		{"HTTP", "8080", "8080 is no address to listen on"},
		{"HTTP", busy.Addr().String(), "Another program listens on " + busy.Addr().String()},
		{"RADIUS_ACCT", ":x", ":x is no address to listen on"},
		{"TLS_CERT_FILE", "/none/cert.pem", "The file /none/cert.pem cannot be read."},
		{"MPESA_BASE_URL", "http://127.0.0.1:9", "http://127.0.0.1:9 is on this machine"},
		{"MPESA_CERT_FILE", "/none/rail.pem", "The file /none/rail.pem cannot be read."},
	} {
		t.Run(c.setting, func(t *testing.T) {
			for name, value := range map[string]string{"HTTP": free, "RADIUS_AUTH": free, "RADIUS_ACCT": free, "TRUSTED_PROXIES": "10.0.0.5",
				"TLS_KEY_FILE": "", "MPESA_SHORTCODE": "174379"} {
				t.Setenv("MTANDAO_"+name, value)
			}
			if c.setting == "TLS_CERT_FILE" {
				t.Setenv("MTANDAO_TLS_KEY_FILE", c.value)
			}
			t.Setenv("MTANDAO_"+c.setting, c.value)
			code, _, errOut := runCommand(t, "serve")
			if code != exitFailed || !strings.HasPrefix(errOut, "mtandao: MTANDAO_"+c.setting+": "+c.want) {
				t.Errorf("exit %d, %s", code, errOut)
			}
		})
	}
}

func TestADatabaseThatDoesNotOpenIsToldToAnEngineer(t *testing.T) {
	inNewHouse(t, "sqlite")
	const silent = "mtandao: The database cannot be opened or does not answer; see MTANDAO_DB"
	for url, want := range map[string]string{"mysql:garbage": "mtandao: MTANDAO_DB must be like mysql:USER:PASSWORD@tcp(HOST:3306)/NAME.",
		"mysql:u:hush@tcp(127.0.0.1:1)/m": silent, "sqlite:/dev/null/x.db": silent} {
		code, out, errOut := runCommand(t, "migrate", "--db", url)
		if code != exitFailed || !strings.HasPrefix(errOut, want) ||
			strings.Contains(out+errOut, "hush") || strings.Count(errOut, "\n") != 1 {
			t.Errorf("exit %d, %s%s", code, out, errOut)
		}
	}
}

// settingsOf reads a configuration as serve would.
func settingsOf(t *testing.T, args ...string) map[string]string {
	t.Helper()
	code, out, errOut := runCommand(t, append([]string{"config", "--json"}, args...)...)
	if code == exitUsage {
		t.Fatal(errOut)
	}
	table := map[string]string{}
	fromJSON(t, out, &table)
	return table
}

func TestPrecedenceIsFlagEnvironmentSecretFileFileDefault(t *testing.T) {
	folder := t.TempDir()
	write := func(name, body string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write("mtandao.yaml", "db: mysql:file:pw@tcp(h)/file\nhttp: 127.0.0.1:1\nhttps: 127.0.0.1:2\nmpesa-shortcode: 0712\ntrusted-proxies: [10.0.0.1, 10.0.0.2]\ndev: true\nradius-auth: :99\n")
	t.Setenv("MTANDAO_HTTP", "127.0.0.1:11")
	t.Setenv("MTANDAO_HTTPS", "127.0.0.1:12")
	t.Setenv("MTANDAO_RADIUS_AUTH", "")
	t.Setenv("MTANDAO_RADIUS_ACCT", "")
	t.Setenv("MTANDAO_TLS_CERT_FILE", "")
	t.Setenv("MTANDAO_DATA", folder)
	t.Setenv("MTANDAO_KEY_FILE", "")
	t.Setenv("MTANDAO_DB_FILE", write("dsn", "mysql:secretfile:pw@tcp(h)/x\n"))
	got := settingsOf(t, "--config", file, "--http", "127.0.0.1:21")
	for key, want := range map[string]string{"MTANDAO_HTTP": "127.0.0.1:21", "MTANDAO_HTTPS": "127.0.0.1:12", "MTANDAO_DB": "mysql:secretfile:(hidden)@tcp(h)/x",
		"MTANDAO_MPESA_SHORTCODE": "0712", "MTANDAO_TRUSTED_PROXIES": "10.0.0.1 10.0.0.2", "MTANDAO_DEV": "true", "MTANDAO_RADIUS_AUTH": ":99", "MTANDAO_RADIUS_ACCT": ":1813",
		"MTANDAO_TLS_CERT_FILE": "", "MTANDAO_KEY_FILE": filepath.Join(folder, "keys.json")} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
	t.Setenv("MTANDAO_DB", "mysql:environment:pw@tcp(h)/x")
	if got := settingsOf(t, "--config", file); got["MTANDAO_DB"] != "mysql:environment:(hidden)@tcp(h)/x" {
		t.Error(got["MTANDAO_DB"])
	}
}

func TestSecretsComeFromFilesAndAreNeverPrinted(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "passkey")
	if err := os.WriteFile(secret, []byte("very-secret\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MTANDAO_MPESA_PASSKEY_FILE", secret)
	t.Setenv("MTANDAO_MPESA_CONSUMER_SECRET", "very-secret")
	t.Setenv("MTANDAO_MPESA_SHORTCODE_FILE", secret) // not a secret: no file
	got := settingsOf(t)
	if got["MTANDAO_MPESA_PASSKEY"] != "(hidden)" || got["MTANDAO_MPESA_CONSUMER_SECRET"] != "(hidden)" || got["MTANDAO_MPESA_SHORTCODE"] != "" {
		t.Errorf("%v", got)
	}
	t.Setenv("MTANDAO_MPESA_PASSKEY_FILE", secret+".none")
	if code, _, errOut := runCommand(t, "config"); code != exitUsage || errOut != "mtandao: MTANDAO_MPESA_PASSKEY_FILE: The file "+secret+".none cannot be read.\n" {
		t.Errorf("%d %s", code, errOut)
	}
}

func TestAConfigurationFileIsStrict(t *testing.T) {
	for body, want := range map[string]string{
		"pubic-url: x\n": "mtandao: There is no setting pubic-url; mtandao serve --help lists them.\n",
		"db: {a: b}\n":   "mtandao: The configuration file cannot be read: line 1, column 5: a single value belongs here.\n",
		"dev: maybe\n":   "mtandao: --dev: bool value must be true, 1, yes, false, 0 or no but got \"maybe\"; see mtandao config --help\n",
	} {
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errOut := runCommand(t, "config", "--config", file); code != exitUsage || errOut != want {
			t.Errorf("%q: %d %s", body, code, errOut)
		}
	}
}

func TestADatabaseAddressIsShownWithoutItsPassword(t *testing.T) {
	for in, want := range map[string]string{
		"sqlite:/var/lib/x.db": "sqlite:/var/lib/x.db", "mysql:u:p@ss:w@tcp(h:1)/n": "mysql:u:(hidden)@tcp(h:1)/n", "mysql:u@unix(/s)/n": "mysql:u:(hidden)@unix(/s)/n",
		"mysql:garbage": "mysql:(hidden)", "postgres://u:p@h/n": "postgres://u:(hidden)@h/n",
	} {
		if got := hidePassword(in); got != want {
			t.Errorf("%s is shown as %s, want %s", in, got, want)
		}
	}
}
