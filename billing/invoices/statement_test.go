package invoices

// byLines reads anne's statement a line at a time: it is the same.
func (w *desk) byLines(st Statement) {
	w.Helper()
	last := StatementLine{}
	for n, want := range st.Lines {
		one, err := w.StatementAfter(w.Context(), anne, st.From, st.Until, last, 1)
		if err != nil || len(one.Lines) != 1 || one.Lines[0] != want || one.Opening != st.Opening || one.Closing != st.Closing || one.Cut != (n < len(st.Lines)-1) {
			w.Errorf("line %d: %+v, %v", n, one, err)
		}
		last = StatementLine{EntryID: want.EntryID, Balance: want.Balance}
	}
}
