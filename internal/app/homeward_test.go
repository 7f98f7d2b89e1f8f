package app

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"

	"mtandao/internal/clock"
	"mtandao/internal/sim/router"
	"mtandao/radius/routers"
)

const (
	homewardChild     = "MTANDAO_HOMEWARD_CHILD"
	homewardSite      = "MTANDAO_HOMEWARD_SITE" // set for the part of the test that runs as the server
	homewardInterface = "wg-home"
)

// homewardOrder is what the router behind NAT is told: what a set-up script would have put into a real one.
type homewardOrder struct {
	Private, Server string // keys in hexadecimal
	Endpoint        string
	Inner           string
	Secret          string
	User, Password  string // of the API
}

// runHomeward is a router in a namespace of its own: an interface of WireGuard, and the simulated RouterOS on its address.
// It obeys lines, and answers each with one: join MAC, login MAC NAME SECRET, online MAC.
func runHomeward(text string) error {
	var order homewardOrder
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return err
	}
	wg, err := order.raise()
	if err != nil {
		return err
	}
	defer wg.Close()
	inner := netip.MustParseAddr(order.Inner)
	server := routers.TunnelServer.String()
	r := router.New(router.Options{Name: "homeward", Clock: clock.System(), AuthServer: server + ":1812", AcctServer: server + ":1813",
		Secret: order.Secret, Source: inner, HTTP: "127.0.0.1:0", CoA: order.Inner + ":3799", API: order.Inner + ":8728",
		APIUser: order.User, APIPassword: order.Password})
	if err := r.Start(context.Background()); err != nil {
		return err
	}
	defer r.Close()
	fmt.Println("ready")
	devices := map[string]router.Device{}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(homewardAnswer(r, devices, strings.Fields(lines.Text())))
	}
	return nil
}

// raise brings up the interface, as /interface/wireguard does on a router.
func (o homewardOrder) raise() (*device.Device, error) {
	face, err := tun.CreateTUN(homewardInterface, 1420)
	if err != nil {
		return nil, err
	}
	d := device.NewDevice(face, conn.NewDefaultBind(), device.NewLogger(device.LogLevelSilent, ""))
	err = d.IpcSet(fmt.Sprintf("private_key=%s\npublic_key=%s\nendpoint=%s\nallowed_ip=%s/32\npersistent_keepalive_interval=25\n",
		o.Private, o.Server, o.Endpoint, routers.TunnelServer))
	for _, step := range []string{
		"link set lo up", "address add " + o.Inner + "/32 dev " + homewardInterface, "link set " + homewardInterface + " up",
		"route add " + routers.TunnelServer.String() + "/32 dev " + homewardInterface + " src " + o.Inner,
	} {
		err = errors.Join(err, run("ip", strings.Fields(step)...))
	}
	return d, errors.Join(err, d.Up())
}

func homewardAnswer(r *router.Router, devices map[string]router.Device, words []string) string {
	mac := words[1]
	switch words[0] {
	case "join":
		d, err := r.Join(mac)
		devices[mac] = d
		return fmt.Sprint(d.IP(), " ", err)
	case "login":
		_, _, err := fetch(r.URL() + "/d/" + devices[mac].MAC() + "/login?" + url.Values{"username": {words[2]}, "password": {words[3]}}.Encode())
		return fmt.Sprint(err)
	}
	return fmt.Sprint(devices[mac].Online())
}

// homeward is that router as the parent sees it.
type homeward struct {
	*testing.T
	input io.WriteCloser
	lines *bufio.Scanner
}

func startHomeward(t *testing.T, namespace string, order homewardOrder) *homeward {
	t.Helper()
	text, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.Command("ip", "netns", "exec", namespace, self)
	process.Env = append(os.Environ(), homewardChild+"="+string(text))
	process.Stderr = os.Stderr
	h := &homeward{T: t}
	if h.input, err = process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	h.lines = bufio.NewScanner(output)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.input.Close()
		if err := process.Wait(); err != nil {
			t.Error("the router behind NAT:", err)
		}
	})
	if got := h.next(); got != "ready" {
		t.Fatalf("the router behind NAT does not start: %q", got)
	}
	return h
}

func (h *homeward) next() string {
	h.Helper()
	if !h.lines.Scan() {
		h.Fatal("the router behind NAT is gone")
	}
	return h.lines.Text()
}

