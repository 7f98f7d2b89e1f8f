package app

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/rfc2869"
)

// benchClient is a socket of a router with one request in flight.
type benchClient struct {
	conn       *net.UDPConn
	identifier byte
	buffer     [4096]byte
}

func (w *benchWorld) client(b *testing.B, worker int, to netip.AddrPort) *benchClient {
	from := net.UDPAddrFromAddrPort(netip.AddrPortFrom(benchSource(worker%benchRouters), 0))
	conn, err := net.DialUDP("udp", from, net.UDPAddrFromAddrPort(to))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return &benchClient{conn: conn}
}

// ask sends a request once and checks that the reply is one to it and is of the code wanted.
func (c *benchClient) ask(request *codec.Packet, want codec.Code) (*codec.Packet, error) {
	c.identifier++
	request.Identifier = c.identifier
	wire, err := request.Encode()
	if err != nil {
		return nil, err
	}
	if request.Code == codec.CodeAccessRequest {
		h := hmac.New(md5.New, request.Secret)
		h.Write(wire)
		h.Sum(wire[22:22]) // Message-Authenticator comes first
	}
	if _, err := c.conn.Write(wire); err != nil {
		return nil, err
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := c.conn.Read(c.buffer[:])
	if err != nil {
		return nil, err
	}
	if !codec.IsAuthenticResponse(c.buffer[:n], wire, request.Secret) {
		return nil, errors.New("a reply that is not authentic")
	}
	reply, err := codec.Parse(c.buffer[:n], request.Secret)
	if err == nil && reply.Code != want {
		err = fmt.Errorf("got %v: %s", reply.Code, rfc2865.ReplyMessage_GetString(reply))
	}
	return reply, err
}

func (w *benchWorld) logIn(c *benchClient, grant int64, name, password string) (*codec.Packet, error) {
	p := codec.New(codec.CodeAccessRequest, []byte(benchSecret))
	p.Add(rfc2869.MessageAuthenticator_Type, make([]byte, 16))
	err := errors.Join(rfc2865.UserName_SetString(p, name), rfc2865.UserPassword_SetString(p, password),
		rfc2865.CallingStationID_SetString(p, benchMAC(grant).Colons()), rfc2865.CalledStationID_SetString(p, "hotspot1"),
		rfc2865.FramedIPAddress_Set(p, net.IPv4(10, 5, 0, 9)), rfc2865.NASPortType_Set(p, rfc2865.NASPortType_Value_Wireless80211))
	if err != nil {
		return nil, err
	}
	return c.ask(p, codec.CodeAccessAccept)
}

func (w *benchWorld) byMAC(c *benchClient, grant int64) error {
	_, err := w.logIn(c, grant, benchMAC(grant).Colons(), "")
	return err
}

func (w *benchWorld) byCode(c *benchClient, grant int64) error {
	_, err := w.logIn(c, grant, w.codes[grant], w.codes[grant])
	return err
}

// benchClass is what an accounting record needs of the log-in before it.
type benchClass struct {
	grant int64
	class []byte
}

// logInAll logs in whom the accounting is about.
func (w *benchWorld) logInAll(c *benchClient) (all []benchClass, err error) {
	for grant := range int64(benchWorkers * benchDevices) {
		reply, err := w.logIn(c, grant, w.codes[grant], w.codes[grant])
		if err != nil {
			return nil, err
		}
		all = append(all, benchClass{grant, rfc2865.Class_Get(reply)})
	}
	return all, nil
}

// teller tells the story of a device's sessions: begun, three times on the way, ended, and from the beginning.
type teller struct {
	benchClass
	world *benchWorld
	id    string
	step  uint32
}

func (w *benchWorld) tellers(b *testing.B, worker int) []*teller {
	classes, err := w.classes()
	if err != nil {
		b.Fatal(err)
	}
	var all []*teller
	for _, class := range classes[worker*benchDevices:][:benchDevices] {
		all = append(all, &teller{benchClass: class, world: w})
	}
	return all
}

const lastStep = 4

var stepStatus = [lastStep + 1]rfc2866.AcctStatusType{rfc2866.AcctStatusType_Value_Start, rfc2866.AcctStatusType_Value_InterimUpdate,
	rfc2866.AcctStatusType_Value_InterimUpdate, rfc2866.AcctStatusType_Value_InterimUpdate, rfc2866.AcctStatusType_Value_Stop}

func (t *teller) tell(c *benchClient) error {
	if t.step == 0 {
		t.id = fmt.Sprintf("8%07x", t.world.sessions.Add(1))
	}
	p := codec.New(codec.CodeAccountingRequest, []byte(benchSecret))
	err := errors.Join(rfc2866.AcctStatusType_Set(p, stepStatus[t.step]), rfc2866.AcctSessionID_SetString(p, t.id),
		rfc2865.UserName_SetString(p, t.world.codes[t.grant]), rfc2865.CallingStationID_SetString(p, benchMAC(t.grant).Colons()),
		rfc2865.FramedIPAddress_Set(p, net.IPv4(10, 5, 0, 9)), rfc2865.Class_Set(p, t.class), rfc2866.AcctSessionTime_Set(p, rfc2866.AcctSessionTime(t.step)),
		rfc2866.AcctInputOctets_Set(p, rfc2866.AcctInputOctets(t.step*1000)), rfc2866.AcctOutputOctets_Set(p, rfc2866.AcctOutputOctets(t.step*20000)))
	if err != nil {
		return err
	}
	t.step = (t.step + 1) % (lastStep + 1)
	_, err = c.ask(p, codec.CodeAccountingResponse)
	return err
}

// browser opens the landing page as the router's redirect names it, on a connection of its own. The first page is read.
func (w *benchWorld) browser(b *testing.B, worker int) func(mac string) error {
	transport := &http.Transport{DisableCompression: true} // unpacking is the phone's work
	b.Cleanup(transport.CloseIdleConnections)
	client, read := &http.Client{Transport: transport, Timeout: 10 * time.Second}, false
	page := "http://" + w.HTTPAddress() + "/h/kasarani?r=" + w.routers[worker%benchRouters].Token + "&ip=10.5.0.9&login=" +
		url.QueryEscape("http://10.5.50.1/login") + "&mac="
	return func(mac string) error {
		request, err := http.NewRequest(http.MethodGet, page+url.QueryEscape(mac), nil)
		if err != nil {
			return err
		}
		request.Header.Set("Accept-Encoding", "gzip")
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err == nil && (answer.StatusCode != http.StatusOK || len(body) < 1000) {
			err = fmt.Errorf("%s and %d bytes", answer.Status, len(body))
		}
		if err == nil && !read {
			read, err = true, isPriceList(body)
		}
		return err
	}
}

func isPriceList(packed []byte) error {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	page, err := io.ReadAll(unpacked)
	if err == nil && !bytes.Contains(page, []byte("KES")) {
		err = errors.New("a page without a price")
	}
	return err
}
