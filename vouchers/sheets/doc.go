// Package sheets puts vouchers on paper: sheets of cards and slips as PDF, slips for thermal printers and phones, and tables.
//
// It owns layouts, what stands on a card, fonts and files. It does not own vouchers (whose clear codes vouchers.Export alone gives, on the
// trail), brands, or the colours' arithmetic (themes). Lengths are millimetres from the upper left, sizes of letters points.
//
// A card is drawn once through canvas, which is a PDF or a picture: what the preview shows is what is printed. gofpdf makes the beginning of a
// PDF, with fonts, logo and the face that all cards share; the sheets, which hold little but the picture and the code of each card, are
// appended one by one as an update of that document (ISO 32000-1, 7.5.6), so that no more than one is in memory.
//
// go-qrcode draws the pictures. Of a large print it draws some sixty, and the rest are sums of these, module by module what it would have
// drawn (paper.Sums): ten times as fast.
//
// Invariants:
//   - a voucher's place on its sheet follows from its serial: Batch.Sheet finds the sheet of any layout
//   - what can no longer be used is not printed again: its place says so instead
//   - a text in a script that the fonts lack is refused by the script's name, never printed as boxes
package sheets
