package house

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// gormInStores keeps SQL in files named *store.go: the import, and the two handles that lead to it.
func gormInStores(t *tree) (found []finding) {
	for _, s := range t.built() {
		if strings.HasSuffix(s.base, "store.go") || s.within("internal/db", "internal/testdb", "migrations") {
			continue
		}
		s.imports(func(pos token.Pos, path string) {
			if strings.HasPrefix(path, "gorm.io/") || path == "database/sql" {
				found = append(found, t.at(pos, "%s belongs in a *store.go file", path))
			}
		})
		for call := range nodes[*ast.CallExpr](s.file) {
			if isHandle(call) {
				found = append(found, t.at(call.Pos(), "a database handle outside a *store.go file"))
			}
		}
	}
	return found
}

// isHandle knows tx.Gorm() and database.Read(ctx) by their shape: no other Read takes a context.
func isHandle(call *ast.CallExpr) bool {
	e, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	return e.Sel.Name == "Gorm" && len(call.Args) == 0 || (e.Sel.Name == "Read" || e.Sel.Name == "Sums") && len(call.Args) == 1 && isContext(call.Args[0])
}

func isContext(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.HasSuffix(strings.ToLower(e.Name), "ctx")
	case *ast.SelectorExpr:
		return isContext(e.Sel)
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		return ok && slices.Contains([]string{"Context", "UserContext", "Background"}, f.Sel.Name)
	}
	return false
}

func timeFromClock(t *tree) (found []finding) {
	for _, s := range t.built() {
		if s.within("internal/clock") {
			continue
		}
		s.uses(s.qualifier("time", "time"), func(e *ast.SelectorExpr) {
			if slices.Contains([]string{"Now", "Since", "Until"}, e.Sel.Name) {
				found = append(found, t.at(e.Pos(), "time.%s: ask a clock.Clock or a clock.Stopwatch", e.Sel.Name))
			}
		})
	}
	return found
}

// tables: whoever opens a table that another package writes may open a formula.
func tables(t *tree) (found []finding) {
	for _, s := range t.built() {
		s.uses(s.qualifier("encoding/csv", "csv"), func(e *ast.SelectorExpr) {
			if e.Sel.Name == "NewWriter" {
				found = append(found, t.at(e.Pos(), "csv.NewWriter: a text may be a formula; internal/table writes tables"))
			}
		})
	}
	return found
}

// floats bans the types, the constants with a decimal point and the conversions from text where money is counted.
func floats(t *tree) (found []finding) {
	for _, s := range t.built() {
		if !s.within("internal/money", "billing") {
			continue
		}
		for n := range ast.Preorder(s.file) {
			switch n := n.(type) {
			case *ast.Ident:
				if slices.Contains([]string{"float32", "float64", "ParseFloat", "FormatFloat"}, n.Name) {
					found = append(found, t.at(n.Pos(), "%s near money", n.Name))
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT && strings.Contains(n.Value, ".") {
					found = append(found, t.at(n.Pos(), "the float %s near money", n.Value))
				}
			}
		}
	}
	return found
}

var lock = regexp.MustCompile(`(?i)\b(GET_LOCK|RELEASE_LOCK|LOCK\s+TABLES?)\b`)

func databaseBans(t *tree) (found []finding) {
	for _, s := range t.sources {
		for n := range ast.Preorder(s.file) {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if n.Sel.Name == "AutoMigrate" {
					found = append(found, t.at(n.Pos(), "the schema is made by migrations alone"))
				}
			case *ast.BasicLit:
				if text, ok := literal(n); ok && !s.test && lock.MatchString(text) {
					found = append(found, t.at(n.Pos(), "%s is wrong on a cluster", lock.FindString(text)))
				}
			}
		}
	}
	for name, text := range t.texts {
		if path.Ext(name) == ".sql" && lock.Match(text) {
			found = append(found, finding{path: name, what: string(lock.Find(text)) + " is wrong on a cluster"})
		}
	}
	return found
}

func fiberInPortal(t *tree) (found []finding) {
	for _, s := range t.built() {
		if s.within("portal") {
			continue
		}
		s.uses(s.qualifier("github.com/gofiber/fiber/v2", "fiber"), func(e *ast.SelectorExpr) {
			if e.Sel.Name == "Ctx" {
				found = append(found, t.at(e.Pos(), "fiber.Ctx outside portal"))
			}
		})
	}
	return found
}

var edgeTag = regexp.MustCompile(`\b(json|form|validate|query|xml):`)

// edgeTags keeps one struct from being table, API and form at once. Unexported documents of a store or a rail may have them.
func edgeTags(t *tree) (found []finding) {
	for _, s := range t.built() {
		if s.within("portal", "internal/app", "internal/sim", "cmd") {
			continue
		}
		for spec := range nodes[*ast.TypeSpec](s.file) {
			if !spec.Name.IsExported() {
				continue
			}
			for field := range nodes[*ast.Field](spec.Type) {
				if field.Tag != nil && edgeTag.MatchString(field.Tag.Value) {
					found = append(found, t.at(field.Pos(), "%s has a tag %s", spec.Name.Name, field.Tag.Value))
				}
			}
		}
	}
	return found
}

var ledgerTable = regexp.MustCompile(`(?i)CREATE TABLE\s+(?:IF NOT EXISTS\s+)?[` + "`" + `"]?(ledger_\w+)`)

// books keeps every other package out of the tables of the ledger; report reads across all tables, by design.
func books(t *tree) (found []finding) {
	var tables []string
	for name, text := range t.texts {
		if path.Ext(name) != ".sql" {
			continue
		}
		for _, m := range ledgerTable.FindAllSubmatch(text, -1) {
			tables = append(tables, string(m[1]))
		}
	}
	if len(tables) == 0 {
		return []finding{{path: "migrations", what: "no ledger_ tables: how are they named now?"}}
	}
	mention := regexp.MustCompile(`\b(` + strings.Join(tables, "|") + `)\b`)
	for _, s := range t.built() {
		if s.within("billing/ledger", "internal/report", "migrations") {
			continue
		}
		for l := range nodes[*ast.BasicLit](s.file) {
			if text, ok := literal(l); ok && mention.MatchString(text) {
				found = append(found, t.at(l.Pos(), "%s belongs to billing/ledger", mention.FindString(text)))
			}
		}
	}
	return found
}

// skips finds tests that would rather not run: a missing database or tool fails.
func skips(t *tree) (found []finding) {
	for _, s := range t.sources {
		if !s.test {
			continue
		}
		for call := range nodes[*ast.CallExpr](s.file) {
			e, ok := call.Fun.(*ast.SelectorExpr)
			if ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, e.Sel.Name) {
				found = append(found, t.at(call.Pos(), "%s: a test runs or fails", e.Sel.Name))
			}
		}
	}
	return found
}