func (h *homeward) tell(words ...string) string {
	h.Helper()
	if _, err := fmt.Fprintln(h.input, strings.Join(words, " ")); err != nil {
		h.Fatal(err)
	}
	return h.next()
}

// natSite are three namespaces, so that no address of the machine is touched: our server, a carrier's NAT, and behind it
// a router with a private address.
type natSite struct{ server, carrier, router string }

func siteNamed(tag string) natSite {
	return natSite{server: tag + "-server", carrier: tag + "-carrier", router: tag + "-router"}
}

const (
	ourAddress      = "192.0.2.1"
	carrierAddress  = "192.0.2.2"
	carrierAddress2 = "192.0.2.3"
	behindNAT       = "100.64.9.2"
)

// buildSite makes the namespaces, and takes them down with the test. Needs root, as a kernel does that is to be changed.
func buildSite(t *testing.T) natSite {
	t.Helper()
	tag := fmt.Sprintf("mt%d", os.Getpid()%100000)
	s := siteNamed(tag)
	all := []string{s.server, s.carrier, s.router}
	t.Cleanup(func() {
		for _, namespace := range all {
			_ = run("ip", "netns", "delete", namespace)
		}
	})
	for _, namespace := range all {
		if err := errors.Join(run("ip", "netns", "add", namespace), run("ip", "-n", namespace, "link", "set", "lo", "up")); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []string{
		"ip -n " + s.server + " link add wide type veth peer name outer netns " + s.carrier,
		"ip -n " + s.carrier + " link add inner type veth peer name wan netns " + s.router,
		"ip -n " + s.server + " address add " + ourAddress + "/24 dev wide", "ip -n " + s.server + " link set wide up",
		"ip -n " + s.carrier + " address add " + carrierAddress + "/24 dev outer", "ip -n " + s.carrier + " link set outer up",
		"ip -n " + s.carrier + " address add 100.64.9.1/24 dev inner", "ip -n " + s.carrier + " link set inner up",
		"ip -n " + s.router + " address add " + behindNAT + "/24 dev wan", "ip -n " + s.router + " link set wan up",
		"ip -n " + s.router + " route add default via 100.64.9.1",
		"ip netns exec " + s.carrier + " sh -c echo${IFS}1>/proc/sys/net/ipv4/ip_forward",
		"ip netns exec " + s.carrier + " nft add table ip nat",
		"ip netns exec " + s.carrier + " nft add chain ip nat out { type nat hook postrouting priority 100 ; }",
		"ip netns exec " + s.carrier + " nft add rule ip nat out oifname outer masquerade random",
	} {
		words := strings.Fields(step)
		if err := run(words[0], words[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// playAsServer runs this test again in the server's namespace.
func (s natSite) playAsServer(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tag, _, _ := strings.Cut(s.server, "-")
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	play := exec.CommandContext(ctx, "ip", "netns", "exec", s.server, self, "-test.v", "-test.run", "^"+t.Name()+"$")
	play.Env = append(os.Environ(), homewardSite+"="+tag)
	if out, err := play.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

// move gives the carrier's NAT another address outside; it forgets what it had mapped, as carriers do.
func (s natSite) move(t *testing.T) {
	t.Helper()
	for _, step := range []string{"add " + carrierAddress2 + "/24", "delete " + carrierAddress + "/24", "replace " + carrierAddress2 + "/24"} {
		if err := run("ip", append([]string{"-n", s.carrier, "address"}, strings.Fields(step+" dev outer")...)...); err != nil {
			t.Fatal(err)
		}
	}
}

func run(program string, words ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, words...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, strings.Join(words, " "), err, out)
	}
	return nil
}

// radclient asks from the router's namespace, and returns what it printed.
func (s natSite) radclient(t *testing.T, port, kind, secret string, attributes ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, "ip", "netns", "exec", s.router, "radclient", "-x", "-r", "1", "-t", "3",
		routers.TunnelServer.String()+":"+port, kind, secret)
	command.Stdin = strings.NewReader(strings.Join(attributes, "\n") + "\n")
	out, _ := command.CombinedOutput() // it fails when there is no answer; what it says is what counts
	return string(out)
}

func hexKey(k [32]byte) string { return hex.EncodeToString(k[:]) }
