package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// payloads are what somebody types to have a page of ours do as they like: in a text, in an attribute in either quotes or in none, as a tag, an address, a script, a style, a comment,
// or for a template. Whatever comes of one has pwn in its name or calls it.
var payloads = []string{
	`<script>pwn(1)</script>`, `"><script>pwn(2)</script>`, `'><script>pwn(3)</script>`, `</script><script>pwn(4)</script>`, `</textarea><script>pwn(5)</script>`, `</title><script>pwn(6)</script>`,
	`</style><script>pwn(7)</script>`, `--><script>pwn(8)</script>`, `]]><script>pwn(9)</script>`, `</select><script>pwn(10)</script>`, `<ScRiPt>pwn(11)</sCrIpT>`, `<script/x>pwn(12)</script>`,
	`<script src=//pwn.example/13></script>`, `<script>pwn(14)//`, `<scr<script>ipt>pwn(15)</scr</script>ipt>`, "<script\x0c>pwn(16)</script>", `<img src=x onerror=pwn(17)>`, `"><img src=x onerror=pwn(18)>`,
	`'><img src=x onerror=pwn(19)>`, `<img/src="x"/onerror=pwn(20)>`, "<img src=x onerror=pwn`21`>", `<svg onload=pwn(22)>`, `"><svg/onload=pwn(23)>`, `<svg><script>pwn(24)</script></svg>`,
	`<svg><a xlink:href="javascript:pwn(25)"><text>x</text></a></svg>`, `<body onload=pwn(26)>`, `<iframe src="javascript:pwn(27)">`, `<iframe srcdoc="<script>pwn(28)</script>">`, `<object data="javascript:pwn(29)">`,
	`<embed src="javascript:pwn(30)">`, `<a href="javascript:pwn(31)">x</a>`, `<a href="jav&#x09;ascript:pwn(32)">x</a>`, `<form action="javascript:pwn(33)"><button>x</button></form>`, `<button formaction="javascript:pwn(34)">x</button>`,
	`<input autofocus onfocus=pwn(35)>`, `<details open ontoggle=pwn(36)>`, `<video><source onerror=pwn(37)></video>`, `<marquee onstart=pwn(38)>`, `<math><mtext></form><form><mglyph><style></math><img src onerror=pwn(39)>`,
	`<meta http-equiv=refresh content="0;url=javascript:pwn(40)">`, `<base href=//pwn.example/41/>`, `<link rel=stylesheet href=//pwn.example/42>`, `<style>@import '//pwn.example/43';</style>`, `<div style="background:url(javascript:pwn(44))">`,
	`<pwn y=45>`, `" onmouseover="pwn(46)`, `' onmouseover='pwn(47)`, `x onmouseover=pwn(48) y=`, `" autofocus onfocus="pwn(49)" x="`, "` onmouseover=`pwn(50)`", `javascript:pwn(51)`, `JaVaScRiPt:pwn(52)`, "java\tscript:pwn(53)",
	`data:text/html,<script>pwn(54)</script>`, `//pwn.example/55`, `';pwn(56);//`, `\";pwn(57);//`, `${pwn(58)}`, `{{printf "pw%s" "ned"}}{{59}}`, `&lt;script&gt;pwn(60)&lt;/script&gt;`,
}

var allPayloads = strings.Join(payloads, " ")

var addresses = []string{"href", "src", "action", "formaction", "data", "poster", "srcset", "background", "xlink:href", "hx-get", "hx-post", "content"}

// harm is what in a page would run, or lead elsewhere, of what somebody typed.
func harm(page string) (found []string) {
	if strings.Contains(page, "pwned") {
		found = append(found, "a template that was filled")
	}
	z, raw := html.NewTokenizer(strings.NewReader(page)), false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			raw = tag.Data == "script" || tag.Data == "style"
			found = append(found, harmOf(tag)...)
		case html.EndTagToken:
			raw = false
		case html.TextToken, html.CommentToken:
			if t := z.Token(); strings.Contains(t.Data, "pwn") && (raw || t.Type == html.CommentToken) {
				found = append(found, fmt.Sprintf("in a script, a style or a comment: %.200s", t.Data))
			}
		}
	}
}

func harmOf(tag html.Token) (found []string) {
	if strings.Contains(tag.Data, "pwn") {
		found = append(found, "the tag "+tag.String())
	}
	for _, a := range tag.Attr {
		says := strings.ToLower(strings.Map(func(r rune) rune {
			if r <= ' ' {
				return -1
			}
			return r
		}, a.Val))
		leads := slices.Contains(addresses, a.Key) && (strings.HasPrefix(says, "javascript:") || strings.HasPrefix(says, "vbscript:") || strings.HasPrefix(says, "data:text") || strings.HasPrefix(says, "//"))
		if leads || strings.Contains(a.Key, "pwn") || strings.HasPrefix(a.Key, "on") || (a.Key == "style" || a.Key == "srcdoc") && strings.Contains(says, "pwn") {
			found = append(found, fmt.Sprintf("in %s the attribute %s=%.100q", tag.Data, a.Key, a.Val))
		}
	}
	return found
}

