package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"mtandao/internal/words"
)

const module = "mtandao/"

// source is one Go file, parsed once for all rules.
type source struct {
	path string // from the root of the repository
	pkg  string // import path without the module, "billing/ledger"
	base string
	test bool
	text []byte
	file *ast.File
}

// tree is what the rules look at.
type tree struct {
	fset    *token.FileSet
	sources []*source
	texts   map[string][]byte // every text file that is tracked or would be, Go or not
	keys    []string          // of internal/words
}

// newTree parses files, given as path and content.
func newTree(texts map[string][]byte, keys []string) (*tree, error) {
	t := &tree{fset: token.NewFileSet(), texts: texts, keys: keys}
	for name, text := range texts {
		if path.Ext(name) != ".go" {
			continue
		}
		file, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		t.sources = append(t.sources, &source{path: name, pkg: path.Dir(name), base: path.Base(name), text: text, file: file,
			test: strings.HasSuffix(name, "_test.go")})
	}
	return t, nil
}

// loadTree reads the repository: its files as git sees them, its packages as the Go command does.
func loadTree(t *testing.T) *tree {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := readTexts(root)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := newTree(texts, words.Keys())
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.compare(root); err != nil {
		t.Fatal(err)
	}
	return loaded
}

func readTexts(root string) (map[string][]byte, error) {
	// The folder may belong to somebody other than us, which git refuses unless told.
	list, err := output(root, "git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	texts := map[string][]byte{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not yet committed so
		}
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(text, []byte{0}) {
			texts[name] = text
		}
	}
	return texts, watch(root, texts)
}

// watch reads the folders too, so that a new file makes the Go command forget a cached pass of this test.
func watch(root string, texts map[string][]byte) error {
	seen := map[string]bool{}
	for name := range texts {
		for folder := path.Dir(name); !seen[folder]; folder = path.Dir(folder) {
			seen[folder] = true
			if _, err := os.ReadDir(filepath.Join(root, folder)); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare makes sure that no package of the build escapes: each one that the Go command lists was parsed.
func (t *tree) compare(root string) error {
	list, err := output(root, "go", "list", "-json=ImportPath,Error", "./...")
	if err != nil {
		return err
	}
	parsed := map[string]bool{}
	for _, s := range t.sources {
		parsed[module+s.pkg] = true
	}
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p struct {
			ImportPath string
			Error      *struct{ Err string }
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p.Error != nil {
			return fmt.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		}
		if !parsed[p.ImportPath] {
			return fmt.Errorf("%s was not read: are its files ignored by git?", p.ImportPath)
		}
	}
}

func output(folder, program string, args ...string) ([]byte, error) {
	c := exec.Command(program, args...)
	c.Dir = folder
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("%s: %w: %s", program, err, exit.Stderr)
	}
	return out, err
}
