package radius

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"mtandao/internal/seal"
	"mtandao/radius/routers"
)

const classPurpose = "radius.class"

// authorisation is what Class carries from an Access-Accept to the accounting of its session, so that usage is never
// attributed by guessing from names, and nobody needs to remember what the session may do.
type authorisation struct {
	GrantID, LoginID int64
	Told             Told
}

const classLength = 8 + 8 + 4 + 4 + 8

// classOf appends an authorisation and its MAC as text: some routers cut an attribute at its first zero octet.
func classOf(to []byte, keys *seal.Keys, a authorisation) []byte {
	var usual [classLength + sha256.Size]byte
	message := binary.BigEndian.AppendUint64(usual[:0], uint64(a.GrantID))
	message = binary.BigEndian.AppendUint64(message, uint64(a.LoginID))
	message = binary.BigEndian.AppendUint32(message, routers.Clamp(a.Told.ToldUpKbps))
	message = binary.BigEndian.AppendUint32(message, routers.Clamp(a.Told.ToldDownKbps))
	message = binary.BigEndian.AppendUint64(message, uint64(a.Told.ToldBytes))
	signed := keys.AppendSignature(message, classPurpose, message)
	return base64.RawURLEncoding.AppendEncode(to, signed)
}

// readClass finds our authorisation in a Class; false for a foreign or forged one.
func readClass(keys *seal.Keys, class []byte) (authorisation, bool) {
	var usual [256]byte
	signed, err := base64.RawURLEncoding.AppendDecode(usual[:0], class)
	if err != nil || len(signed) <= classLength || !keys.Verify(classPurpose, signed[:classLength], signed[classLength:]) {
		return authorisation{}, false
	}
	return authorisation{
		GrantID: int64(binary.BigEndian.Uint64(signed)),
		LoginID: int64(binary.BigEndian.Uint64(signed[8:])),
		Told: Told{ToldUpKbps: int64(binary.BigEndian.Uint32(signed[16:])), ToldDownKbps: int64(binary.BigEndian.Uint32(signed[20:])),
			ToldBytes: int64(binary.BigEndian.Uint64(signed[24:]))},
	}, true
}
