package app

import (
	"reflect"
	"strconv"
	"strings"

	"mtandao/internal/fault"
)

// eachField walks the fields of a part by their names in a file.
func eachField(part reflect.Value, prefix string, visit func(name string, secret bool, value reflect.Value) error) error {
	for i := range part.NumField() {
		declared := part.Type().Field(i)
		name, _, _ := strings.Cut(declared.Tag.Get("yaml"), ",")
		var err error
		if declared.Type.Kind() == reflect.Struct {
			err = eachField(part.Field(i), name+".", visit)
		} else {
			err = visit(prefix+name, declared.Tag.Get("secret") != "", part.Field(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readPart tells the fields of a part as a form shows them, a list with one entry a line; of secrets and pictures only
// that they are set.
func readPart(part any, prefix string, fields map[string]string, set map[string]bool) {
	_ = eachField(reflect.ValueOf(part), prefix, func(name string, secret bool, value reflect.Value) error {
		shown := valueText(value.Interface())
		if list, ok := value.Interface().(textList); ok {
			shown = strings.Join(list, "\n")
		}
		_, drawn := value.Interface().(*picture)
		if secret || drawn {
			set[name] = shown != ""
			return nil
		}
		if fields[name] = shown; shown != "" {
			set[name] = true
		}
		return nil
	})
}

// writePart puts what a form says into a part; what it does not say stays.
func writePart(part any, prefix string, fields map[string]string) error {
	return eachField(reflect.ValueOf(part).Elem(), prefix, func(name string, _ bool, value reflect.Value) error {
		typed, said := fields[name]
		if !said {
			return nil
		}
		return writeField(name, value.Addr().Interface(), typed)
	})
}

func writeField(name string, into any, typed string) error {
	switch v := into.(type) {
	case *text:
		*v = text(typed)
	case *textList:
		*v = entries(typed)
	case **source:
		*v = &source{Literal: typed}
	case **picture:
		*v = &picture{body: []byte(typed)}
	case *yesNo:
		*v = typed == "true"
	case *whole:
		*v = 0
		if typed == "" {
			return nil
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n < -mostWhole || n > mostWhole {
			return fieldFault{name, fault.New(fault.Invalid, "setup.whole", "Value", typed)}
		}
		*v = whole(n)
	}
	return nil
}

// entries are those of a list as somebody typed them, one a line.
func entries(typed string) textList {
	all := textList{}
	for line := range strings.Lines(typed) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}
