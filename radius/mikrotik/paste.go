package mikrotik

import "strings"

// scriptFile is where the pasted line keeps the script for the moment of its run.
const scriptFile = "mtandao-setup.rsc"

// PasteLine is what a person pastes into the router's terminal: it fetches the script behind a short-lived link, runs it and
// removes it, secrets and all. Certificates are checked by RouterOS 7; unchecked is for versions before 7.19, which know
// no authorities, and there whoever stands between router and server could give it another script.
func PasteLine(link string, unchecked bool) string {
	return runLine(link, scriptFile, unchecked, notFetched)
}

// runLine fetches a script into a file, runs it and removes it; without it, the rest of the line is not run.
func runLine(link, file string, unchecked bool, otherwise string) string {
	check := ""
	if strings.HasPrefix(link, "https:") {
		check = " check-certificate=yes-without-crl"
		if unchecked {
			check = " check-certificate=no"
		}
	}
	return ":do {/tool fetch url=" + quote(link) + " dst-path=" + file + check + "} on-error={" + otherwise + "}; /import file-name=" + file + "; /file remove " + file
}

// notFetched is said where no script can say it: a home router's device-mode forbids the fetch itself.
const notFetched = `:put "mtandao: the set-up was not fetched. On a new home router, type"; :put "   ` + DeviceModeLine + `"; ` +
	`:put "then press the reset or mode button once, or cut the power, within five minutes. Paste the line again after the restart."; ` +
	`:put "Else see that the router has internet, the right time, and a fresh line: one works once."; ` +
	`:error "mtandao: stopped, nothing was changed"`
