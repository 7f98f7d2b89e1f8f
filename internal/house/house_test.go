package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rule is one thing that the house asks of its code.
type rule struct {
	name  string
	check func(t *tree) []finding
}

var rules = []rule{
	{"ranks", ranked},
	{"neighbours", neighbours},
	{"gorm in stores", gormInStores},
	{"time from clock", timeFromClock},
	{"tables by table alone", tables},
	{"no floats near money", floats},
	{"no locks, no AutoMigrate", databaseBans},
	{"fiber stays in portal", fiberInPortal},
	{"no edge tags in domains", edgeTags},
	{"books by ledger alone", books},
	{"models match", matched},
	{"doc.go", docFiles},
	{"doc comments", docComments},
	{"exports are used", usedExports},
	{"words exist", missingWords},
	{"words are used", unusedWords},
	{"the trail has words", untoldTrail},
	{"functions", longFunctions},
	{"files", longFiles},
	{"gofmt", formatted},
	{"marks", marks},
	{"machine paths", machinePaths},
	{"skips", skips},
}

// TestHouse holds the repository to every rule.
func TestHouse(t *testing.T) {
	whole := loadTree(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			found := r.check(whole)
			slices.SortFunc(found, finding.compare)
			for _, f := range found {
				t.Error(f)
			}
		})
	}
}

// finding is one breach of a rule.
type finding struct {
	path string
	line int // 0 for the whole file
	what string
}

func (f finding) String() string {
	if f.line == 0 {
		return f.path + ": " + f.what
	}
	return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.what)
}

func (f finding) compare(g finding) int {
	return cmp.Or(cmp.Compare(f.path, g.path), cmp.Compare(f.line, g.line), cmp.Compare(f.what, g.what))
}

// at places a finding.
func (t *tree) at(pos token.Pos, format string, args ...any) finding {
	p := t.fset.Position(pos)
	return finding{path: p.Filename, line: p.Line, what: fmt.Sprintf(format, args...)}
}

// built lists the files that are not tests.
func (t *tree) built() []*source {
	var list []*source
	for _, s := range t.sources {
		if !s.test {
			list = append(list, s)
		}
	}
	return list
}

// within says whether a package is one of these folders or below one.
func (s *source) within(folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return inside(s.pkg, folder) })
}

func inside(pkg, folder string) bool {
	return folder == "" || pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

// imports calls visit with each import path of the file.
func (s *source) imports(visit func(pos token.Pos, path string)) {
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value) // the parser has seen that it is quoted
		visit(i.Pos(), path)
	}
}

// qualifier is the name under which the file knows an import; "" when it does not import it.
func (s *source) qualifier(importPath, usual string) string {
	for _, i := range s.file.Imports {
		if i.Path.Value != strconv.Quote(importPath) {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return usual
	}
	return ""
}

// uses calls visit for each mention of qualifier.Name in the file.
func (s *source) uses(qualifier string, visit func(e *ast.SelectorExpr)) {
	if qualifier == "" {
		return
	}
	for e := range nodes[*ast.SelectorExpr](s.file) {
		if x, ok := e.X.(*ast.Ident); ok && x.Name == qualifier {
			visit(e)
		}
	}
}

// nodes yields every node of one type.
func nodes[N ast.Node](root ast.Node) func(yield func(N) bool) {
	return func(yield func(N) bool) {
		for n := range ast.Preorder(root) {
			if wanted, ok := n.(N); ok && !yield(wanted) {
				return
			}
		}
	}
}

// literal is the value of a string literal; false for anything else.
func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(l.Value)
	return value, err == nil
}
