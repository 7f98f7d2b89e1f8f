package fieldwork

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// snapshot is a photograph whose left half is red and whose right half is blue.
func snapshot(width, height int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{R: 250, A: 255}
			if x >= width/2 {
				c = color.RGBA{B: 250, A: 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func asJPEG(t *testing.T, p image.Image) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, p, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t *testing.T, p image.Image) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, p); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// fromCamera is a JPEG with what a camera writes into it: how it was held, and where.
func fromCamera(photo []byte, held byte) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(held) + "\x00\x00\x00\x00\x00\x00GPS -1.2212 36.8972")
	part := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(part)+2))
	return slices.Concat(head, part, photo[2:])
}

// bomb is a PNG of a few octets that says it is so large.
func bomb(width, height uint32) []byte {
	part := func(kind string, body []byte) []byte {
		all := append([]byte(kind), body...)
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body))), all, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(all)))
	}
	head := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height), 8, 2, 0, 0, 0)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), part("IHDR", head), part("IDAT", []byte("x")), part("IEND", nil))
}

// TestWhatIsNoFile: the content decides, not the name; what is empty, too large, or would fill the memory is refused.
func TestWhatIsNoFile(t *testing.T) {
	small := asJPEG(t, snapshot(20, 10))
	for name, one := range map[string]struct {
		body []byte
		key  string
	}{
		"empty": {nil, "file.empty"}, "too large": {append(slices.Clone(small), make([]byte, MostFileOctets)...), "file.size"}, "page": {[]byte("<html><script>alert(1)</script></html>"), "file.type"},
		"SVG": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "file.type"}, "zip": {[]byte("PK\x03\x04 and more"), "file.type"}, "GIF": {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "file.type"},
		"half a JPEG": {small[:len(small)/3], "file.type"}, "half a PDF": {[]byte("%PDF-1.7 and no end"), "file.type"}, "page before a PDF": {[]byte("<html>%PDF-1.7 %%EOF"), "file.type"},
		"huge": {bomb(60_000, 60_000), "file.picture"}, "wide": {bomb(1<<31-1, 1), "file.picture"}, "empty PNG": {bomb(100, 100), "file.type"},
	} {
		if _, _, err := cleanFile(one.body); fault.KeyOf(err) != one.key {
			t.Errorf("%s: %v, want %s", name, err, one.key)
		}
	}
	page, kind, err := cleanFile([]byte("%PDF-1.4\n1 0 obj\n%%EOF\n"))
	if err != nil || kind != typePDF || len(page) == 0 {
		t.Error(kind, err)
	}
}

// TestAPhotographIsDrawnAnew: as large as it is kept, upright as the camera was held, and without what the camera wrote.
func TestAPhotographIsDrawnAnew(t *testing.T) {
	for held, red := range map[byte]image.Point{1: {10, 30}, 2: {110, 30}, 3: {110, 30}, 4: {10, 30}, 5: {30, 10}, 6: {30, 10}, 7: {30, 110}, 8: {30, 110}} {
		clean, kind, err := cleanFile(fromCamera(asJPEG(t, snapshot(120, 60)), held))
		if err != nil || kind != typeJPEG || bytes.Contains(clean, []byte("GPS")) || bytes.Contains(clean, []byte("Exif")) {
			t.Fatal(held, kind, err)
		}
		p, err := jpeg.Decode(bytes.NewReader(clean))
		if err != nil {
			t.Fatal(err)
		}
		tall := held > 4
		if size := p.Bounds().Size(); (size.X == 60) != tall || (size.Y == 60) == tall {
			t.Errorf("held %d: %v", held, size)
		}
		if r, _, b, _ := p.At(red.X, red.Y).RGBA(); r < 0xc000 || b > 0x4000 {
			t.Errorf("held %d: red is not at %v", held, red)
		}
	}
	clean, _, err := cleanFile(asPNG(t, snapshot(3200, 400)))
	if p, e := jpeg.DecodeConfig(bytes.NewReader(clean)); err != nil || e != nil || p.Width != KeptSide || p.Height != 200 {
		t.Error(p, err, e)
	}
	for _, odd := range [][]byte{{0xff, 0xd8, 0xff, 0xe1}, []byte("\xff\xd8\xff\xe1\xff\xffExif\x00\x00MM"), []byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff"), []byte("\xff\xd8\xff\xe0\x00\x00\xff")} {
		if got := orientation(odd); got != 1 {
			t.Errorf("%q: %d", odd, got)
		}
	}
}

