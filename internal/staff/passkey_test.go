package staff

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// wallet is what a phone or a stick does with one passkey, written by the standard: it answers what it is asked, honestly or not.
type wallet struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	origin string // what its browser says of where it is
	count  uint32
}

func newWallet(t *testing.T) *wallet {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &wallet{t: t, key: key, id: id, origin: here}
}

const here = "https://wifi.kasarani.example"

func text64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// client is what a browser signs for: what was asked, and where.
func (w *wallet) client(kind, asked string) []byte {
	w.t.Helper()
	var options struct{ Challenge string }
	if err := json.Unmarshal([]byte(asked), &options); err != nil || options.Challenge == "" {
		w.t.Fatal(asked, err)
	}
	body, _ := json.Marshal(map[string]any{"type": kind, "challenge": options.Challenge, "origin": w.origin, "crossOrigin": false})
	return body
}

// data is what an authenticator says of itself: present and verified, how often it was used, and more.
func (w *wallet) data(flags byte, more ...byte) []byte {
	party := sha256.Sum256([]byte("wifi.kasarani.example"))
	return append(binary.BigEndian.AppendUint32(append(party[:], flags|0x05), w.count), more...)
}

// makes answers what StartPasskey asks.
func (w *wallet) makes(asked string) string {
	w.t.Helper()
	client := w.client("webauthn.create", asked)
	point, err := w.key.PublicKey.Bytes()
	if err != nil {
		w.t.Fatal(err)
	}
	cose := slices.Concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:])
	data := w.data(0x40, slices.Concat(make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(w.id))), w.id, cose)...)
	said := slices.Concat([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), []byte{byte(len(data))}, data)
	return w.answer(map[string]string{"clientDataJSON": text64(client), "attestationObject": text64(said)})
}

