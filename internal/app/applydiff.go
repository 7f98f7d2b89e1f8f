package app

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// fieldText is a field of a part as a person reads it.
type fieldText struct {
	name, value string
	secret      bool
}

// fieldsOf lists the fields of a part that say something.
func fieldsOf(part any) (fields []fieldText) {
	v := reflect.ValueOf(part)
	for i := range v.NumField() {
		declared := v.Type().Field(i)
		name, _, _ := strings.Cut(declared.Tag.Get("yaml"), ",")
		if declared.Type.Kind() == reflect.Struct {
			for _, f := range fieldsOf(v.Field(i).Interface()) {
				fields = append(fields, fieldText{name: name + "." + f.name, value: f.value})
			}
			continue
		}
		if value := valueText(v.Field(i).Interface()); value != "" {
			fields = append(fields, fieldText{name: name, value: value, secret: declared.Tag.Get("secret") != ""})
		}
	}
	return fields
}

func valueText(v any) string {
	switch v := v.(type) {
	case textList:
		return strings.Join(v, ", ")
	case *source:
		if v != nil {
			return v.Literal
		}
		return ""
	case *picture:
		if v != nil {
			return fmt.Sprintf("%d bytes, %.4x", len(v.body), sha256.Sum256(v.body))
		}
		return ""
	case whole:
		if v == 0 {
			return ""
		}
	case yesNo:
		if !v {
			return ""
		}
	}
	return fmt.Sprint(v)
}

// fieldChange is a field before and after; secrets are not told.
type fieldChange struct {
	Name string `json:"name"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// change is what apply does with one object.
type change struct {
	Object string        `json:"object"`
	Name   string        `json:"name"`
	Action string        `json:"action"` // new or changed
	Fields []fieldChange `json:"fields"`
}

// The actions of a change.
const (
	actionNew     = "new"
	actionChanged = "changed"
)

const hiddenChange = "(changed)"

// differences compares two parts of one kind, field by field in the order of the file; old is nil for something new.
func differences(old, wanted any) (fields []fieldChange) {
	before := map[string]fieldText{}
	if old != nil {
		for _, f := range fieldsOf(old) {
			before[f.name] = f
		}
	}
	for _, f := range fieldsOf(wanted) {
		was := before[f.name]
		delete(before, f.name)
		if f.value != was.value {
			fields = append(fields, told(f, was.value, f.value))
		}
	}
	if old == nil {
		return fields
	}
	for _, f := range fieldsOf(old) {
		if _, gone := before[f.name]; gone {
			fields = append(fields, told(f, f.value, ""))
		}
	}
	return fields
}

func told(f fieldText, old, wanted string) fieldChange {
	if f.secret {
		return fieldChange{Name: f.name, New: hiddenChange}
	}
	return fieldChange{Name: f.name, Old: old, New: wanted}
}

// values are both sides as JSON, for the trail; "" for a side that has nothing.
func (c change) values() (before, after string) {
	old, wanted := map[string]string{}, map[string]string{}
	for _, f := range c.Fields {
		if f.Old != "" {
			old[f.Name] = f.Old
		}
		if f.New != "" {
			wanted[f.Name] = f.New
		}
	}
	return asJSON(old), asJSON(wanted)
}

func asJSON(values map[string]string) string {
	if len(values) == 0 {
		return ""
	}
	body, err := json.Marshal(values)
	if err != nil {
		panic(err) // a map of texts always encodes
	}
	return string(body)
}
