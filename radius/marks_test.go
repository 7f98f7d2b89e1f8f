package radius

import (
	"net/netip"
	"testing"
	"time"
)

// TestACopyOfWhatWaitsTakesNoPlace: a router that sends the same again and again has one place in the queue; another packet, and
// the same from another port, have their own, and what was taken from the queue may come again.
func TestACopyOfWhatWaitsTakesNoPlace(t *testing.T) {
	k, err := listen(acctPort, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	repeats := make(chan bool, 100)
	k.repeated = func() { repeats <- true }
	taken, hold := make(chan byte, 100), make(chan bool)
	first, second := newClient(t, k.address()), newClient(t, k.address())
	for range workersPerSocket { // keep the workers busy, so that the rest waits
		k.queue <- datagram{buffer: new([maxDatagram]byte)}
	}
	k.start(func(_ *socket, d datagram) {
		if d.length == 0 {
			<-hold
			return
		}
		taken <- d.buffer[0]
	}, func(netip.AddrPort) { t.Error("the queue is full") })
	send := func(c *client, octet byte) {
		if _, err := c.conn.WriteToUDPAddrPort([]byte{octet, 2, 3}, c.to); err != nil {
			t.Error(err)
		}
	}
	for range 10 {
		send(first, 1)
	}
	for range 9 {
		waitFor(t, repeats)
	}
	send(first, 2)
	send(second, 1)
	for len(k.queue) < 3 {
		time.Sleep(time.Millisecond)
	}
	close(hold)
	got := map[byte]int{}
	for range 3 {
		got[waitFor(t, taken)]++
	}
	if got[1] != 2 || got[2] != 1 || len(repeats) != 0 {
		t.Errorf("taken %v, %d more repeats", got, len(repeats))
	}
	send(first, 1)
	if waitFor(t, taken) != 1 {
		t.Error("it may not come again")
	}
	k.stop()
}

func waitFor[T any](t *testing.T, c chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}
