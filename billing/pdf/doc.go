// Package pdf puts the papers of a customer's account on A4: invoices, pro forma invoices, credit notes, statements and receipts.
//
// It owns how they look and what each of them must say. It does not own numbers, sums, taxes or texts of lines: they come in plain
// structs, and the package reads no database. Fonts, scripts and QR codes are those of internal/paper.
//
// What a date means: Day is when a document was issued, Due the last day to pay, From and To the period [From, To), of which the paper
// names the last day that is in it. All are days of Zone.
//
// Invariants:
//   - a paper whose lines, taxes, balances and payments do not add up to its totals is refused: none leaves the house
//   - an invoice or credit note without a control number says that it is pro forma, unless it is Named, and never that it is a tax invoice
//   - what does not fit on a page goes on to the next with the sum carried; nothing is cut off
//   - no hairlines and no grey: a bad photocopy can be read
//   - the same struct gives the same bytes
package pdf
