package mailbox

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func raw(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

func read(s string) Mail { r := raw(s); return Read(r, int64(len(r))) }

func TestAPlainMail(t *testing.T) {
	m := read("Message-ID: <a1@example.com>\nFrom: =?ISO-8859-1?Q?Andr=E9_Kamau?= <Andre@Example.com>\nTo: help@provider.example\nSubject: =?UTF-8?B?SGFrdW5hIG10YW5kYW8g?=\n =?windows-1252?Q?=96_bado?=\n" +
		"Date: Thu, 26 Nov 2026 12:00:00 +0300\nIn-Reply-To: <b@x>\nReferences: <a@x>\n <b@x>\nContent-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nThe light is =\nred, caf=E9.\n\n\n\nThanks\n")
	want := Mail{ID: "a1@example.com", FromName: "André Kamau", From: "andre@example.com", Subject: "Hakuna mtandao – bado", Answers: []string{"b@x", "a@x"},
		At: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), Text: "The light is red, café.\n\nThanks", Digest: m.Digest}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v\nwant %+v", m, want)
	}
}

func TestWordsOfAMail(t *testing.T) {
	for name, c := range map[string]struct {
		mail, text, quoted string
		files              []File
		garbled            bool
	}{
		"plain before HTML": {mail: "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<b>html</b>\n--b\nContent-Type: text/plain; charset=utf-8\n\nplain – text\n--b--\n", text: "plain – text"},
		"HTML alone": {mail: "Content-Type: text/html; charset=windows-1252\n\n<head><title>x</title><style>p{}</style></head><p>No\ninternet<br>since <b>noon</b>&nbsp;&amp; cold\x96</p><script>alert(1)</script>" +
			"<ul><li>one<li>two</ul><a href=\"https://evil.example/x\">your bank</a><img src=http://x/y alt=cat><blockquote>earlier</blockquote>", text: "No internet\nsince noon & cold–\n- one\n- two\nyour bank (https://evil.example/x) cat", quoted: "> earlier"},
		"a picture": {mail: "Content-Type: multipart/mixed; boundary=\"=_b\"\n\npreamble\n--=_b\n\nSee it.\n--=_b\nContent-Type: image/jpeg; name=\"=?UTF-8?Q?mw=C3=A1nga.jpg?=\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\nAAEC\n--=_b--\nepilogue",
			text: "See it.", files: []File{{Name: "mwánga.jpg", Type: "image/jpeg", Size: 3, Body: []byte{0, 1, 2}}}},
		"a name of RFC 2231":  {mail: "Content-Type: application/pdf\nContent-Disposition: attachment; filename*=UTF-8''risiti%20%C3%A9.pdf\n\nx", files: []File{{Name: "risiti é.pdf", Type: "application/pdf", Size: 1, Body: []byte("x")}}},
		"base64":              {mail: "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\nSGFiYXJp\nIHlha28=\n", text: "Habari yako"},
		"base64 broken":       {mail: "Content-Transfer-Encoding: base64\n\nSGFiYXJp!!IHlha28\n", text: "Habari yako", garbled: true},
		"quoted broken":       {mail: "Content-Transfer-Encoding: quoted-printable\n\n100 = all\x01 =C3=A9 =\nyes =ZZ=\n", text: "100 = all é yes =ZZ", garbled: true},
		"unclosed":            {mail: "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: image/png\n\nxx", text: "first", files: []File{{Type: "image/png", Size: 2, Body: []byte("xx")}}, garbled: true},
		"no boundary":         {mail: "Content-Type: multipart/mixed\n\nwhat I wrote", text: "what I wrote", garbled: true},
		"another boundary":    {mail: "Content-Type: multipart/mixed; boundary=b\n\n--c\n\nwhat I wrote\n--c--", text: "--c\n\nwhat I wrote\n--c--", garbled: true},
		"unknown charset":     {mail: "Content-Type: text/plain; charset=klingon\n\nna\xefve", text: "naïve", garbled: true},
		"UTF-8 that is none":  {mail: "Content-Type: text/plain; charset=utf-8\n\nna\xefve", text: "naïve", garbled: true},
		"no charset, 8 bit":   {mail: "X: y\n\nna\xefve", text: "naïve"},
		"a type that is none": {mail: "Content-Type: ;;;\n\nstill here", text: "still here", garbled: true},
		"no colon anywhere":   {mail: "hello\nthere\n\nI am lost", text: "I am lost"},
		"hidden marks":        {mail: "X: y\n\nab\u202ecd\x00e\x07f\ufeff", text: "abcdef"},
		"Gmail's quote":       {mail: "X: y\n\nStill red.\n\nOn Thu, 26 Nov 2026 at 12:00, Provider <help@provider.example> wrote:\n\n> Is it green?\n> Tell us.\n", text: "Still red.", quoted: "> On Thu, 26 Nov 2026 at 12:00, Provider <help@provider.example> wrote:\n>\n> Is it green?\n> Tell us."},
		"a quote of two lines": {mail: "X: y\n\nNdiyo.\n\nMnamo tarehe 26 Nov 2026 saa 12:00, Mtoa huduma\n<help@provider.example> aliandika:\n> Ni kijani?\n", text: "Ndiyo.",
			quoted: "> Mnamo tarehe 26 Nov 2026 saa 12:00, Mtoa huduma\n> <help@provider.example> aliandika:\n> Ni kijani?"},
		"Outlook's quote":   {mail: "X: y\n\nDone.\n\n________________________________\nFrom: Help\nSent: Monday\n\nIs it done?", text: "Done.", quoted: "> ________________________________\n> From: Help\n> Sent: Monday\n>\n> Is it done?"},
		"answers between":   {mail: "X: y\n\n> Is it green?\nNo, red.\n> Since when?\nNoon.", text: "> Is it green?\nNo, red.\n> Since when?\nNoon."},
		"an answer under":   {mail: "X: y\n\nOn Thu, Provider wrote:\n> Is it green?\n\nNo.", text: "On Thu, Provider wrote:\n> Is it green?\n\nNo."},
		"nothing but quote": {mail: "X: y\n\n> Is it green?", text: "> Is it green?"},
	} {
		m := read("From: a@b.example\n" + c.mail)
		if m.Text != c.text || m.Quoted != c.quoted || m.Garbled != c.garbled || !reflect.DeepEqual(m.Files, c.files) {
			t.Errorf("%s: got %q, quoted %q, files %+v, garbled %v", name, m.Text, m.Quoted, m.Files, m.Garbled)
		}
	}
}

