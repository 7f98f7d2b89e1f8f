package mailbox

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// unseen are elements whose content is not read, blocks those that begin a line of their own.
var (
	unseen = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Head: true, atom.Title: true, atom.Template: true, atom.Noscript: true, atom.Object: true, atom.Svg: true, atom.Iframe: true, atom.Textarea: true}
	blocks = map[atom.Atom]bool{atom.P: true, atom.Div: true, atom.Br: true, atom.Tr: true, atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Table: true, atom.H1: true, atom.H2: true, atom.H3: true,
		atom.H4: true, atom.H5: true, atom.H6: true, atom.Hr: true, atom.Pre: true, atom.Blockquote: true, atom.Section: true, atom.Article: true}
)

// page turns the tokens of HTML into lines.
type page struct {
	lines  []string
	line   strings.Builder
	quote  int
	hidden int
	link   string
	size   int
}

// words are the text of HTML: no markup, nothing that is loaded or run. A link's address stands behind its text, for it may be another.
func words(source string) string {
	p := page{}
	for z := html.NewTokenizer(strings.NewReader(source)); p.size < mostText; {
		switch z.Next() {
		case html.ErrorToken:
			p.end()
			return strings.Join(p.lines, "\n")
		case html.TextToken:
			if p.hidden == 0 {
				p.say(string(z.Text()))
			}
		case html.StartTagToken:
			p.open(z.Token(), false)
		case html.SelfClosingTagToken:
			p.open(z.Token(), true)
		case html.EndTagToken:
			p.close(z.Token().DataAtom)
		}
	}
	p.end()
	return strings.Join(p.lines, "\n")
}

func (p *page) say(text string) {
	if strings.TrimLeftFunc(text, unicode.IsSpace) != text {
		p.line.WriteByte(' ')
	}
	p.line.WriteString(strings.Join(strings.Fields(text), " "))
	if strings.TrimRightFunc(text, unicode.IsSpace) != text {
		p.line.WriteByte(' ')
	}
}

func (p *page) open(t html.Token, itself bool) {
	switch a := t.DataAtom; {
	case unseen[a]:
		if !itself {
			p.hidden++
		}
	case p.hidden > 0:
	case blocks[a]:
		empty := strings.TrimSpace(p.line.String()) == ""
		p.end()
		switch {
		case a == atom.Blockquote && !itself:
			p.quote = min(p.quote+1, mostDepth)
		case a == atom.Li:
			p.line.WriteString("- ")
		case a == atom.P || a == atom.Br && empty:
			p.blank()
		}
	case a == atom.Td || a == atom.Th:
		p.line.WriteByte(' ')
	case a == atom.A:
		p.link = attribute(t, "href")
	case a == atom.Img:
		p.say(" " + attribute(t, "alt") + " ")
	}
}

func (p *page) close(a atom.Atom) {
	switch {
	case unseen[a]:
		p.hidden = max(0, p.hidden-1)
	case p.hidden > 0:
	case a == atom.A:
		if l := p.link; (strings.HasPrefix(l, "https://") || strings.HasPrefix(l, "http://")) && !strings.Contains(p.line.String(), l) {
			p.line.WriteString(" (" + shorten(l, mostSubject) + ")")
		}
		p.link = ""
	case blocks[a]:
		p.end()
		if a == atom.Blockquote {
			p.quote = max(0, p.quote-1)
		}
	}
}

// end ends the line, if there is anything on it.
func (p *page) end() {
	text := strings.Join(strings.Fields(p.line.String()), " ")
	p.line.Reset()
	if text == "" {
		return
	}
	p.size += len(text) + p.quote + 2
	p.lines = append(p.lines, p.marked(text))
}

func (p *page) blank() {
	if n := len(p.lines); n > 0 && strings.Trim(p.lines[n-1], "> ") != "" {
		p.size++
		p.lines = append(p.lines, p.marked(""))
	}
}

func (p *page) marked(text string) string {
	if p.quote == 0 {
		return text
	}
	return strings.TrimRight(strings.Repeat(">", p.quote)+" "+text, " ")
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
