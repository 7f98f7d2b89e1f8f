package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
)

// Templates are the parsed pages of a face.
type Templates struct{ pages map[string]*template.Template }

// ParseTemplates parses layout, parts.html and each named page, each page on its own. A missing or broken file is an error
// here, at start, and never later.
func ParseTemplates(files fs.FS, layout string, functions template.FuncMap, pages ...string) (*Templates, error) {
	t := &Templates{pages: map[string]*template.Template{}}
	for _, page := range pages {
		parsed, err := template.New(layout).Funcs(functions).Option("missingkey=zero").ParseFS(files, layout, "parts.html", page+".html")
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", page, err)
		}
		t.pages[page] = parsed
	}
	return t, nil
}

// Execute renders a page with its data.
func (t *Templates) Execute(page string, data any) ([]byte, error) {
	parsed, ok := t.pages[page]
	if !ok {
		return nil, fmt.Errorf("no page %q", page)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("page %s: %w", page, err)
	}
	return out.Bytes(), nil
}