func TestWhoWrites(t *testing.T) {
	for from, want := range map[string][2]string{
		`Asha <asha@example.com>`: {"Asha", "asha@example.com"}, `"Kamau, Asha" <ASHA@example.com>`: {"Kamau, Asha", "asha@example.com"}, `asha@example.com`: {"", "asha@example.com"},
		`Asha: Kamau <asha@example.com>`: {"Asha: Kamau", "asha@example.com"}, "\"a\tb\"@x.example": {"", ""}, strings.Repeat("a", 300) + "@x.example": {"", ""}, `Asha`: {"Asha", ""}, ``: {"", ""}, `a@x.example, b@x.example`: {"", "a@x.example"}, `Ash\xe9 <asha@example.com`: {`Ash\xe9`, "asha@example.com"},
	} {
		if m := read("From: " + from + "\n\nx"); [2]string{m.FromName, m.From} != want {
			t.Errorf("%q: got %q, %q", from, m.FromName, m.From)
		}
	}
}

func TestWhatNoPersonWrote(t *testing.T) {
	for headers, want := range map[string]Automatic{
		"From: a@x.example": "", "Auto-Submitted: no": "", "X-Auto-Response-Suppress: None": "", "Auto-Submitted: auto-replied (vacation)": AutoReply, "Precedence: auto_reply": AutoReply, "X-Autoreply: yes": AutoReply,
		"X-Auto-Response-Suppress: All": AutoReply, "Precedence: bulk": Bulk, "Precedence: List": Bulk, "List-Id: <x>": Bulk, "List-Unsubscribe: <https://x>": Bulk, "Return-Path: <>": Bounce, "Return-Path: <a@x.example>": "",
		"From: MAILER-DAEMON@x.example": Bounce, "From: Postmaster <postmaster@x.example>": Bounce, "Content-Type: multipart/report; report-type=delivery-status; boundary=x": Bounce,
		"Content-Type: multipart/report; report-type=disposition-notification; boundary=x": AutoReply,
	} {
		if m := read(headers + "\n\nx"); m.Auto != want {
			t.Errorf("%s: got %q, want %q", headers, m.Auto, want)
		}
	}
}

func TestABounceNamesWhatCameBack(t *testing.T) {
	m := read("From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nNo such mailbox.\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n" +
		"--b\nContent-Type: message/rfc822\n\nMessage-ID: <ours@provider.example>\nSubject: Your ticket\n\nHello\n--b--\n")
	if m.Auto != Bounce || !reflect.DeepEqual(m.Answers, []string{"ours@provider.example"}) || m.Text != "No such mailbox.\nStatus: 5.1.1" {
		t.Errorf("got %+v", m)
	}
}

