package router

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// apiVersion answers !empty (7.18) and drops replies without Message-Authenticator (7.15).
const apiVersion = "7.19.4 (stable)"

type apiCommand func(ctx context.Context, r *Router, c command) ([]row, *trap)

var apiCommands = map[string]apiCommand{
	"/system/resource/print":    printResource,
	"/system/identity/print":    printIdentity,
	"/ip/hotspot/active/print":  printActive,
	"/ip/hotspot/active/login":  loginActive,
	"/ip/hotspot/active/remove": removeActive,
	"/ip/hotspot/host/print":    printHosts,
	"/ip/hotspot/host/remove":   removeHosts,
	"/radius/print":             printRadius,
	"/ppp/active/print":         homesOnline,
	"/ppp/active/remove":        removeActive,
}

// slowCommands wait for the RADIUS server.
var slowCommands = map[string]bool{"/ip/hotspot/active/login": true}

func isPrint(path string) bool { return strings.HasSuffix(path, "/print") }

func printResource(_ context.Context, r *Router, _ command) ([]row, *trap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	up := r.options.Clock.Now().Sub(r.bootedAt)
	return []row{{{"uptime", span(up)}, {"version", r.options.Configuration.version()}, {"free-memory", "201326592"}, {"total-memory", "268435456"},
		{"cpu", "ARM64"}, {"cpu-count", "4"}, {"cpu-load", "3"}, {"architecture-name", "arm64"}, {"board-name", "Simulated"},
		{"platform", "MikroTik"}}}, nil
}

func printIdentity(_ context.Context, r *Router, _ command) ([]row, *trap) {
	return []row{{{"name", r.options.Name}}}, nil
}

func printRadius(_ context.Context, r *Router, _ command) ([]row, *trap) {
	host, port, _ := strings.Cut(r.options.AuthServer, ":")
	_, acct, _ := strings.Cut(r.options.AcctServer, ":")
	return []row{{{".id", "*1"}, {"service", "hotspot"}, {"address", host}, {"authentication-port", port},
		{"accounting-port", acct}, {"timeout", span(r.options.Timeout)}, {"src-address", r.options.Source.String()},
		{"require-message-auth", "yes-for-request-resp"}, {"disabled", "false"}}}, nil
}

func printActive(_ context.Context, r *Router, _ command) (rows []row, _ *trap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	for _, s := range r.sessions {
		if !s.over && s.phone.home == nil {
			rows = append(rows, activeRow(r, s))
		}
	}
	return rows, nil
}

func activeRow(r *Router, s *session) row {
	record := s.record()
	printed := row{{".id", itemID(s.number)}, {"server", r.options.Server}, {"user", s.user}, {"address", s.phone.ip.String()},
		{"mac-address", colons(s.phone.mac)}, {"login-by", loginBy(s.by)}, {"uptime", span(record.Time)},
		{"idle-time", span(s.at.Sub(s.active))}}
	if record.Timed {
		printed = append(printed, field{"session-time-left", span(record.Left)})
	}
	printed = append(printed, field{"bytes-in", strconv.FormatInt(s.up, 10)}, field{"bytes-out", strconv.FormatInt(s.down, 10)})
	if record.Capped {
		printed = append(printed, field{"limit-bytes-total", strconv.FormatInt(s.limits.total, 10)})
	}
	return append(printed, field{"radius", "true"})
}

// loginBy: what the API logged in shows as admin.
func loginBy(by string) string {
	if by == "api" {
		return "admin"
	}
	return by
}

func printHosts(_ context.Context, r *Router, _ command) (rows []row, _ *trap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	now := r.options.Clock.Now()
	for _, p := range r.hosts() {
		rows = append(rows, row{{".id", itemID(p.number)}, {"mac-address", colons(p.mac)}, {"address", p.ip.String()},
			{"to-address", p.ip.String()}, {"server", r.options.Server}, {"uptime", span(now.Sub(p.since))},
			{"found-by", "DHCP"}, {"authorized", strconv.FormatBool(p.session != nil)}, {"bypassed", "false"}})
	}
	return rows, nil
}

// loginActive puts a host on line by a RADIUS round trip; the host must exist.
func loginActive(ctx context.Context, r *Router, c command) ([]row, *trap) {
	ip := c.attributes["ip"]
	r.mu.Lock()
	host := r.byAddress(ip)
	r.mu.Unlock()
	if host == nil {
		return nil, &trap{trapMissing, "unknown host IP " + ip}
	}
	if given, ok := c.attributes["mac-address"]; ok {
		if mac, valid := parseMAC(given); !valid || mac != host.mac {
			return nil, &trap{trapMissing, fmt.Sprintf("unknown host IP %s MAC %s", ip, given)}
		}
	}
	err := r.logIn(ctx, host.mac, credentials{user: c.attributes["user"], password: c.attributes["password"], by: "api"})
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(err, errUnknownHost):
		return nil, &trap{trapMissing, "unknown host IP " + ip}
	case errors.Is(err, context.Canceled):
		return nil, &trap{trapInterrupted, "interrupted"}
	}
	return nil, &trap{trapGeneral, err.Error()}
}

func removeActive(_ context.Context, r *Router, c command) ([]row, *trap) {
	return nil, r.each(c, func(id string) bool {
		for _, s := range r.sessions {
			if !s.over && itemID(s.number) == id {
				r.stopSession(s, AdminReset)
				return true
			}
		}
		return false
	})
}

// removeHosts ends the host's session too; the phone's next packet makes a new host.
func removeHosts(_ context.Context, r *Router, c command) ([]row, *trap) {
	return nil, r.each(c, func(id string) bool {
		for _, p := range r.phones {
			if !p.host || itemID(p.number) != id {
				continue
			}
			if p.session != nil {
				r.stopSession(p.session, AdminReset)
			}
			p.host = false
			return true
		}
		return false
	})
}

// each runs remove for every id of .id= or numbers=.
func (r *Router) each(c command, remove func(id string) bool) *trap {
	ids := c.attributes[".id"]
	if ids == "" {
		ids = c.attributes["numbers"]
	}
	if ids == "" {
		return &trap{trapMissing, "missing =.id="}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	for _, id := range strings.Split(ids, ",") {
		if !remove(id) {
			return &trap{trapMissing, "no such item"}
		}
	}
	return nil
}

func itemID(n uint32) string { return fmt.Sprintf("*%X", n) }

// span prints a duration as RouterOS does: 1w2d3h4m5s.
func span(d time.Duration) string {
	seconds := int64(d / time.Second)
	if seconds == 0 {
		return "0s"
	}
	text := ""
	for _, unit := range []struct {
		name string
		size int64
	}{{"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / unit.size; n > 0 {
			text += strconv.FormatInt(n, 10) + unit.name
			seconds %= unit.size
		}
	}
	return text
}
