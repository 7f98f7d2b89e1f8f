// Package table writes tables for whoever opens them with a spreadsheet.
//
// It owns how comma-separated values and workbooks are written. It does not own what stands in them.
//
// Invariant: nothing that somebody typed becomes a formula or a cell of its own, whatever the spreadsheet takes for a separator: each cell is quoted, and one
// that begins as formulas do is marked as text. A rule of internal/house lets nobody else write them.
package table
