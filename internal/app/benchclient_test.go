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
	"net/url"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
)

// benchClient is a socket of a router with one request in flight.
type benchClient struct {
	conn       *net.UDPConn
	identifier byte
	buffer     [4096]byte
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
