package safaricom

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"sync"
	"time"
)

// Making a key takes a good part of a second, so a process makes one.
var processKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func makeCertificate(now time.Time) (*rsa.PrivateKey, []byte, error) {
	key, err := processKey()
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixMilli()),
		Subject:      pkix.Name{CommonName: "apigee.apicaller.simulated", Country: []string{"KE"}},
		NotBefore:    now.AddDate(0, 0, -1), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// CertificatePEM is what merchants encrypt their operator's password with. It differs in each process.
func (s *Server) CertificatePEM() []byte { return s.certificate }

// operatorProblem is the result code that a wrong initiator or credential earns; "" when both are right.
func (s *Server) operatorProblem(m Merchant, initiator, credential string) string {
	faults := s.Faults()
	if m.InitiatorLocked || faults.OperatorLocked {
		return "8006"
	}
	sealed, err := base64.StdEncoding.DecodeString(credential)
	if err != nil {
		return "2001"
	}
	//lint:ignore SA1019 Daraja's credential is PKCS #1 v1.5
	password, err := rsa.DecryptPKCS1v15(nil, s.key, sealed)
	if err != nil || string(password) != m.InitiatorPassword || initiator != m.Initiator {
		return "2001"
	}
	if faults.NoRoles {
		return "21"
	}
	return ""
}
