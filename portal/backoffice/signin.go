package backoffice

// signInPage asks for e-mail and password. Back is where the person wanted to go.
type signInPage struct {
	frame
	Fields []input
	Back   string
}
