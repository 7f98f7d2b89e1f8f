package app

import (
	"slices"

	"mtandao/internal/fault"
)

// fieldFault is a fault of one field of a part.
type fieldFault struct {
	field string
	error
}

func (f fieldFault) Unwrap() error { return f.error }

// reading reads the fields of a part one after the other and keeps the first that cannot be read.
type reading struct {
	names  *names
	folder string
	err    error
}

// field reads one field with its unit.
func field[T any](r *reading, name string, value text, read func(string) (T, error)) T {
	v, err := read(string(value))
	r.fail(name, err)
	return v
}

func (r *reading) fail(field string, err error) {
	if err != nil && r.err == nil {
		r.err = fieldFault{field, err}
	}
}

// source reads a text; one that is left out is what is stored.
func (r *reading) source(field string, s *source, stored string) string {
	if s == nil {
		return stored
	}
	value, err := s.read(r.folder)
	r.fail(field, err)
	return value
}

func (r *reading) sites(slugs textList) []int64 {
	var ids []int64
	for _, slug := range slugs {
		id, ok := r.names.siteID[slug]
		if !ok {
			r.fail("sites", fault.New(fault.Invalid, "apply.no_site", "Site", slug))
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func orElse(value text, usual string) string {
	if value == "" {
		return usual
	}
	return string(value)
}
