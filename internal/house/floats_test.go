package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listed is what the Go command says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

// TestNoFloatHasATypeNearMoney asks the type checker, which also knows a float that no word betrays: the result of a call, a field of another package, 1e3.
func TestNoFloatHasATypeNearMoney(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	list, err := output(root, "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", "./internal/money", "./billing/...")
	if err != nil {
		t.Fatal(err)
	}
	exports, near := map[string]string{}, []listed(nil)
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if pkg := strings.TrimPrefix(p.ImportPath, module); inside(pkg, "internal/money") || inside(pkg, "billing") {
			near = append(near, p)
		}
	}
	if len(near) < 5 {
		t.Fatalf("only %d packages are near money", len(near))
	}
	for _, p := range near {
		for _, f := range typedFloats(t, p, exports) {
			t.Error(f)
		}
	}
}

// TestTheTypeCheckerSeesFloats shows that it bites where words do not.
func TestTheTypeCheckerSeesFloats(t *testing.T) {
	for text, want := range map[string]int{
		"package a\nvar b = 1e3": 1, "package a\nvar b = 7 / 2": 0, "package a\nconst b = 1e3\nvar c int64 = b": 0,
		"package a\ntype b struct{ c complex128 }": 1, "package a\nfunc b[T ~int64 | ~string](c T) T { return c }": 0,
		"package a\nfunc b(c int64) int64 { d := 0.5; return int64(d) * c }": 1,
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "a.go", text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		found, err := floatsOf(fset, "a", []*ast.File{file}, nil)
		if err != nil || min(len(found), 1) != want {
			t.Errorf("%q gives %v, %v", text, found, err)
		}
	}
}

func typedFloats(t *testing.T, p listed, exports map[string]string) []finding {
	t.Helper()
	fset, files := token.NewFileSet(), []*ast.File(nil)
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	found, err := floatsOf(fset, p.ImportPath, files, importer.ForCompiler(fset, "gc", lookup))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// floatsOf finds what has the type of a float and is more than a constant of an integer's value on its way to one.
func floatsOf(fset *token.FileSet, path string, files []*ast.File, from types.Importer) (found []finding, err error) {
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}
	if _, err := (&types.Config{Importer: from}).Check(path, fset, files, &info); err != nil {
		return nil, err
	}
	add := func(pos token.Pos, what types.Type) {
		p := fset.Position(pos)
		found = append(found, finding{path: path + "/" + filepath.Base(p.Filename), line: p.Line, what: fmt.Sprintf("%s near money", what)})
	}
	for e, value := range info.Types {
		if isFloat(value.Type) {
			add(e.Pos(), value.Type)
		}
	}
	for id, object := range info.Defs {
		if v, ok := object.(*types.Var); ok && isFloat(v.Type()) {
			add(id.Pos(), v.Type())
		}
	}
	return found, nil
}

// isFloat knows floats and complex numbers, also behind a name, and those of math/big. An untyped constant is none until it is given a type.
func isFloat(t types.Type) bool {
	switch named := t.String(); {
	case named == "math/big.Float" || named == "*math/big.Float":
		return true
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0 && basic.Info()&types.IsUntyped == 0
}