// TestFileNamesLeadNowhere: neither up, nor to another program.
func TestFileNamesLeadNowhere(t *testing.T) {
	for typed, want := range map[string]string{
		"IMG_2041.JPG": "IMG_2041.jpg", "../../etc/passwd": "passwd.jpg", `C:\Users\x\roof.png`: "roof.jpg", "contract.pdf.exe": "contract pdf exe.jpg", "roof.jpg.png": "roof.jpg", "page.html\x00.jpg": "page html.jpg",
		"": "file.jpg", "...": "file.jpg", "a\"b\r\nSet-Cookie: x=1.jpg": "abSet-Cookie x=1.jpg", "\u202egpj.exe": "gpj exe.jpg", "Mkataba wa Achieng’": "Mkataba wa Achieng’.jpg", strings.Repeat("é", 200): strings.Repeat("é", mostFileName) + ".jpg",
	} {
		if got := fileName(typed, typeJPEG); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func (y *yard) fileOf(object string, objectID int64, kind FileKind, request string) File {
	y.Helper()
	f, err := y.AddFile(ctx, File{Object: object, ObjectID: objectID, Kind: kind, Name: "Amina's roof.png"}, asPNG(y.T, snapshot(900, 700)), request, asha)
	y.must(err)
	return f
}

func (y *yard) left() int { return y.count("SELECT COUNT(*) FROM file_pieces") }

// TestAFileIsKeptAndRemovedOnce: sealed, in pieces, once for one form, opened on the record, and removed by one of two.
func TestAFileIsKeptAndRemovedOnce(t *testing.T) {
	each(t, func(y *yard) {
		c := y.customer("Amina", "0712000333")
		page := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("contract "), 120_000)...)
		page = append(page, "%%EOF"...)
		f, err := y.AddFile(ctx, File{Object: OfCustomer, ObjectID: c.ID, Kind: Contract, Name: "x/Amina 12345678.jpg"}, page, "once", asha)
		y.must(err)
		again, err := y.AddFile(ctx, File{Object: OfCustomer, ObjectID: c.ID, Kind: Contract}, page, "once", asha)
		if err != nil || again.ID != f.ID || f.Name != "Amina 12345678.pdf" || f.CustomerID != c.ID || y.left() != 3 {
			y.Error(f, again, err, y.left())
		}
		if y.count("SELECT COUNT(*) FROM file_pieces WHERE content LIKE '%contract%'") != 0 {
			y.Error("it is not sealed")
		}
		got, body, err := y.OpenFile(ctx, f.ID, By{Actor: "juma@example.com"})
		if err != nil || !bytes.Equal(body, page) || got.Name != f.Name {
			y.Error(len(body), got, err)
		}
		if y.count("SELECT COUNT(*) FROM audit_events WHERE action = 'file opened' AND actor = 'juma@example.com' AND object = 'customer' AND object_id = ?", id(c.ID)) != 1 {
			y.Error("that it was opened is not in the trail")
		}
		y.wants(y.RemoveFile(ctx, f.ID, "", asha), "file.why")
		errs := race(func() error { return y.RemoveFile(ctx, f.ID, "replaced", asha) }, func() error { return y.RemoveFile(ctx, f.ID, "unreadable", By{Actor: "juma@example.com"}) })
		if (errs[0] == nil) == (errs[1] == nil) || fault.KeyOf(failed(errs)) == "" && !fault.Is(errs[0], fault.NotFound) && !fault.Is(errs[1], fault.NotFound) {
			y.Error("not one of two removed it:", errs)
		}
		if y.left() != 0 || y.count("SELECT COUNT(*) FROM audit_events WHERE action = 'file removed'") != 1 || y.count("SELECT COUNT(*) FROM audit_events WHERE action LIKE 'file%' AND (old_value LIKE '%12345678%' OR new_value LIKE '%12345678%')") != 0 {
			y.Error("after it was removed:", y.left())
		}
		_, _, err = y.OpenFile(ctx, f.ID, asha)
		y.wants(err, "file.unknown")
	})
}