// TestHarmIsSeen: each payload that is markup, in a page that does not escape it, is found.
func TestHarmIsSeen(t *testing.T) {
	for n, payload := range payloads {
		wrapped := []string{"<p>" + payload, `<p x="` + payload + `">`, `<p x='` + payload + `'>`, "<p x=" + payload + ">", `<a href="` + payload + `">`, "<script>x='" + payload + "'</script>"}
		if strings.HasPrefix(payload, "{{") {
			wrapped = []string{"<p>pwned59"}
		} else if n == len(payloads)-1 {
			wrapped = []string{"<p>" + html.UnescapeString(payload)}
		}
		seen := slices.ContainsFunc(wrapped, func(page string) bool { return len(harm(page)) > 0 })
		if !seen {
			t.Errorf("%q is not seen", payload)
		}
		if found := harm(`<p title="` + html.EscapeString(payload) + `">` + html.EscapeString(payload)); len(found) > 0 {
			t.Errorf("%q, escaped: %v", payload, found)
		}
	}
	if len(payloads) < 60 {
		t.Errorf("%d payloads", len(payloads))
	}
}

// typedForm is a form as a browser would send it, and the names of what is typed freely.
type typedForm struct {
	to     string
	fields url.Values
	free   []string
}

// formsIn are the forms of a page that change something.
func formsIn(t *testing.T, page string) (all []typedForm) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data == "form" && attr(n, "method") == "post" {
			f := typedForm{to: attr(n, "action"), fields: url.Values{}}
			for field := range n.Descendants() {
				f.take(field)
			}
			all = append(all, f)
		}
	}
	return all
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// freeKinds are the kinds of fields into which anything may be typed.
var freeKinds = []string{"", "text", "search", "email", "tel", "url", "password", "number", "date", "datetime-local", "time", "month"}

func (f *typedForm) take(n *html.Node) {
	name, kind := attr(n, "name"), attr(n, "type")
	switch {
	case n.Type != html.ElementNode || name == "" && n.Data != "option":
	case n.Data == "textarea", n.Data == "input" && slices.Contains(freeKinds, kind):
		f.free = append(f.free, name)
		f.fields.Set(name, attr(n, "value"))
	case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
		if has(n, "checked") || !f.fields.Has(name) && kind == "radio" {
			f.fields.Set(name, attr(n, "value"))
		}
	case n.Data == "option":
		for up := n.Parent; up != nil; up = up.Parent {
			if up.Data == "select" {
				if in := attr(up, "name"); has(n, "selected") || !f.fields.Has(in) || f.fields.Get(in) == "" {
					f.fields.Set(in, attr(n, "value"))
				}
				return
			}
		}
	case n.Data == "input" && kind != "file", n.Data == "button" && !f.fields.Has(name):
		f.fields.Set(name, attr(n, "value"))
	}
}

// fill types payloads into all free fields of a form: as many as it takes into each, or one, from the nth on.
func (f *typedForm) fill(nth int, many bool) url.Values {
	said := url.Values{}
	for name, values := range f.fields {
		said[name] = values
	}
	most := 40_000 / max(1, len(f.free))
	for at, name := range f.free {
		text := payloads[(nth+at)%len(payloads)]
		for more := 1; many && more < len(payloads); more++ {
			if next := text + " " + payloads[(nth+at+more)%len(payloads)]; len(url.QueryEscape(next)) < most {
				text = next
			}
		}
		said.Set(name, text)
	}
	return said
}

// TestPayloadsInEveryForm types sixty payloads into every free field of every form of the console: all of them at once, which most fields refuse and show again, and one in each,
// which many keep. Then every page is opened. No payload becomes markup, a script, or an address.
func TestPayloadsInEveryForm(t *testing.T) {
	s := openStage(t, 1)
	paths, _ := s.screens(t)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	shown, sent, kept := 0, 0, 0
	for n, path := range paths {
		page := owner.ask(http.MethodGet, path, nil)
		for at, form := range formsIn(t, page.body) {
			if strings.HasPrefix(form.to, "/office/out") || len(form.free) == 0 {
				continue
			}
			for _, many := range []bool{true, false} {
				got := owner.ask(http.MethodPost, form.to, form.fill(7*n+at, many))
				noMarkup(t, "POST "+form.to, got, &shown)
				if sent++; got.status == http.StatusSeeOther {
					noMarkup(t, got.location, owner.ask(http.MethodGet, got.location, nil), &shown)
					kept++
				}
			}
		}
	}
	again := s.hire(t, "boss-two@demo.example", nil, "owner")
	for n, path := range paths {
		noMarkup(t, path, again.ask(http.MethodGet, path, nil), &shown)
		for more := range 2 {
			text := payloads[(2*n+more)%len(payloads)]
			query := url.Values{"q": {text}, "order": {text}, "actor": {text}, "back": {text}, "to": {text}, "from": {text}, "day": {text}, "state": {text}, "after": {text}}
			bare, _, _ := strings.Cut(path, "?")
			noMarkup(t, path+" and "+text, again.ask(http.MethodGet, bare+"?"+query.Encode(), nil), &shown)
		}
	}
	t.Logf("%d forms sent, %d of them taken, payloads shown on %d answers", sent, kept, shown)
	if sent < 150 || kept < 15 || shown < 200 {
		t.Errorf("%d forms sent, %d of them taken, payloads shown on %d answers: are they still found?", sent, kept, shown)
	}
}
