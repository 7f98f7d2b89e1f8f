// Command tabler cuts Tabler's style sheet to what the console's pages use: a thirtieth of it, which a phone on 2G feels.
//
// It owns tabler.min.css, which is Tabler's own and untouched, and what is left out of it. It does not own how the console
// looks (assets/office.css). Run by go generate in portal/backoffice; a test fails when the file is not what it would write.
package main

import (
	_ "embed"
	"fmt"
	"os"
)

//go:embed tabler.min.css
var whole string

func main() {
	if len(os.Args) != 3 {
		stop(fmt.Errorf("usage: tabler FOLDER-OF-THE-CONSOLE FILE-TO-WRITE"))
	}
	used, err := usage(os.DirFS(os.Args[1]))
	if err != nil {
		stop(err)
	}
	if err := os.WriteFile(os.Args[2], []byte(cut(whole, used)), 0o644); err != nil {
		stop(err)
	}
}

func stop(err error) {
	fmt.Fprintln(os.Stderr, "tabler:", err)
	os.Exit(1)
}