// TestFilesFollowWhomTheyAreOf: a lead's go to the customer, a merged customer's to who stays; no more than are kept, also when two add at once.
func TestFilesFollowWhomTheyAreOf(t *testing.T) {
	each(t, func(y *yard) {
		l, c := y.newLead("Otieno", "0712000444"), y.customer("Amina", "0712000333")
		paper := y.fileOf(OfLead, l.ID, IdentityOf, "1")
		look := y.plan(0, func(v *Visit) { v.LeadID, v.Kind = l.ID, LookAt })
		roof := y.fileOf(OfVisit, look.ID, Photo, "2")
		if paper.CustomerID != 0 || roof.CustomerID != 0 {
			y.Error("a lead is no customer yet")
		}
		won, err := y.WinLead(ctx, Act{ID: l.ID}, 0, asha)
		y.must(err)
		_, err = y.AddFile(ctx, File{Object: OfLead, ObjectID: l.ID, Kind: Photo}, asPNG(t, snapshot(9, 9)), "3", asha)
		y.wants(err, "lead.done")
		y.must(y.DB.InTx(ctx, func(tx *db.Tx) error { return y.MoveCustomer(tx, won.ID, c.ID) }))
		found, err := y.FilesOf(ctx, c.ID, 0, 9)
		if err != nil || len(found) != 2 || found[1].Object != OfCustomer || found[1].ObjectID != c.ID || found[0].Object != OfVisit || found[0].ObjectID != look.ID {
			y.Fatal(found, err)
		}
		if older, err := y.FilesOf(ctx, c.ID, found[0].ID, 9); err != nil || len(older) != 1 {
			y.Error(older, err)
		}
		for n := len(found) - 1; n < MostFiles-1; n++ {
			y.must(y.DB.InTx(ctx, func(tx *db.Tx) error {
				_, _, err := y.insertFile(tx, File{ID: tx.ID(), Object: OfCustomer, ObjectID: c.ID, MadeAt: noon}, id(int64(n)))
				return err
			}))
		}
		add := func(request string) func() error {
			body := asPNG(t, snapshot(9, 9))
			return func() error {
				_, err := y.AddFile(ctx, File{Object: OfCustomer, ObjectID: c.ID, Kind: Photo}, body, request, asha)
				return err
			}
		}
		if errs := race(add("last"), add("one more")); (errs[0] == nil) == (errs[1] == nil) || fault.KeyOf(errs[0]) != "file.many" && fault.KeyOf(errs[1]) != "file.many" {
			y.Error("of two for one place:", errs)
		}
		_, err = y.AddFile(ctx, File{Object: OfCustomer, ObjectID: 77, Kind: Photo}, asPNG(t, snapshot(9, 9)), "4", asha)
		y.wants(err, "customer.unknown")
		_, err = y.AddFile(ctx, File{Object: OfCustomer, ObjectID: c.ID, Kind: "x"}, asPNG(t, snapshot(9, 9)), "5", asha)
		y.wants(err, "file.kind")
	})
}

// TestFilesAreForgotten: with the lead or the visit that they are of, and with an account that was closed as long ago.
func TestFilesAreForgotten(t *testing.T) {
	each(t, func(y *yard) {
		l, c, stays := y.newLead("Otieno", "0712000444"), y.customer("Amina", "0712000333"), y.customer("Wafula", "0712000555")
		v := y.plan(stays.ID)
		y.fileOf(OfLead, l.ID, IdentityOf, "1")
		y.fileOf(OfCustomer, c.ID, Contract, "2")
		y.fileOf(OfVisit, v.ID, Photo, "3")
		kept := y.fileOf(OfCustomer, stays.ID, Contract, "4")
		y.must(y.TurnLead(ctx, Act{ID: l.ID}, Lost, "", 0, "price", asha))
		y.must(y.EndVisit(ctx, Act{ID: v.ID}, Cancelled, nil, "They moved.", asha))
		y.must(y.Customers.Close(ctx, c.ID, customers.By(asha)))
		y.must(y.DB.InTx(ctx, func(tx *db.Tx) error {
			has, err := y.Has(tx, c.ID)
			if !has {
				y.Error("who has a file could be forgotten as one who was brought in by mistake")
			}
			return err
		}))
		months := y.Settings.Int(settings.FieldKeepMonths)
		y.clock.Advance(noon.AddDate(0, months, -1).Sub(noon))
		y.must(y.Sweep(ctx))
		if n := y.count("SELECT COUNT(*) FROM files"); n != 4 {
			y.Error("forgotten too early:", n)
		}
		y.clock.Advance(48 * 60 * 60 * 1e9)
		y.must(y.Sweep(ctx))
		if all, err := y.FilesOf(ctx, stays.ID, 0, 9); err != nil || len(all) != 1 || all[0].ID != kept.ID || y.count("SELECT COUNT(*) FROM files") != 1 || y.left() != 1 {
			y.Error(all, err, y.left())
		}
		if y.count("SELECT COUNT(*) FROM audit_events WHERE action = 'file erased'") != 3 {
			y.Error("what was erased is not in the trail")
		}
		_, err := y.AddFile(ctx, File{Object: OfVisit, ObjectID: v.ID, Kind: Photo}, asPNG(t, snapshot(9, 9)), "5", asha)
		y.wants(err, "file.erased")
	})
}
