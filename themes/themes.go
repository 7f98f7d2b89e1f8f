package themes

import (
	"embed"
	"io/fs"
)

//go:embed guest
var files embed.FS

// Guest is the theme of the captive pages: a template per page, layout.html, and guest.css.
func Guest() fs.FS { return folder("guest") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folder is embedded: only a wrong name in this file gets here
	}
	return sub
}
