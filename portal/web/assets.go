package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Assets are the files that a face serves itself, each under an address with its hash, so that browsers keep it for ever.
type Assets struct {
	prefix string
	byFile map[string]string // file name -> address
	served map[string]asset  // last part of the address -> asset
}

type asset struct {
	kind         string
	body, zipped []byte
}

// NewAssets reads all files of a folder and compresses them once.
func NewAssets(files fs.FS, prefix string) (*Assets, error) {
	a := &Assets{prefix: prefix, byFile: map[string]string{}, served: map[string]asset{}}
	return a, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".LICENSE") {
			return err
		}
		return a.add(files, name)
	})
}

func (a *Assets) add(files fs.FS, name string) error {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	var zipped bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // a level that exists
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	extension := path.Ext(name)
	hashed := strings.TrimSuffix(path.Base(name), extension) + "." + hex.EncodeToString(sum[:6]) + extension
	a.byFile[name] = a.prefix + hashed
	a.served[hashed] = asset{kind: mime.TypeByExtension(extension), body: body, zipped: zipped.Bytes()}
	return nil
}

// Address is where a file is served. A file that does not exist fails, so that a template names none.
func (a *Assets) Address(name string) (string, error) {
	address, ok := a.byFile[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return address, nil
}

// Route serves the files to anybody.
func (a *Assets) Route() Route {
	return Route{Method: fiber.MethodGet, Path: a.prefix + ":file", Policy: Public, Handle: a.serve}
}

func (a *Assets) serve(c *fiber.Ctx) error {
	found, ok := a.served[c.Params("file")]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, found.kind)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if c.AcceptsEncodings("gzip") == "" {
		return c.Send(found.body)
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(found.zipped)
}
