package app

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/load"
)

type loadCommand struct {
	Auth     string        `default:"127.0.0.1:1812" help:"UDP address of RADIUS authentication."`
	Acct     string        `default:"127.0.0.1:1813" help:"UDP address of RADIUS accounting."`
	From     []string      `help:"Source addresses, by turns: those of routers that the server knows."`
	Secret   string        `required:"" help:"The routers' shared secret."`
	Mode     string        `default:"pap" enum:"pap,chap,mschapv2,acct" help:"How people log in, or accounting: pap, chap, mschapv2, acct."`
	People   string        `type:"path" help:"CSV file of name,password,MAC lines; each MAC has to be a device of that log-in, or free to become one."`
	InFlight int           `default:"64" help:"Requests at once."`
	For      time.Duration `default:"10s" help:"How long."`
	Interims int           `default:"8" help:"Reports of a session between its Start and its Stop."`
	JSON     bool          `help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (loadCommand) Help() string {
	return "Asks a RADIUS server as many routers do, checks each answer, and says how many came a second and how soon. Accounting logs everybody\n" +
		"in first, and then tells the sessions of all by turns. Against a server in use it disturbs people, and what it accounts is theirs.\n" +
		"mtandao ceiling is what this machine could do at most: compare only what was measured side by side.\n\n" +
		"Example: mtandao load --people people.csv --secret a-secret-of-the-routers --mode pap"
}

// measured is what load says.
type measured struct {
	Mode      string  `json:"mode"`
	PerSecond float64 `json:"per_second"`
	P50us     int64   `json:"p50_us"`
	P99us     int64   `json:"p99_us"`
	Replied   int64   `json:"replied"`
	Wrong     int64   `json:"wrong"`
	Lost      int64   `json:"lost"`
	Resent    int64   `json:"resent"`
}

// Run measures; fault.Conflict "load.wrong" when an answer was wrong or none came.
func (cmd *loadCommand) Run(c *console) error {
	o, err := cmd.options()
	if err != nil {
		return err
	}
	if cmd.Mode == load.Accounting {
		if o, err = cmd.learn(c, o); err != nil {
			return err
		}
	}
	if cmd.Mode == load.MSCHAP {
		o.Logins = load.Prepared(o.Logins)
	}
	r, err := load.Run(c, o)
	if err != nil {
		return err
	}
	m := measured{cmd.Mode, r.PerSecond(), r.Quantile(0.5).Microseconds(), r.Quantile(0.99).Microseconds(), r.Replied, r.Wrong, r.Lost, r.Resent}
	if cmd.JSON {
		err = c.printJSON(m)
	} else {
		c.printf("%s: %.0f answers a second, half within %d µs, 99 %% within %d µs; %d answers, %d wrong, %d never came, %d asked again\n",
			m.Mode, m.PerSecond, m.P50us, m.P99us, m.Replied, m.Wrong, m.Lost, m.Resent)
	}
	if r.Wrong+r.Lost > 0 || r.Replied == 0 {
		return errors.Join(err, fault.Wrap(fault.Conflict, "load.wrong", r.Fault, "Wrong", r.Wrong, "Lost", r.Lost))
	}
	return err
}

func (cmd *loadCommand) options() (o load.Options, err error) {
	o = load.Options{Mode: cmd.Mode, Secret: cmd.Secret, InFlight: cmd.InFlight, For: cmd.For, Interims: cmd.Interims, Epoch: fmt.Sprintf("%x-", os.Getpid())}
	address := cmd.Auth
	if cmd.Mode == load.Accounting {
		address = cmd.Acct
	}
	if o.To, err = netip.ParseAddrPort(address); err != nil {
		return o, fault.Wrap(fault.Invalid, "load.address", err, "Address", address)
	}
	for _, from := range cmd.From {
		a, err := netip.ParseAddr(from)
		if err != nil {
			return o, fault.Wrap(fault.Invalid, "load.address", err, "Address", from)
		}
		o.From = append(o.From, a)
	}
	o.Logins, err = readPeople(cmd.People)
	return o, err
}

func readPeople(path string) ([]load.Login, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, "load.people", err, "Path", path)
	}
	defer f.Close()
	all, err := parsePeople(f)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "load.people", err, "Path", path)
	}
	return all, nil
}

var errPeople = errors.New("a line is not name, password, MAC")

// parsePeople reads a name, a password and a MAC address a line.
func parsePeople(r io.Reader) (all []load.Login, err error) {
	for lines := csv.NewReader(r); ; {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) && len(all) > 0 {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if len(line) != 3 {
			return nil, errPeople
		}
		all = append(all, load.Login{Name: line[0], Password: line[1], MAC: line[2]})
	}
}

// learn logs everybody in once: accounting carries the Class of each.
func (cmd *loadCommand) learn(ctx context.Context, o load.Options) (load.Options, error) {
	to, err := netip.ParseAddrPort(cmd.Auth)
	if err != nil {
		return o, fault.Wrap(fault.Invalid, "load.address", err, "Address", cmd.Auth)
	}
	first := o
	first.Mode, first.To, first.Count, first.Learn, first.For = load.PAP, to, int64(len(o.Logins)), true, time.Hour
	r, err := load.Run(ctx, first)
	if err == nil && r.Wrong+r.Lost > 0 {
		err = fault.Wrap(fault.Conflict, "load.wrong", r.Fault, "Wrong", r.Wrong, "Lost", r.Lost)
	}
	return o, err
}

type ceilingCommand struct {
	Listen string `default:"127.0.0.1:18120" help:"UDP address; every request there is accepted."`
	Secret string `required:"" help:"The shared secret."`
}

// Help implements kong.HelpProvider.
func (ceilingCommand) Help() string {
	return "Accepts everybody and acknowledges everything: what this machine and mtandao load can do at most, without people, database or disk.\n\n" +
		"Example: mtandao ceiling --secret a-secret-of-the-routers"
}

// Run answers until the program is asked to stop.
func (cmd *ceilingCommand) Run(c *console) error {
	to, err := netip.ParseAddrPort(cmd.Listen)
	if err != nil || !to.Addr().IsLoopback() {
		return fault.Wrap(fault.Invalid, "load.loopback", err, "Address", cmd.Listen)
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(to))
	if err != nil {
		return fault.Wrap(fault.Unavailable, "config.port_taken", err, "Address", cmd.Listen)
	}
	defer conn.Close()
	c.printf("accepts everybody at %s\n", conn.LocalAddr())
	return load.Ceiling(c, conn, cmd.Secret)
}
