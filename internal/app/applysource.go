package app

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"mtandao/internal/fault"
)

// source is a long or secret text: written out, or where it is: {file: path beside this file} or {env: NAME}.
type source struct {
	Literal   string
	File, Env string
}

type sourcePlaces struct {
	File text `yaml:"file"`
	Env  text `yaml:"env"`
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (s *source) UnmarshalYAML(node ast.Node) (err error) {
	if node.Type() != ast.MappingType && node.Type() != ast.MappingValueType {
		s.Literal, err = scalar(node)
		return err
	}
	var places sourcePlaces
	if err := yaml.NodeToValue(node, &places, yaml.Strict()); err != nil {
		return err
	}
	if (places.File == "") == (places.Env == "") {
		return unexpected(node, "write {file: PATH} or {env: NAME}")
	}
	s.File, s.Env = string(places.File), string(places.Env)
	return nil
}

// MarshalYAML implements yaml.InterfaceMarshaler; a nil source is left out by omitempty.
func (s source) MarshalYAML() (any, error) { return s.Literal, nil }

// read gives the text itself; files are beside folder. fault.Invalid "apply.file" or "apply.env".
func (s *source) read(folder string) (string, error) {
	switch {
	case s == nil:
		return "", nil
	case s.File != "":
		body, err := readBeside(folder, s.File)
		return trimLineEnd(body), err
	case s.Env != "":
		value, ok := os.LookupEnv(s.Env)
		if !ok {
			return "", fault.New(fault.Invalid, "apply.env", "Name", s.Env)
		}
		return value, nil
	}
	return s.Literal, nil
}

func trimLineEnd(body []byte) string {
	for n := len(body); n > 0 && (body[n-1] == '\n' || body[n-1] == '\r'); n-- {
		body = body[:n-1]
	}
	return string(body)
}

func readBeside(folder, path string) ([]byte, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxFileBytes {
		err = errors.New("the file is too large")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "apply.file", err, "Path", path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "apply.file", err, "Path", path)
	}
	return body, nil
}

// picture is a path beside the file, or written out as {svg: …}, {png: base64} or {jpeg: base64}.
type picture struct {
	path string
	body []byte
	kind string // its media type, where it is known
}

type pictureDocument struct {
	SVG  text `yaml:"svg,omitempty"`
	PNG  text `yaml:"png,omitempty"`
	JPEG text `yaml:"jpeg,omitempty"`
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (p *picture) UnmarshalYAML(node ast.Node) (err error) {
	if node.Type() != ast.MappingType && node.Type() != ast.MappingValueType {
		p.path, err = scalar(node)
		return err
	}
	var d pictureDocument
	if err := yaml.NodeToValue(node, &d, yaml.Strict()); err != nil {
		return err
	}
	p.body = []byte(d.SVG)
	for _, coded := range []text{d.PNG, d.JPEG} {
		if coded == "" {
			continue
		}
		if p.body, err = base64.StdEncoding.DecodeString(string(coded)); err != nil {
			return unexpected(node, "a png or jpeg is written in base64")
		}
	}
	return nil
}

// MarshalYAML implements yaml.InterfaceMarshaler.
func (p picture) MarshalYAML() (any, error) {
	coded := text(base64.StdEncoding.EncodeToString(p.body))
	switch p.kind {
	case "image/png":
		return pictureDocument{PNG: coded}, nil
	case "image/jpeg":
		return pictureDocument{JPEG: coded}, nil
	}
	return pictureDocument{SVG: text(p.body)}, nil
}

func (p *picture) read(folder string) ([]byte, error) {
	switch {
	case p == nil:
		return nil, nil
	case p.path != "":
		return readBeside(folder, p.path)
	}
	return p.body, nil
}
