package router

import (
	"strings"
	"testing"
)

func TestFixturesAreWhole(t *testing.T) {
	for _, version := range []string{"6.49.18", "7.19.4"} {
		if text := UsedConfiguration(version).Export(); !strings.Contains(text, `name="hotspot1"`) || strings.Contains(text, "wireguard") {
			t.Errorf("%s:\n%s", version, text)
		}
	}
}

func TestScriptLanguage(t *testing.T) {
	for script, want := range map[string]string{
		`:put "a\"b\\c\$d\3F\n\_e"`:                                                                    "a\"b\\c$d?\n e\n",
		":put (\"one \" . \\\n  \"line\")":                                                             "one line\n",
		"# comment ; :put 1\n:put 2; :put 3":                                                           "2\n3\n",
		`{ :local x 5; :set x ($x + 2 * 3); :put "$x is $[:len "abc"] and $($x/2)" }`:                  "11 is 3 and 5\n",
		`:if ([:len [/ip hotspot find]] = 0 && !(1 > 2)) do={:put yes} else={:put no}`:                 "true\n",
		`:foreach i in=[/interface find where name~"^ether[12]\$"] do={:put [/interface get $i name]}`: "ether1\nether2\n",
		`:do {:error "bad"} on-error={:put caught}`:                                                    "caught\n",
		`{:local f [:parse ":return [/system license get nlevel]"]; :put [$f]}`:                        "4\n",
		`:put [:pick "abcdef" 1 3]; :put [:typeof [:tonum "x"]]; :put [:typeof 5m]`:                    "bc\nnil\ntime\n",
		`:put ("a" ~ "^b|^a"); :put (1 = "1"); :put ("" . 5m)`:                                         "true\nfalse\n5m\n",
		`:delay 1s; :put (5m > 3m); :put (40s > 3m); :put (1h1s <= 3m)`:                                "true\nfalse\nfalse\n",
		`/ip firewall filter
:put [:len [find where chain=input && (action=drop || action=reject)]]`: "2\n",
	} {
		got, err := BareConfiguration("7.19.4").Run(script)
		if err != nil || got != want {
			t.Errorf("%s\ngave %q, %v, want %q", script, got, err, want)
		}
	}
}

func TestScriptErrors(t *testing.T) {
	for script, want := range map[string]string{
		"\n/interface wireguard add name=x":                          "bad command name wireguard (line 2)",
		":do {/system device-mode print} on-error={}":                "bad command name device-mode (line 1)",
		"/ip address add addres=10.0.0.1/24":                         "expected end of command, not addres (line 1)",
		"/ip address add address=10.0.0.1/24":                        "missing value(s) of argument(s) interface (line 1)",
		"/ip pool add name=a ranges=1; /ip pool add name=a ranges=2": "failure: already have /ip/pool with such name (line 1)",
		"/ip hotspot add name=h interface=bridge profile=no":         "input does not match any value of profile (line 1)",
		"/ip hotspot profile remove [find]":                          "failure: can not remove this item (line 1)",
		"/ip dns set allow-remote-requests=maybe":                    "value of allow-remote-requests should be yes or no (line 1)",
		":put $nobody": "no such variable nobody (line 1)",
		"{:local name x; /ip pool find where name=$name}": "$name means the property here, not the variable (line 1)",
		":if (1) do={}":            "conditional not boolean (line 1)",
		":error \"stop\"\n:put no": "stop (line 1)",
		":put \"open":              "unterminated string (line 1)",
		"/radius add service=hotspot address=1.2.3.4 timeout=fast": "invalid time value for argument timeout (line 1)",
		":local f 1; :put $f": "no such variable f (line 1)", // each line of an import stands alone
	} {
		output, err := BareConfiguration("6.49.18").Run(script)
		if err == nil || err.Error() != want || output != "" {
			t.Errorf("%q: %v (%q), want %s", script, err, output, want)
		}
	}
}

func TestScriptsEnd(t *testing.T) {
	c := BareConfiguration("7.19.4")
	c.SetFetch(func(string) ([]byte, error) { return []byte("/import file-name=again.rsc"), nil })
	for script, want := range map[string]string{
		"/tool fetch url=x dst-path=again.rsc; /import file-name=again.rsc":                                                                "runs too long",
		":foreach a in=[/file find] do={" + strings.Repeat(":foreach a in=[/interface find] do={", 8) + ":put $a" + strings.Repeat("}", 9): "runs too long",
		"{:local x aaaaaaaa;" + strings.Repeat(":set x ($x . $x);", 30) + "}":                                                              "out of memory",
		strings.Repeat("{", 60):           "too deep",
		":put " + strings.Repeat("(", 60): "too deep",
	} {
		if _, err := c.Run(script); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v", script, err)
		}
	}
}

func FuzzScript(f *testing.F) {
	f.Add(factory)
	f.Add(used)
	f.Add(`:foreach i in=[/file find] do={:if (("$i" . [:len $i]) ~ "x") do={{}} else={:error [:pick $i 0 9]}}`)
	f.Add("/import file-name=x")
	f.Fuzz(func(t *testing.T, script string) {
		_, _ = BareConfiguration("7.19.4").Run(script) // neither panics nor hangs
	})
}
