package house

import "go/ast"

// matched wants every model compared with its table: a type with a TableName of its own stands in a ModelsMatch of its
// package's tests.
func matched(t *tree) (found []finding) {
	compared := map[string]bool{}
	for _, s := range t.sources {
		for call := range nodes[*ast.CallExpr](s.file) {
			if name(call.Fun) != "testdb.ModelsMatch" {
				continue
			}
			for model := range nodes[*ast.CompositeLit](call) {
				if id, ok := model.Type.(*ast.Ident); ok {
					compared[s.pkg+"."+id.Name] = true
				}
			}
		}
	}
	for _, s := range t.built() {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv != nil && f.Name.Name == "TableName" && !compared[s.pkg+"."+receiver(f)] {
				found = append(found, t.at(f.Pos(), "no test compares %s with its table", receiver(f)))
			}
		}
	}
	return found
}
