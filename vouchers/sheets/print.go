package sheets

import (
	"archive/zip"
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"mtandao/internal/paper"
	"mtandao/internal/table"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// Source gives clear codes, on the trail. *vouchers.Service satisfies it.
type Source interface {
	Export(ctx context.Context, c vouchers.Copying, by vouchers.By, each func(vouchers.Batch, vouchers.Voucher) error) error
}

// Write prints serials first to last to w as they are read; nothing is written before the deed is done.
func (p *Paper) Write(ctx context.Context, w io.Writer, from Source, first, last int, by vouchers.By) error {
	c := vouchers.Copying{BatchID: p.Batch.ID, First: first, Last: last, As: p.Key, Table: p.Table()}
	return p.Into(w, first, last, func(each func(vouchers.Batch, vouchers.Voucher) error) error { return from.Export(ctx, c, by, each) })
}

// Into prints serials first to last, which from tells in their order, to w.
func (p *Paper) Into(w io.Writer, first, last int, from func(each func(vouchers.Batch, vouchers.Voucher) error) error) error {
	var d *printing
	err := from(func(_ vouchers.Batch, v vouchers.Voucher) (err error) {
		if d == nil {
			d, err = p.open(w, first, last)
		}
		if err == nil {
			err = d.add(v)
		}
		return err
	})
	if err == nil {
		err = d.close()
	}
	return err
}

// printing writes vouchers, given in the order of their serials.
type printing struct {
	paper *Paper
	cards cardFile
	table tableFile
	queue []vouchers.Voucher
}

// together is how many pictures are computed at a time, on all processors.
const together = 64

type cardFile interface {
	add(c printedCard, serial int) error
	close() error
}

type tableFile interface {
	add(v vouchers.Voucher) error
	close() error
}

// manyPictures is from how many cards on it pays to learn how their pictures differ.
const manyPictures = 100

// open begins a file of the batch's serials first to last, which goes to w as it is made.
func (p *Paper) open(w io.Writer, first, last int) (d *printing, err error) {
	d = &printing{paper: p}
	if style := p.Batch.Style; last-first >= manyPictures && p.pictures == nil {
		p.pictures = paper.NewSums(p.Link(access.Code(style.Prefix)), style.Random+1, style.Digits)
	}
	switch p.form {
	case asPicture:
		d.cards = pictures{p, zip.NewWriter(w)}
	case asPrinter:
		d.cards = printer{p, w}
	case asText:
		d.cards = texts{p, w}
	case asCSV:
		out := table.NewCSV(w)
		d.table, err = csvTable{p, out}, out.Write(columns)
	case asXLSX:
		d.table, err = p.openXLSX(w)
	default:
		d.cards, err = p.openPDF(w, first, last)
	}
	return d, err
}

// add writes the next voucher.
func (d *printing) add(v vouchers.Voucher) error {
	if d.table != nil {
		return d.table.add(v)
	}
	if d.queue = append(d.queue, v); len(d.queue) < together {
		return nil
	}
	return d.flush()
}

// flush makes the pictures of those that wait, which takes most of the time, and writes them in order.
func (d *printing) flush() error {
	cards := make([]printedCard, len(d.queue))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, v := range d.queue {
		work.Go(func() (err error) {
			cards[i], err = d.paper.card(v)
			return err
		})
	}
	err := work.Wait()
	for i := 0; i < len(cards) && err == nil; i++ {
		err = d.cards.add(cards[i], d.queue[i].Serial)
	}
	d.queue = d.queue[:0]
	return err
}

// close writes what is left; the file is no good without.
func (d *printing) close() error {
	if d.table != nil {
		return d.table.close()
	}
	if err := d.flush(); err != nil {
		return err
	}
	return d.cards.close()
}

// File is what a file of serials first to last is called.
func (p *Paper) File(first, last int) string {
	return "batch-" + strconv.FormatInt(p.Batch.Number, 10) + "-" + strconv.Itoa(first) + "-" + strconv.Itoa(last) + "-" + p.Key + "." + p.ending
}

const previewWidth = 640 // pixels

// Preview is a card as a PNG, with a code that is none. What has no picture is shown as a slip.
func (p *Paper) Preview() ([]byte, error) {
	var picture image.Image
	if p.cols > 0 {
		r := newRaster(p.w, p.h, previewWidth/p.w, p.mark)
		p.face.shared(r, p)
		p.face.own(r, p, p.sample)
		picture = r.picture
	} else {
		q := *p
		if q.dots == 0 {
			q.dots = 384
		}
		picture = q.slipPicture(p.sample, dotsPerMM)
	}
	var out bytes.Buffer
	err := png.Encode(&out, picture)
	return out.Bytes(), err
}