// shows answers what AskPasskey asks.
func (w *wallet) shows(asked string) string {
	w.t.Helper()
	w.count++
	client := w.client("webauthn.get", asked)
	data, sum := w.data(0), sha256.Sum256(client)
	digest := sha256.Sum256(append(slices.Clone(data), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, w.key, digest[:])
	if err != nil {
		w.t.Fatal(err)
	}
	return w.answer(map[string]string{"clientDataJSON": text64(client), "authenticatorData": text64(data), "signature": text64(signature)})
}

func (w *wallet) answer(response map[string]string) string {
	body, _ := json.Marshal(map[string]any{"id": text64(w.id), "rawId": text64(w.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	return string(body)
}

// adds has a member take a passkey.
func (w *world) adds(key *wallet, token, name string) (next string, codes []string) {
	w.t.Helper()
	asked, err := w.StartPasskey(w.ctx, token)
	w.ok(err)
	codes, next, err = w.AddPasskey(w.ctx, office, token, name, key.makes(asked))
	w.ok(err)
	return next, codes
}

// half is a sign-in that owes a second factor.
func (w *world) half() string {
	w.t.Helper()
	w.clock.Advance(10 * time.Minute)
	token, stage, err := w.SignIn(w.ctx, office, ownerEmail, password)
	w.ok(err)
	if stage != OwesCode {
		w.t.Fatal(stage)
	}
	return token
}

// TestAPasskeyInPlaceOfACode: it is a first second factor, with recovery codes; it completes a sign-in and proves somebody again, each once; and the last one stays.
func TestAPasskeyInPlaceOfACode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Public = here
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		phone, stick := newWallet(t), newWallet(t)
		token, codes := w.adds(phone, token, " Pixel 6 ")
		in := w.judge(token)
		if len(codes) != recoveryCodes || in.Stage != Full || !in.Member.SecondFactor || in.Member.App || in.Member.Passkeys != 1 {
			t.Fatalf("%d codes, %+v", len(codes), in)
		}
		token, codes = w.adds(stick, token, "YubiKey")
		if all, err := w.Passkeys(w.ctx, w.judge(token)); err != nil || codes != nil || len(all) != 2 || all[0].Name != "Pixel 6" || !all[0].UsedAt.IsZero() {
			t.Fatal(all, codes, err)
		}

		half := w.half()
		asked, err := w.AskPasskey(w.ctx, half)
		w.ok(err)
		answer := phone.shows(asked)
		won := race(t, 4, func(int) error {
			_, err := w.GiveCode(w.ctx, office, half, answer)
			return err
		}, "staff.signed_out", "staff.passkey_again")
		if won != 1 {
			t.Errorf("one answer completed %d sign-ins", won)
		}
		half = w.half()
		_, err = w.GiveCode(w.ctx, office, half, answer)
		w.refused(err, "staff.passkey_again")
		_, err = w.GiveCode(w.ctx, office, half, "123456")
		w.refused(err, "staff.code") // there is no app
		asked, err = w.AskPasskey(w.ctx, half)
		w.ok(err)
		whole, err := w.GiveCode(w.ctx, office, half, stick.shows(asked))
		w.ok(err)
		in = w.judge(whole)
		if all, err := w.Passkeys(w.ctx, in); err != nil || all[0].UsedAt.IsZero() || all[1].UsedAt.IsZero() {
			t.Error(all, err)
		}

		w.clock.Advance(20 * time.Minute)
		all, err := w.Passkeys(w.ctx, in)
		w.ok(err)
		w.refused(w.DropPasskey(w.ctx, office, whole, all[0].ID), "staff.prove")
		asked, err = w.AskPasskey(w.ctx, whole)
		w.ok(err)
		proven, err := w.Prove(w.ctx, office, whole, stick.shows(asked))
		w.ok(err)
		won = race(t, 2, func(n int) error { return w.DropPasskey(w.ctx, office, proven, all[n].ID) }, "staff.last_factor")
		if won != 1 {
			t.Errorf("%d of the two last passkeys went", won)
		}
		if in = w.judge(proven); in.Stage != Full || in.Member.Passkeys != 1 {
			t.Errorf("%+v", in.Member)
		}
		if did := w.actions(); !slices.Contains(did, "passkey added") || !slices.Contains(did, "passkey removed") {
			t.Error(did)
		}
	})
}

// TestAFalsePasskeyOpensNothing: one of another place, of another question, of somebody else, one that was copied, one that says nothing, and one that came late.
func TestAFalsePasskeyOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Public = here
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		asked, err := w.StartPasskey(w.ctx, token)
		w.ok(err)
		false1 := newWallet(t)
		false1.origin = "https://wifi.kasarani.example.evil.example"
		_, _, err = w.AddPasskey(w.ctx, office, token, "Phone", false1.makes(asked))
		w.refused(err, "staff.passkey")
		_, _, err = w.AddPasskey(w.ctx, office, token, " ", newWallet(t).makes(asked))
		w.refused(err, "staff.passkey_name")
		phone := newWallet(t)
		token, _ = w.adds(phone, token, "Phone")
		asked, err = w.StartPasskey(w.ctx, token)
		w.ok(err)
		_, _, err = w.AddPasskey(w.ctx, office, token, "The same", phone.makes(asked))
		w.refused(err, "staff.passkey_known")

		juma := w.hire(w.judge(token).By(office), "juma@kasarani.example", nil, "support")
		juma = w.signIn("juma@kasarani.example", password)
		theirs := newWallet(t)
		_, _ = w.adds(theirs, juma.token, "Juma's")

		half := w.half()
		asked, err = w.AskPasskey(w.ctx, half)
		w.ok(err)
		elsewhere := *phone
		elsewhere.origin = "http://wifi.kasarani.example"
		old := phone.shows(asked)
		for name, answer := range map[string]string{"elsewhere": elsewhere.shows(asked), "nothing": "{}", "no JSON": "{", "somebody else's": theirs.shows(asked), "much": "{" + strings.Repeat(" ", mostAnswer),
			"signed by another": (&wallet{t: t, key: theirs.key, id: phone.id, origin: here}).shows(asked)} {
			_, err = w.GiveCode(w.ctx, office, half, answer)
			if w.refused(err, "staff.passkey"); w.judge(half).Stage != OwesCode {
				t.Error(name)
			}
		}
		asked, err = w.AskPasskey(w.ctx, half)
		w.ok(err)
		_, err = w.GiveCode(w.ctx, office, half, old)
		w.refused(err, "staff.passkey") // what was asked before
		copied := *phone
		_, err = w.GiveCode(w.ctx, office, half, phone.shows(asked))
		w.ok(err)
		half = w.half()
		asked, err = w.AskPasskey(w.ctx, half)
		w.ok(err)
		_, err = w.GiveCode(w.ctx, office, half, copied.shows(asked)) // its count is no more than the real one's
		w.refused(err, "staff.passkey")
		w.clock.Advance(challengeLasts - time.Second)
		late := phone.shows(asked)
		w.clock.Advance(time.Second)
		_, err = w.GiveCode(w.ctx, office, half, late)
		if w.refused(err, "staff.signed_out"); !slices.Contains(w.actions(), "passkey failed") {
			t.Error("the trail does not say that it failed")
		}
	})
}

// TestNoPasskeysWithoutAName: browsers take none where the address is a number, or not encrypted.
func TestNoPasskeysWithoutAName(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.MakeOwner(w.ctx, office, w.setup, asha)
		w.ok(err)
		for address, can := range map[string]bool{"": false, "http://wifi.example": false, "https://41.90.1.2": false, "https://[::1]:8443": false, "http://127.0.0.1:8080": false, "http://localhost:8080": true, here: true} {
			w.Public = address
			if w.CanPasskeys() != can {
				t.Error(address)
			}
			if _, err := w.StartPasskey(w.ctx, token); can != (err == nil) {
				t.Error(address, err)
			}
		}
		w.Public = here
		_, _ = w.adds(newWallet(t), token, "Phone")
		half := w.half()
		w.Public = "" // moved since: a recovery code lets in
		if asked, err := w.AskPasskey(w.ctx, half); asked != "" || err != nil {
			t.Error(asked, err)
		}
		_, err = w.GiveCode(w.ctx, office, half, "{}")
		w.refused(err, "staff.passkey")
	})
}

// FuzzAnswer: whatever a browser says of a passkey, it is refused in order, unless it is right.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}`)
	f.Add("{")
	f.Fuzz(func(t *testing.T, answer string) {
		s := New(Options{Public: here, Provider: func() string { return "Kasarani Net" }})
		party, err := s.party()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readMade(party, holder{}, challenge{}, answer); err == nil {
			t.Error("it was taken:", answer)
		}
		if _, err := readShown(party, holder{}, challenge{}, answer); err == nil {
			t.Error("it was taken:", answer)
		}
	})
}
