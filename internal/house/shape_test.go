package house

import (
	"bytes"
	"go/ast"
	"go/format"
	"regexp"
	"slices"
	"strings"
)

const (
	mostFunctionLines = 70
	mostFileLines     = 400
)

func longFunctions(t *tree) (found []finding) {
	for _, s := range t.built() {
		for f := range nodes[*ast.FuncDecl](s.file) {
			if lines := t.lines(f); lines > mostFunctionLines {
				found = append(found, t.at(f.Pos(), "%s has %d lines", f.Name.Name, lines))
			}
		}
	}
	return found
}

func (t *tree) lines(f *ast.FuncDecl) int {
	return t.fset.Position(f.End()).Line - t.fset.Position(f.Type.Func).Line + 1
}

func longFiles(t *tree) (found []finding) {
	for _, s := range t.sources {
		if lines := bytes.Count(s.text, []byte("\n")); lines > mostFileLines {
			found = append(found, t.at(s.file.Package, "the file has %d lines", lines))
		}
	}
	return found
}

func formatted(t *tree) (found []finding) {
	for _, s := range t.sources {
		var neat bytes.Buffer
		if err := format.Node(&neat, t.fset, s.file); err != nil || !bytes.Equal(neat.Bytes(), s.text) {
			found = append(found, finding{path: s.path, what: "not as gofmt writes it"})
		}
	}
	return found
}

// docFiles wants what a package owns, does not own and keeps true in its doc.go, and nowhere else.
func docFiles(t *tree) (found []finding) {
	documented := map[string]bool{}
	for _, s := range t.built() {
		if s.base == "doc.go" && s.file.Doc != nil {
			documented[s.pkg] = true
		}
	}
	said := map[string]bool{}
	for _, s := range t.built() {
		switch {
		case documented[s.pkg] && s.base != "doc.go" && s.file.Doc != nil:
			found = append(found, t.at(s.file.Doc.Pos(), "package %s is described twice", s.pkg))
		case !documented[s.pkg] && !said[s.pkg] && s.file.Name.Name != "main":
			said[s.pkg] = true
			found = append(found, finding{path: s.pkg, what: "no doc.go that describes the package"})
		}
	}
	return found
}

// understood are methods whose name and signature say all, because the standard library gave them their meaning.
var understood = []string{"Error", "Unwrap", "String", "Is", "ServeHTTP", "TableName", "Len", "Less", "Swap"}

func docComments(t *tree) (found []finding) {
	for _, s := range t.built() {
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && isPublic(d) {
					found = append(found, t.at(d.Pos(), "%s has no doc comment", d.Name.Name))
				}
			case *ast.GenDecl:
				found = append(found, t.undocumented(d)...)
			}
		}
	}
	return found
}

func isPublic(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return d.Name.IsExported()
	}
	return d.Name.IsExported() && ast.IsExported(receiver(d)) && !slices.Contains(understood, d.Name.Name)
}

// receiver is the name of the method's type, without star and type parameters.
func receiver(d *ast.FuncDecl) string {
	for id := range nodes[*ast.Ident](d.Recv.List[0].Type) {
		return id.Name
	}
	return ""
}

// undocumented looks at types, constants and variables; a comment on a group speaks for its members, except for types.
func (t *tree) undocumented(d *ast.GenDecl) (found []finding) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && spec.Doc == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				found = append(found, t.at(spec.Pos(), "%s has no doc comment", spec.Name.Name))
			}
		case *ast.ValueSpec:
			public := slices.ContainsFunc(spec.Names, (*ast.Ident).IsExported)
			if public && spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
				found = append(found, t.at(spec.Pos(), "%s has no doc comment", spec.Names[0].Name))
			}
		}
	}
	return found
}

// The words are put together here so that this file does not break its own rules.
var (
	mark        = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|no` + `lint)\b`)
	machinePath = regexp.MustCompile(`(?:^|[^\w.-])/(wo` + `rk|ro` + `ot|ho` + `me)/`)
)

func marks(t *tree) []finding { return t.matching(mark, "finish it, or file an issue") }

func machinePaths(t *tree) []finding { return t.matching(machinePath, "the path of one machine") }

func (t *tree) matching(bad *regexp.Regexp, why string) (found []finding) {
	for name, text := range t.texts {
		if strings.HasSuffix(name, "go.sum") {
			continue // sums are random letters
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			if m := bad.Find(line); m != nil {
				found = append(found, finding{path: name, line: i + 1, what: string(bytes.TrimSpace(m)) + ": " + why})
			}
		}
	}
	return found
}
