package panels

import (
	"fmt"
	"io"
	"strings"
)

// Quoted writes a value as RouterOS exports it.
func Quoted(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case strings.IndexByte(`"\$`, c) >= 0:
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%02X`, c)
		default:
			b.WriteByte(c)
		}
	}
	if s == "" || strings.ContainsAny(s, " \"\\$;=[](){}'\n") || b.Len() != len(s) {
		return `"` + b.String() + `"`
	}
	return b.String()
}

// WriteCommand breaks a command into lines as the router does: before a word, after its equals sign, or within a quoted value.
func WriteCommand(out io.Writer, command string) {
	const wide = 78
	for first := true; ; first = false {
		if !first {
			fmt.Fprint(out, "    ")
		}
		if len(command) <= wide {
			fmt.Fprint(out, command+"\r\n")
			return
		}
		cut := 1
		for at := 0; at < wide-6; { // never within an escape, nor before a space that would be lost
			if command[at] != '\\' {
				at++
			} else if strings.IndexByte("0123456789ABCDEF", command[at+1]) >= 0 {
				at += 3
			} else {
				at += 2
			}
			if command[at] != ' ' {
				cut = at
			}
		}
		fmt.Fprint(out, command[:cut]+"\\\r\n")
		command = command[cut:]
	}
}

// WriteExport writes the export of a router with so many secrets, of which some cannot be brought in.
func WriteExport(out io.Writer, secrets int) (refused int) {
	fmt.Fprint(out, "# 2026-11-26 08:12:02 by RouterOS 7.16.1\r\n# software id = EXEI-2QTY\r\n/interface bridge\r\nadd comment=\"defconf; /ppp secret\" name=bridge\r\n")
	fmt.Fprint(out, "/ppp profile\r\nset *0 use-encryption=no\r\n")
	WriteCommand(out, `add address-list=homes local-address=10.10.0.1 name=home-10 only-one=yes rate-limit="5M/10M 8M/16M 4M/8M 16/16" remote-address=pool-homes`)
	WriteCommand(out, `add local-address=10.10.0.1 name="office 50" rate-limit=50M remote-address=pool-homes`)
	WriteCommand(out, `add name=broken rate-limit=fast`)
	fmt.Fprint(out, "/ip hotspot user profile\r\nset [ find default=yes ] shared-users=2\r\n")
	WriteCommand(out, `add name=daily rate-limit=1M/2M session-timeout=1d shared-users=3`)
	fmt.Fprint(out, "/ip hotspot user\r\n")
	WriteCommand(out, `add comment="nov/27/2026 14:30:00" limit-bytes-total=2000000000 name=mikhmon1 password=9911 profile=daily server=hotspot1`)
	WriteCommand(out, `add mac-address=AA:BB:CC:00:11:22 name=AA:BB:CC:00:11:22 profile=daily`)
	fmt.Fprint(out, "/ppp secret\r\n")
	refused = 1 // the profile "broken"
	for n := 1; n <= secrets; n++ {
		password, service, more := SecretPassword(n), "pppoe", ""
		switch n % 100 {
		case 5:
			service = "l2tp"
			refused++
		case 6:
			password = ""
			refused++
		case 7:
			more = " disabled=yes"
		}
		WriteCommand(out, fmt.Sprintf("add comment=%s%s name=%s password=%s profile=%s remote-address=10.20.%d.%d service=%s",
			Quoted(SecretComment(n)), more, Quoted(SecretName(n)), Quoted(password), Quoted([]string{"home-10", "office 50", "gone"}[n%3]), n/250, n%250+1, service))
	}
	fmt.Fprint(out, "/system identity\r\nset name=Kasarani\r\n")
	return refused
}

// SecretName is the log-in of the nth secret.
func SecretName(n int) string { return fmt.Sprintf("home%04d", n) }

// SecretPassword is its password, with all that is hard to quote.
func SecretPassword(n int) string { return fmt.Sprintf(`p%d "$x\ é;`, n) }

// SecretComment is its comment, longer than a line.
func SecretComment(n int) string {
	return fmt.Sprintf("Wanjirũ Mũgo no %d, 0712 %03d %03d - gate 4 behind the church", n, n/1000, n%1000)
}