func TestTheSameMailIsKnownAgain(t *testing.T) {
	one := "Message-ID: <a@x>\nFrom: a@x.example\nSubject: s\n\nred"
	again := "Received: by another way\n" + one
	other := strings.Replace(one, "red", "green", 1)
	if read(one).Digest != read(again).Digest || read(one).Digest == read(other).Digest {
		t.Error("a Message-ID that a careless program uses twice is two e-mails, one that came by two ways is one")
	}
	if a, b := read("From: a@x.example\n\nred").Digest, read("From: a@x.example\nX: y\n\nred").Digest; a == b {
		t.Error("without a Message-ID what differs is another e-mail")
	}
}

func TestAMailIsBounded(t *testing.T) {
	deep := "From: a@x.example\nContent-Type: multipart/mixed; boundary=b0\n\n"
	for n := range 40 {
		deep += fmt.Sprintf("--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", n, n+1)
	}
	if m := read(deep); !m.Garbled {
		t.Error("parts in parts have no end")
	}
	many := "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: image/png\n\nx\n", 5000)
	if m := read(many); len(m.Files) != mostFiles || !m.Garbled {
		t.Errorf("%d files", len(m.Files))
	}
	long := read("From: a@x.example\nSubject: " + strings.Repeat("s", 5000) + "\n\n" + strings.Repeat("word ", mostText))
	if len(long.Text) > mostText || !long.Cut || utf8.RuneCountInString(long.Subject) != mostSubject {
		t.Errorf("text of %d, cut %v, subject of %d", len(long.Text), long.Cut, len(long.Subject))
	}
	if m := Read(raw("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: image/png\n\nxx"), 5_000_000); !m.Cut || m.Garbled || len(m.Files) != 1 || !m.Files[0].Cut {
		t.Errorf("what ends where we stopped is not garbled: %+v", m)
	}
}

// TestNoMailTakesLong: what would be looked through again for each of its lines takes a minute; read once, it takes no time.
func TestNoMailTakesLong(t *testing.T) {
	if m := read("From: a@x.example\n\n" + strings.Repeat(">\n", mostText/3-2) + "x"); m.Quoted != "" || !strings.HasSuffix(m.Text, "\nx") {
		t.Errorf("%d letters, and %d quoted", len(m.Text), len(m.Quoted))
	}
	if m := read("From: a@x.example\nReferences: " + strings.Repeat("<a\n ", 60_000) + "\nSubject: s\n\nhi"); m.Text == "" {
		t.Error("no text")
	}
}

func FuzzMail(f *testing.F) {
	for _, s := range []string{"", "From: a@x.example\n\nhi", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>x<blockquote>y\n--b\nContent-Transfer-Encoding: base64\n\nAAA=\n--b--",
		"Subject: =?utf-8?q?=e9?=\nFrom: \"x\" <\nReferences: <a> <b\n\nOn x wrote:\n> y", "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-7\n\n=\n=3D=ZZ",
		"From: mailer-daemon@x.example\nContent-Type: message/rfc822\n\nMessage-ID: <x@y>\n\n"} {
		f.Add(raw(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		m := Read(in, int64(len(in)))
		for _, s := range []string{m.ID, m.FromName, m.From, m.Subject, m.Text, m.Quoted} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) && c != '\n' }) {
				t.Fatalf("%q cannot be shown", s)
			}
		}
		bytes := 0
		for _, f := range m.Files {
			bytes += len(f.Body)
			if !utf8.ValidString(f.Name+f.Type) || strings.ContainsFunc(f.Name+f.Type, unicode.IsControl) || f.Size != int64(len(f.Body)) {
				t.Fatalf("%q, %q cannot be shown", f.Name, f.Type)
			}
		}
		if bytes > len(in) {
			t.Fatal("more came out than was in it")
		}
		if len(m.Text)+len(m.Quoted) > 8*mostText || len(m.Files) > mostFiles || len(m.Answers) > mostAnswers || strings.Contains(m.Subject+m.FromName+m.From, "\n") {
			t.Fatal("no bounds")
		}
		for line := range strings.SplitSeq(m.Quoted, "\n") {
			if line != "" && !strings.HasPrefix(line, ">") {
				t.Fatalf("%q is not marked as quoted", line)
			}
		}
		if again := Read(in, int64(len(in))); !reflect.DeepEqual(again, m) {
			t.Fatal("read twice, and not the same")
		}
	})
}
