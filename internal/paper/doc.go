// Package paper is what all printed things share: fonts, the scripts they have, logos and QR codes, and the beginning of a PDF.
//
// It owns how letters are measured and which of them can be printed. It does not own what stands on a page (vouchers/sheets, billing/pdf).
// Two ways lead to a page: gofpdf in millimetres, and Pages, whose lengths are whole, for papers about money.
//
// Invariants: a text in a script that the fonts lack is refused by the script's name, never printed as boxes; the same paper has the same
// bytes.
package paper
