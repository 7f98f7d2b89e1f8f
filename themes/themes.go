package themes

import (
	"embed"
	"io/fs"
)

//go:embed guest ground.css
var files embed.FS

// The themes of the captive pages. They share the markup, whose order and words are what guests are used to, and differ in
// their styles.
const (
	Calm = "calm" // a quiet list on plain ground
	Bold = "bold" // the brand's colour over everything, prices as tiles
	Menu = "menu" // a café's card: serifs, dotted lines, one column
)

// Names are the themes that a brand may wear, the first by default.
var Names = []string{Calm, Bold, Menu}

// Guest is the captive pages: a template per page, layout.html, and guest.css, which is the calm theme whole.
func Guest() fs.FS { return folder("guest") }

// Skin is what a theme adds to guest.css; an unknown one is calm and adds nothing.
func Skin(theme string) string { return skins[theme] }

var skins = map[string]string{Bold: read("guest/bold.css"), Menu: read("guest/menu.css")}

// Ground is the style of the plain pages of people who are no guests: bills by a link, a subscriber's own pages.
func Ground() string { return plain }

var plain = read("ground.css")

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folder is embedded: only a wrong name in this file gets here
	}
	return sub
}

func read(path string) string {
	body, err := files.ReadFile(path)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(body)
}
