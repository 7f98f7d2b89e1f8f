package house

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

const auditPackage = module + "internal/audit"

// untoldTrail finds what the audit trail stores without words to show it in: actions and objects that are written out, be it in the event itself, in
// a variable called action, or as the argument of a parameter called so.
func untoldTrail(t *tree) (found []finding) {
	takes := t.takingActions()
	for _, s := range t.built() {
		say := func(prefix string, e ast.Expr) {
			stored, ok := literal(e)
			key := prefix + strings.NewReplacer(" ", "_", "-", "_").Replace(stored)
			if ok && stored != "" && !slices.Contains(t.keys, key) {
				found = append(found, t.at(e.Pos(), "no text for %s", key))
			}
		}
		for event := range nodes[*ast.CompositeLit](s.file) {
			if event.Type == nil || name(event.Type) != "audit.Event" {
				continue
			}
			for _, element := range event.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					switch name(pair.Key) {
					case "Action":
						say("office.did.", pair.Value)
					case "Object":
						say("office.object.", pair.Value)
					}
				}
			}
		}
		if s.within("portal") { // there an action is where a form goes
			continue
		}
		for assigned := range nodes[*ast.AssignStmt](s.file) {
			for n, to := range assigned.Lhs {
				if name(to) == "action" && len(assigned.Rhs) == len(assigned.Lhs) && s.audits() {
					say("office.did.", assigned.Rhs[n])
				}
			}
		}
		for call := range nodes[*ast.CallExpr](s.file) {
			called := name(call.Fun)
			if n, ok := takes[s.pkg+"."+called[strings.LastIndex(called, ".")+1:]]; ok && n < len(call.Args) {
				say("office.did.", call.Args[n])
			}
		}
	}
	return found
}

// audits says whether a file writes to the trail.
func (s *source) audits() (yes bool) {
	s.imports(func(_ token.Pos, path string) { yes = yes || path == auditPackage })
	return yes
}

// takingActions are the functions of packages that write to the trail with a parameter called action, and which one it is.
func (t *tree) takingActions() map[string]int {
	takes, audits := map[string]int{}, map[string]bool{}
	for _, s := range t.built() {
		audits[s.pkg] = audits[s.pkg] || s.audits()
	}
	for _, s := range t.built() {
		if !audits[s.pkg] {
			continue
		}
		for f := range nodes[*ast.FuncDecl](s.file) {
			n := 0
			for _, field := range f.Type.Params.List {
				for _, parameter := range field.Names {
					if parameter.Name == "action" {
						takes[s.pkg+"."+f.Name.Name] = n
					}
					n++
				}
			}
		}
	}
	return takes
}
