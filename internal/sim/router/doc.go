// Package router is a simulated hotspot router for demos, sandboxes and tests.
//
// It owns a whole access gateway in one process: RADIUS client, CoA and Disconnect server, RouterOS API, the hotspot's web
// pages, the phones behind it and the traffic they make. It shares no protocol code with the real clients, so that a
// mistake in one shows as a disagreement with the other.
//
// A Configuration is the device's tree of menus, of RouterOS 6 or 7, without a running router: it runs the scripts that
// /import runs, and serves the API of a router that is given it. It knows the part of the script language and of the menus
// that set-up scripts use, and refuses the rest as a real router refuses a word that it does not know.
//
// It does not own the truth about grants: it enforces what the RADIUS server told it, as reference/mikrotik.md and
// reference/other-nas.md say that routers do.
//
// Two clocks. What people live through (session time, idle time, interims, traffic, Acct-Delay-Time) runs on the plan clock,
// which may be faster than real. Time-outs of the protocol (3 s, 3 transmissions of the same octets, 9 of MikroTik's accounting) are real.
//
// # Phones and addresses
//
// A browser is told apart by its path: /d/{mac}/... is what the phone with that MAC (12 lower-case hex digits) asks for. The
// first request of an unknown MAC joins it. CoovaChilli's log-in address cannot carry a path, so /logon, /logoff and
// /json/status also find the phone by a cookie set at the redirect, and without one take the phone redirected last.
//
// # What the captive redirect carries
//
// MikroTik: the portal URL with the variables that our generated login.html sends, exactly these:
//
//	mac    AA:BB:CC:DD:EE:FF
//	ip     the phone's address
//	login  $(link-login-only): where username and password (and dst) go by GET
//	orig   $(link-orig): what the person wanted to see
//	err    $(error) of the log-in that failed, or empty
//	cid    $(chap-id) as RouterOS prints it: one byte as \ooo; empty when CHAP is off
//	chal   $(chap-challenge): each of 16 bytes as \ooo; empty when CHAP is off
//	in     yes when the phone is logged in, else no
//
// CoovaChilli: res, uamip, uamport, challenge, called, mac, ip, nasid, sessionid, userurl and, last, md: the upper-case hex MD5
// of the whole URL before "&md=" followed by the UAM secret.
//
// # Invariants
//
//   - Counters and times are exact to the millisecond of the plan clock: a limit reached between two ticks is reported as of the
//     instant it was reached, and the lateness goes into Acct-Delay-Time.
//   - Session-Timeout and byte limits count from the start of the session, also when a CoA brings them.
//   - A CoA on MikroTik changes what it names (Mikrotik-Total-Limit included, which the manual does not list); on CoovaChilli
//     it replaces the whole set.
//   - A reboot is a power cut: sessions and unanswered accounting vanish, and no Stop is ever sent for them.
//   - One ticker loop drives all sessions; goroutines are bounded by listeners, API connections and four log-in workers.
package router
