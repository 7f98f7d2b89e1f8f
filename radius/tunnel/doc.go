// Package tunnel is the WireGuard tunnel through which routers behind NAT call home, ended inside the program.
//
// It owns our keys and their rotation (key, keystore), the UDP port (door), the WireGuard devices and the network stack behind
// them (lane, hub), and that the devices' peers follow the routers (service, peers). What the rest of the program gets is
// in sockets: a packet socket, a dialler and a ping inside the tunnel. It does not own which router has which address and
// key (radius/routers), what is said through the tunnel (radius, radius/mikrotik) or the router's side of it.
//
// Nothing here needs root or an interface: WireGuard and the stack are libraries in this process. The stack, gvisor.dev/gvisor,
// comes with WireGuard's; it is named in go.mod because WireGuard's own wrapper of it has no ping and no raw way in, and at
// the version that WireGuard is built with. Routers cannot reach
// each other through it: the stack forwards nothing.
//
// Each of our keys has a lane: a WireGuard device of its own, fed from the one UDP port and writing to the one stack. A
// rotation opens a second lane; both answer until every router has been seen on the new one, then the old key is deleted.
//
// Invariants: a packet's inner source address is the address of the router whose key it came under, or it is dropped; a
// change of one router's keys disturbs no other router; what is sent to a router that has not been heard for three minutes
// is dropped here, so that packets do not pile up for the dead; private and preshared keys are sealed in the database.
package tunnel
