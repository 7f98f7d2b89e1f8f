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

// logo is a picture: a path beside the file, or written out as {svg: …} or {png: base64}.
type logo struct {
	path string
	body []byte
	png  bool
}

type logoDocument struct {
	SVG text `yaml:"svg,omitempty"`
	PNG text `yaml:"png,omitempty"`
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (l *logo) UnmarshalYAML(node ast.Node) (err error) {
	if node.Type() != ast.MappingType && node.Type() != ast.MappingValueType {
		l.path, err = scalar(node)
		return err
	}
	var d logoDocument
	if err := yaml.NodeToValue(node, &d, yaml.Strict()); err != nil {
		return err
	}
	if l.body = []byte(d.SVG); d.PNG != "" {
		if l.body, err = base64.StdEncoding.DecodeString(string(d.PNG)); err != nil {
			return unexpected(node, "a png is written in base64")
		}
	}
	return nil
}

// MarshalYAML implements yaml.InterfaceMarshaler.
func (l logo) MarshalYAML() (any, error) {
	if l.png {
		return logoDocument{PNG: text(base64.StdEncoding.EncodeToString(l.body))}, nil
	}
	return logoDocument{SVG: text(l.body)}, nil
}

func (l *logo) read(folder string) ([]byte, error) {
	switch {
	case l == nil:
		return nil, nil
	case l.path != "":
		return readBeside(folder, l.path)
	}
	return l.body, nil
}
