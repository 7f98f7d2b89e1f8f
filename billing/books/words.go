package books

import (
	"strings"

	"mtandao/internal/words"
)

// Text is the account's name.
func (a Account) Text(l words.Lang) string { return words.Text(l, a.NameKey) }

// For says what the account is for.
func (a Account) For(l words.Lang) string {
	return words.Text(l, "books.for."+strings.TrimPrefix(a.NameKey, "account."))
}

// KindText is the kind of an account in words.
func KindText(l words.Lang, kind string) string { return words.Text(l, "books.kind."+kind) }

// Text is what an entry is, in words; a kind that has none is told as it is stored.
func (e Entry) Text(l words.Lang) string {
	if key := "books.entry." + strings.NewReplacer(" ", "_", "-", "_").Replace(e.Kind); words.Has(key) {
		return words.Text(l, key)
	}
	return e.Kind
}

// Text is a cause in words; nothing when it cannot be told.
func (c Cause) Text(l words.Lang) string {
	if c.Kind == "" {
		return ""
	}
	return words.Text(l, "books.cause."+c.Kind)
}

// noted are the beginnings of memos behind which people find a number that they know: a document's, an order's, a voucher's, a receipt's.
var noted = map[string]string{"invoice": "", "credit note": "", "write-off": "", "money in": "order ", "voucher used": "voucher ", "rail charge": "charge of "}

// Note is the number in the memo that people know the cause by; nothing where a memo has none.
func (e Entry) Note() string {
	begins, has := noted[e.Kind]
	note, found := strings.CutPrefix(e.Memo, begins)
	if !has || !found {
		return ""
	}
	return note
}
