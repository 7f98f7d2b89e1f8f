package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"mtandao/internal/words"
)

// TestScreens draws every paper in both languages into the folder that MTANDAO_SCREENS names: account/{paper}-{language}-{page}.png.
// Without a folder it draws one, and lets go of it.
func TestScreens(t *testing.T) {
	folder, all := os.Getenv("MTANDAO_SCREENS"), true
	if folder == "" {
		folder, all = t.TempDir(), false
	}
	folder = filepath.Join(folder, "account")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, l := range words.Languages {
		for name, p := range papersOf(l) {
			if !all && name != "invoice" {
				continue
			}
			file, err := p.PDF()
			if err != nil {
				t.Fatal(name, err)
			}
			cmd := exec.Command("pdftoppm", "-r", "110", "-png", "-", filepath.Join(folder, name+"-"+string(l)))
			cmd.Stdin = bytes.NewReader(file)
			if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
				t.Fatalf("%s: %v %s", name, err, said)
			}
		}
	}
}
