package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// use is what the console's pages have: a rule of the style sheet that asks for anything else meets nothing.
type use struct {
	classes, elements, attributes, variables map[string]bool
}

var (
	action    = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	quoted    = regexp.MustCompile(`"([^"]*)"`)
	classes   = regexp.MustCompile(`class="((?:\{\{.*?\}\}|[^"])*)"`)
	element   = regexp.MustCompile(`<([a-z][a-z0-9]*)`)
	attribute = regexp.MustCompile(`\s([a-z][a-z-]*)[=\s>]`)
	variable  = regexp.MustCompile(`var\((--[\w-]+)`)
	classWord = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
)

// usage reads the pages, the texts in Go from which pages take classes, and the console's own style sheet.
func usage(console fs.FS) (use, error) {
	u := use{map[string]bool{}, map[string]bool{"html": true}, map[string]bool{}, map[string]bool{}}
	return u, fs.WalkDir(console, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(console, name)
		switch {
		case err != nil:
		case path.Dir(name) == "pages":
			u.page(string(text))
		case path.Dir(name) == "." && path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go"):
			u.program(text)
		case name == "assets/office.css":
			add(u.variables, variable, string(text))
		}
		return err
	})
}

func (u use) page(text string) {
	for _, m := range classes.FindAllStringSubmatch(text, -1) {
		for _, inside := range action.FindAllString(m[1], -1) {
			for _, word := range quoted.FindAllStringSubmatch(inside, -1) {
				u.class(word[1])
			}
		}
		u.class(action.ReplaceAllString(m[1], " "))
	}
	add(u.elements, element, text)
	add(u.attributes, attribute, text)
}

// program takes each text that could be classes: too many words, never too few.
func (u use) program(text []byte) {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(text)), text, nil, 0)
	for {
		_, kind, literal := s.Scan()
		if kind == token.EOF {
			return
		}
		if value, err := strconv.Unquote(literal); kind == token.STRING && err == nil {
			u.class(value)
		}
	}
}

func (u use) class(words string) {
	for word := range strings.FieldsSeq(words) {
		if classWord.MatchString(word) {
			u.classes[word] = true
		}
	}
}

func add(to map[string]bool, what *regexp.Regexp, text string) {
	for _, m := range what.FindAllStringSubmatch(text, -1) {
		to[m[1]] = true
	}
}
