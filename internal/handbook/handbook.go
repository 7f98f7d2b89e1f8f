package handbook

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"mtandao/internal/words"
)

//go:embed en sw
var files embed.FS

// Chapters are the chapters in the order in which they are read.
var Chapters = []string{"vps", "pc", "names", "router", "sale", "month", "move", "restore"}

const pages = "pages" // the file of what each page is for

// Text is a chapter, or the section about a page.
type Text struct {
	Name  string // in an address
	Title string
	Body  template.HTML
	Plain string // as it is written, without the title
}

type book struct {
	chapters map[string]Text
	pages    []Text
}

var books = load()

func load() map[words.Lang]book {
	all := map[words.Lang]book{}
	for _, l := range words.Languages {
		b := book{chapters: map[string]Text{}}
		for _, name := range Chapters {
			b.chapters[name] = read(l, name)[0]
		}
		b.pages = read(l, pages)[1:]
		all[l] = b
	}
	return all
}

// read cuts a file into texts: what stands under "# ", and for the pages each "## NAME: TITLE" too. It panics, which every test and every start would find.
func read(l words.Lang, name string) []Text {
	file := string(l) + "/" + name + ".md"
	raw, err := files.ReadFile(file)
	parts := []string{string(raw)}
	if name == pages {
		parts = strings.Split(string(raw), "\n## ")
	}
	var all []Text
	for n, part := range parts {
		head, plain, _ := strings.Cut(strings.TrimPrefix(part, "# "), "\n")
		t := Text{Name: name, Title: strings.TrimSpace(head), Plain: strings.TrimSpace(plain)}
		if n > 0 {
			t.Name, t.Title, _ = strings.Cut(t.Title, ": ")
		}
		var body bytes.Buffer
		if err == nil {
			err = markdown.Convert([]byte(t.Plain), &body)
		}
		if err != nil || t.Title == "" {
			panic(fmt.Sprintf("handbook: %s: %q: %v", file, head, err))
		}
		t.Body = template.HTML(body.String())
		all = append(all, t)
	}
	return all
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table))

// Chapter is a chapter by its name.
func Chapter(l words.Lang, name string) (Text, bool) {
	t, ok := books[l].chapters[name]
	return t, ok
}

// Page is what a page of the back office is for.
func Page(l words.Lang, name string) (Text, bool) {
	all := books[l].pages
	at := slices.IndexFunc(all, func(t Text) bool { return t.Name == name })
	if at < 0 {
		return Text{}, false
	}
	return all[at], true
}

// Pages are all sections about pages, in the order in which they are read.
func Pages(l words.Lang) []Text { return books[l].pages }
