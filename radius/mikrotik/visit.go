package mikrotik

import (
	"strings"

	"mtandao/radius/routers"
)

// mostChallenge is well above RouterOS's 16 bytes.
const mostChallenge = 64

// ReadVisit reads the variables that our login.html sends: mac, ip, login, orig, err, cid, chal, in. They are the
// browser's word; only a log-in address at one of the router's own hosts is taken. fullURL is not needed.
func (*Dialect) ReadVisit(r routers.Router, rawQuery, _ string) (routers.Visit, error) {
	query, err := routers.ParseQuery(rawQuery)
	if err != nil {
		return routers.Visit{}, err
	}
	v := routers.Visit{
		Error:      routers.PlainText(query.Get("err")),
		Original:   routers.CheckOriginal(query.Get("orig")),
		LoggedIn:   query.Get("in") == "yes" || query.Get("in") == "true",
		Parameters: rawQuery,
	}
	if err := v.SetClient(query.Get("mac"), query.Get("ip")); err != nil {
		return routers.Visit{}, err
	}
	if login := query.Get("login"); login != "" {
		if v.Login, err = r.CheckLogin(login); err != nil {
			return routers.Visit{}, err
		}
	}
	v.ChapID, v.Challenge = readChallenge(query.Get("cid"), query.Get("chal"))
	return v, nil
}

// readChallenge gives nil when CHAP is off, or the two were mangled on the way: other ways online remain.
func readChallenge(id, challenge string) (byte, []byte) {
	identifier, ok := unescape(id)
	if !ok || len(identifier) != 1 {
		return 0, nil
	}
	bytes, ok := unescape(challenge)
	if !ok || len(bytes) == 0 || len(bytes) > mostChallenge {
		return 0, nil
	}
	return identifier[0], bytes
}

// unescape reads bytes as RouterOS prints them into pages: "\ooo" in octal, an escaped character, or the byte itself.
func unescape(s string) ([]byte, bool) {
	if len(s) > 4*mostChallenge {
		return nil, false
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		rest := s[i+1:]
		switch {
		case len(rest) >= 3 && isOctal(rest[:3]):
			out = append(out, (rest[0]-'0')<<6|(rest[1]-'0')<<3|(rest[2]-'0'))
			i += 3
		case rest != "" && !strings.ContainsAny(rest[:1], "0123456789"):
			out = append(out, rest[0])
			i++
		default:
			return nil, false
		}
	}
	return out, true
}

func isOctal(s string) bool { return s[0] <= '3' && strings.Trim(s, "01234567") == "" }
