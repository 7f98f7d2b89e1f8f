package app

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"

	"mtandao/internal/fault"
	"mtandao/radius"
	"mtandao/radius/routers"
)

// doors are the sockets of serve: opened before the database is looked for, and kept until it is asked to stop. Whichever way it serves meanwhile has handles of its
// own of the same sockets, so that nobody is refused while it changes from one way to the other: what comes waits in the kernel.
type doors struct {
	plain, tls *net.TCPListener // tls is nil without a certificate
	radius     []*net.UDPConn   // authentication, accounting
}

func openDoors(c Config) (*doors, error) {
	d := &doors{}
	err := d.open(c)
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *doors) open(c Config) (err error) {
	if d.plain, err = openDoor("MTANDAO_HTTP", c.HTTP); err != nil {
		return err
	}
	if c.hasTLS() {
		if d.tls, err = openDoor("MTANDAO_HTTPS", c.HTTPS); err != nil {
			return err
		}
	}
	if d.radius, err = radius.Open(c.RadiusAuth, c.RadiusAcct); err != nil {
		err = radiusTaken(c, err)
	}
	return err
}

func openDoor(setting, address string) (*net.TCPListener, error) {
	l, err := listenTCP(setting, address)
	if err != nil {
		return nil, err
	}
	return l.(*net.TCPListener), nil
}

// radiusTaken says which settings name ports that cannot be opened.
func radiusTaken(c Config, err error) error {
	return named("MTANDAO_RADIUS_AUTH, MTANDAO_RADIUS_ACCT", fault.Wrap(fault.Unavailable, "config.port_taken", err, "Address", c.RadiusAuth+" or "+c.RadiusAcct))
}

func (d *doors) close() {
	for _, l := range []*net.TCPListener{d.plain, d.tls} {
		if l != nil {
			_ = l.Close() // serve is over
		}
	}
	for _, conn := range d.radius {
		_ = conn.Close()
	}
}

// listeners are handles of the portal's sockets; closing them closes no door.
func (d *doors) listeners() (l listeners, err error) {
	if l.plain, err = handle(d.plain, net.FileListener); err == nil && d.tls != nil {
		l.tls, err = handle(d.tls, net.FileListener)
	}
	return l, err
}

// packets are handles of the sockets of RADIUS.
func (d *doors) packets() (all []*net.UDPConn, err error) {
	for _, door := range d.radius {
		conn, err := handle(door, net.FilePacketConn)
		if err != nil {
			for _, c := range all {
				err = errors.Join(err, c.Close())
			}
			return nil, err
		}
		all = append(all, conn.(*net.UDPConn))
	}
	return all, nil
}

// handle is another handle of a socket.
func handle[T io.Closer](door interface{ File() (*os.File, error) }, open func(*os.File) (T, error)) (own T, err error) {
	file, err := door.File()
	if err != nil {
		return own, err
	}
	own, err = open(file)
	return own, errors.Join(err, file.Close())
}

// openRadius wires what answers routers, on the doors' sockets where there are doors.
func (m *Main) openRadius(inside radius.Tunnel, all []routers.Dialect) (err error) {
	var given []*net.UDPConn
	if m.doors != nil {
		if given, err = m.doors.packets(); err != nil {
			return err
		}
	}
	m.Radius = radius.New(radius.Options{DB: m.DB, Tunnel: inside, Pools: m.Pools, Pause: m.Pause, Jobs: m.Jobs, Access: m.Access, Routers: m.Routers, Dialects: all, CoA: m.sender,
		Spool: m.radiusSpool(), Keys: m.Keys, Clock: m.Plan, Zone: m.Sites.Location, Log: m.Log, Metrics: m.Metrics, Node: m.holder, Keep: m.keep,
		AuthAddress: m.Config.RadiusAuth, AcctAddress: m.Config.RadiusAcct, Sockets: given})
	if err := m.Radius.Listen(); err != nil {
		return radiusTaken(m.Config, err)
	}
	return nil
}

// RadiusAddresses are where RADIUS listens.
func (m *Main) RadiusAddresses() (auth, acct netip.AddrPort) { return m.Radius.Addresses() }
