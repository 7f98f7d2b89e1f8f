package mikrotik

import "strings"

// scriptFile is where the pasted line keeps the script for the moment of its run.
const scriptFile = "mtandao-setup.rsc"

// PasteLine is what a person pastes into the router's terminal: it fetches the script behind a short-lived link, runs it and
// removes it, secrets and all. Certificates are checked by RouterOS 7; unchecked is for versions before 7.19, which know
// no authorities, and there whoever stands between router and server could give it another script.
func PasteLine(link string, unchecked bool) string {
	check := ""
	if strings.HasPrefix(link, "https:") {
		check = " check-certificate=yes-without-crl"
		if unchecked {
			check = " check-certificate=no"
		}
	}
	return "/tool fetch url=" + quote(link) + " dst-path=" + scriptFile + check + "; /import file-name=" + scriptFile +
		"; /file remove " + scriptFile
}
