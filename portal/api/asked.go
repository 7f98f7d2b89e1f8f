package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"reflect"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/portal/web"
)

// misfit is a fault of what was sent, with the fields that it is about.
type misfit struct {
	error
	at []web.FieldProblem
}

func (m misfit) Unwrap() error { return m.error }

func fieldsOf(err error) []web.FieldProblem {
	var m misfit
	errors.As(err, &m)
	return m.at
}

func atField(field, key string, args ...any) error {
	err := fault.New(fault.Invalid, key, args...)
	return misfit{err, []web.FieldProblem{web.AtField(field, err)}}
}

// read reads what was sent as a value of the type of like: JSON with known fields only, each as it must be. Faults "api.body…" and "api.field…".
func (q *call) read(like any) (any, error) {
	if like == nil {
		return nil, nil
	}
	into := reflect.New(reflect.TypeOf(like))
	kind, _, err := mime.ParseMediaType(q.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEApplicationJSON {
		return nil, fault.New(fault.Invalid, "api.body_kind")
	}
	decoder := json.NewDecoder(bytes.NewReader(q.Body()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into.Interface()); err != nil {
		return nil, unread(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "api.body")
	}
	if wrong := unfit("", into.Elem()); len(wrong) > 0 {
		return nil, misfit{fault.New(fault.Invalid, "api.fields"), wrong}
	}
	return into.Interface(), nil
}

// unread says in plain words why JSON does not go into the type.
func unread(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return atField(kind.Field, "api.field_kind", "Name", kind.Field, "Kind", spoken(kind.Type))
	}
	if name, ok := strings.CutPrefix(err.Error(), `json: unknown field "`); ok {
		name = shorten(strings.TrimSuffix(name, `"`))
		return atField(name, "api.field_unknown", "Name", name)
	}
	return fault.Wrap(fault.Invalid, "api.body", err)
}

func spoken(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object"
	}
	return "a text"
}

// unfit is what is wrong with the fields of what was sent: one that must be there and is not, or says a word that is none of its words.
func unfit(at string, v reflect.Value) (wrong []web.FieldProblem) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		name := at + f.Tag.Get("json")
		value := v.FieldByIndex(f.Index)
		if value.Kind() == reflect.Pointer && !value.IsNil() {
			value = value.Elem()
		}
		if f.Tag.Get("must") != "" && value.IsZero() {
			wrong = append(wrong, web.AtField(name, fault.New(fault.Invalid, "api.field_missing", "Name", name)))
		}
		all := strings.Fields(f.Tag.Get("enum"))
		if value.Kind() == reflect.String && value.String() != "" && len(all) > 0 && !slices.Contains(all, value.String()) {
			wrong = append(wrong, web.AtField(name, fault.New(fault.Invalid, "api.field_choice", "Name", name, "Choices", strings.Join(all, ", "))))
		}
		switch value.Kind() {
		case reflect.Struct:
			wrong = append(wrong, unfit(name+".", value)...)
		case reflect.Slice:
			for n := range value.Len() {
				if one := value.Index(n); one.Kind() == reflect.Struct {
					wrong = append(wrong, unfit(fmt.Sprintf("%s[%d].", name, n), one)...)
				}
			}
		}
	}
	return wrong
}
