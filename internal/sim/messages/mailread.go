package messages

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// File is what came with an e-mail. ID is by what its text names it.
type File struct {
	Name, Type, ID string
	Bytes          []byte
}

// once are headers that a message has, and not twice (RFC 5322 §3.6).
var once = []string{"From", "To", "Date", "Subject", "Message-Id"}

func (s *Server) takeMail(from string, to []string, raw []byte) error {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for _, name := range once {
		if len(m.Header[name]) != 1 {
			return fmt.Errorf("%d times %s", len(m.Header[name]), name)
		}
	}
	if len(m.Header["Bcc"])+len(m.Header["Cc"]) > 0 {
		return fmt.Errorf("copies")
	}
	item := Item{Kind: "email", From: from, ID: m.Header.Get("Message-ID"), Header: m.Header}
	if item.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return err
	}
	if err := item.read(textproto.MIMEHeader(m.Header), m.Body); err != nil {
		return err
	}
	item.Text = strings.TrimSpace(item.Text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	for _, one := range to {
		item.To = one
		s.put(item)
	}
	return nil
}

// read takes a part of a message, with the parts in it.
func (i *Item) read(header textproto.MIMEHeader, body io.Reader) error {
	kind, about, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, about["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := i.read(p.Header, p); err != nil {
				return err
			}
		}
	}
	encoding := strings.ToLower(header.Get("Content-Transfer-Encoding"))
	content, err := io.ReadAll(decoder(encoding, body))
	if err != nil {
		return fmt.Errorf("%s: %w", encoding, err)
	}
	how, named, _ := mime.ParseMediaType(header.Get("Content-Disposition"))
	switch {
	case how == "attachment" || how == "inline":
		i.Files = append(i.Files, File{Name: named["filename"], Type: kind, ID: strings.Trim(header.Get("Content-ID"), "<>"), Bytes: content})
	case kind == "text/html":
		i.HTML = string(content)
	default:
		i.Text += string(content)
	}
	return nil
}

func decoder(encoding string, body io.Reader) io.Reader {
	switch encoding {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}
