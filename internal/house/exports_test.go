package house

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

// uncalled are exports that the program does not call yet, each with who is to.
var uncalled = map[string]string{
	"portal/guest.CaptiveAddress": "who hands out addresses and can tell clients apart (DHCP option 114)",
	"radius/mikrotik.DialTLS":     "whoever knows go-routeros: the client has its shape",
	"radius/mikrotik.RunArgs":     "whoever knows go-routeros: the client has its shape",
}

var templateName = regexp.MustCompile(`\.([A-Z]\w*)`)

// usedExports finds functions and methods that nothing in the program calls by name, only tests: what nobody asked for.
func usedExports(t *tree) (found []finding) {
	named := t.named()
	for _, s := range t.built() {
		if s.file.Name.Name == "main" || s.within("internal/sim", "internal/testdb") {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !isPublic(f) || strings.Contains(f.Doc.Text(), " implements ") {
				continue
			}
			switch excused := uncalled[s.pkg+"."+f.Name.Name] != ""; {
			case !named[f.Name.Name] && !excused:
				found = append(found, t.at(f.Pos(), "only tests use %s", f.Name.Name))
			case named[f.Name.Name] && excused:
				found = append(found, t.at(f.Pos(), "%s has a caller now: it needs no excuse", f.Name.Name))
			}
		}
	}
	return found
}

// named are the names that the program and its templates mention, other than to declare a function or to ask for a method.
func (t *tree) named() map[string]bool {
	names := map[string]bool{}
	for _, s := range t.built() {
		var declared []*ast.Ident
		for f := range nodes[*ast.FuncDecl](s.file) {
			declared = append(declared, f.Name)
		}
		for i := range nodes[*ast.InterfaceType](s.file) {
			for _, method := range i.Methods.List {
				declared = append(declared, method.Names...)
			}
		}
		for id := range nodes[*ast.Ident](s.file) {
			if !slices.Contains(declared, id) {
				names[id.Name] = true
			}
		}
	}
	for _, text := range t.templates() {
		for _, m := range templateName.FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
	}
	return names
}
