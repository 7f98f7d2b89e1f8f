package mpesa

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
)

var (
	errNoPEM = errors.New("no PEM certificate")
	errNoRSA = errors.New("the certificate holds no RSA key")
)

// credential is the operator's password, encrypted to Safaricom's certificate of that environment. The certificate's dates
// and issuer do not count: the rail's own sandbox certificate is out of date. fault.Invalid "rail.certificate" or
// "rail.operator".
func credential(t billing.Till) (string, error) {
	if t.Initiator == "" || t.InitiatorPassword == "" {
		return "", fault.New(fault.Invalid, "rail.operator")
	}
	key, _, err := publicKey(t.Certificate)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "rail.certificate", err)
	}
	//lint:ignore SA1019 the rail takes PKCS #1 v1.5 and nothing else
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, key, []byte(t.InitiatorPassword))
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "rail.certificate", err)
	}
	return base64.StdEncoding.EncodeToString(sealed), nil
}

// publicKey reads a PEM certificate; until is when it ends.
func publicKey(certificate string) (key *rsa.PublicKey, until time.Time, err error) {
	block, _ := pem.Decode([]byte(certificate))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, time.Time{}, errNoPEM
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, time.Time{}, err
	}
	key, ok := parsed.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, time.Time{}, errNoRSA
	}
	return key, parsed.NotAfter, nil
}
