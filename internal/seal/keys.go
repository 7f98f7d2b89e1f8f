package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"mtandao/internal/fault"
)

// Keys is a key ring: Tink's AES-256-GCM keys for sealing, and secrets for keyed hashes, primary first.
type Keys struct {
	mu      sync.RWMutex
	handle  *keyset.Handle
	cipher  tink.AEAD
	secrets [][]byte
	hashers []*sync.Pool // of each secret, ready to hash
}

// file is the key file: JSON, readable by its owner alone.
type file struct {
	Sealing json.RawMessage `json:"sealing"`
	Hashing []string        `json:"hashing"`
}

// New makes a ring with one fresh key of each kind.
func New() (*Keys, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return ring(handle, [][]byte{Random(32)})
}

func ring(handle *keyset.Handle, secrets [][]byte) (*Keys, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "seal.key_file", err)
	}
	k := &Keys{handle: handle, cipher: cipher, secrets: secrets}
	for _, secret := range secrets {
		k.hashers = append(k.hashers, &sync.Pool{New: func() any { return &hasher{Hash: hmac.New(sha256.New, secret)} }})
	}
	return k, nil
}

// Load reads a key file; fault.NotFound "seal.no_key_file", fault.Denied "seal.key_file_open" when others may read it,
// fault.Invalid "seal.key_file" when it is damaged.
func Load(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		return nil, fault.Wrap(fault.NotFound, "seal.no_key_file", err, "Path", path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "seal.key_file", err, "Path", path)
	}
	if info.Mode().Perm()&(fs.FileMode(0o077)) != 0 {
		return nil, fault.New(fault.Denied, "seal.key_file_open", "Path", path)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "seal.key_file", err, "Path", path)
	}
	return read(body, path)
}

func read(body []byte, path string) (*Keys, error) {
	damaged := func(err error) error { return fault.Wrap(fault.Invalid, "seal.key_file", err, "Path", path) }
	var f file
	if err := json.Unmarshal(body, &f); err != nil {
		return nil, damaged(fmt.Errorf("not JSON")) // the decoder's error may quote the file
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(f.Sealing)))
	if err != nil {
		return nil, damaged(fmt.Errorf("no sealing keys"))
	}
	var secrets [][]byte
	for _, h := range f.Hashing {
		secret, err := hex.DecodeString(h)
		if err != nil || len(secret) < 16 {
			return nil, damaged(fmt.Errorf("a hashing key is not hexadecimal"))
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, damaged(fmt.Errorf("no hashing keys"))
	}
	return ring(handle, secrets)
}

// Save writes the key file whole or not at all, readable by its owner alone.
func (k *Keys) Save(path string) error {
	body, err := k.encode()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, "seal.key_file", err, "Path", path)
	}
	_ = os.Remove(path + ".new") // one left by a crash may be readable by others
	next, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "seal.key_file", err, "Path", path)
	}
	_, err = next.Write(body)
	if err == nil {
		err = next.Sync()
	}
	if e := next.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, "seal.key_file", err, "Path", path)
	}
	return nil
}

// syncFolder makes a rename in a folder outlive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (k *Keys) encode() ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var sealing bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&sealing)); err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	f := file{Sealing: sealing.Bytes()}
	for _, s := range k.secrets {
		f.Hashing = append(f.Hashing, hex.EncodeToString(s))
	}
	return json.MarshalIndent(f, "", "  ")
}

// Rotate adds a fresh key of each kind and uses it from now on; Save the ring after it.
func (k *Keys) Rotate() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	manager := keyset.NewManagerFromHandle(k.handle)
	keyID, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = manager.SetPrimary(keyID)
	}
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	next, err := ring(handle, append([][]byte{Random(32)}, k.secrets...))
	if err != nil {
		return err
	}
	k.handle, k.cipher, k.secrets, k.hashers = next.handle, next.cipher, next.secrets, next.hashers
	return nil
}

// Seal encrypts a value for a purpose; it opens for that purpose only.
func (k *Keys) Seal(purpose string, plain []byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	sealed, err := k.cipher.Encrypt(plain, []byte(purpose))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	return sealed, nil
}

// Open decrypts; fault.Invalid "seal.not_ours" for another purpose, another ring or a damaged value.
func (k *Keys) Open(purpose string, sealed []byte) ([]byte, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	plain, err := k.cipher.Decrypt(sealed, []byte(purpose))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "seal.not_ours", err, "Purpose", purpose)
	}
	return plain, nil
}

// OpenText is Open of a text.
func (k *Keys) OpenText(purpose, sealed string) (string, error) {
	b := texts.Get().(*text)
	defer texts.Put(b)
	b.sealed, b.purpose = append(b.sealed[:0], sealed...), append(b.purpose[:0], purpose...)
	k.mu.RLock()
	defer k.mu.RUnlock()
	plain, err := k.cipher.Decrypt(b.sealed, b.purpose)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "seal.not_ours", err, "Purpose", purpose)
	}
	return string(plain), nil
}

// text is room for what OpenText reads, and not for what it opens.
type text struct{ sealed, purpose []byte }

var texts = sync.Pool{New: func() any { return new(text) }}

// hasher makes one keyed hash after the other.
type hasher struct {
	hash.Hash
	message []byte
	sum     [sha256.Size]byte
}

func (k *Keys) hash(n int, prefix, purpose, value string, message []byte) (sum [sha256.Size]byte) {
	h := k.hashers[n].Get().(*hasher)
	defer k.hashers[n].Put(h)
	h.Reset()
	h.message = append(append(append(append(append(h.message[:0], prefix...), purpose...), 0), value...), message...)
	h.Write(h.message)
	clear(h.message) // what is secret does not stay in a pool
	h.Sum(h.sum[:0])
	return h.sum
}

// Lookup is the keyed hash (64 hexadecimal digits) under which a value of a purpose is stored.
func (k *Keys) Lookup(purpose, value string) string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return hex.EncodeToString(octets(k.hash(0, "", purpose, value, nil)))
}

func octets(sum [sha256.Size]byte) []byte { return sum[:] }

// Lookups are the hashes a stored value may have, the present key's first: what to search for.
func (k *Keys) Lookups(purpose, value string) []string {
	var all []string
	for _, sum := range k.AppendHashes(nil, purpose, value) {
		all = append(all, hex.EncodeToString(sum[:]))
	}
	return all
}

// AppendHashes is Lookups in octets, appended to a list that the caller may use again.
func (k *Keys) AppendHashes(all [][sha256.Size]byte, purpose, value string) [][sha256.Size]byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for n := range k.secrets {
		all = append(all, k.hash(n, "", purpose, value, nil))
	}
	return all
}

const signing = "sign:" // before the purpose: what is signed is nothing that can be looked up

// Sign makes a 32-octet MAC of a message for a purpose.
func (k *Keys) Sign(purpose string, message []byte) []byte {
	return k.AppendSignature(nil, purpose, message)
}

// AppendSignature is Sign, appended.
func (k *Keys) AppendSignature(to []byte, purpose string, message []byte) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	sum := k.hash(0, signing, purpose, "", message)
	return append(to, sum[:]...)
}

// Verify says whether a MAC, or its first 16 octets and more, is one of ours, in constant time.
func (k *Keys) Verify(purpose string, message, mac []byte) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for n := range k.secrets {
		if want := k.hash(n, signing, purpose, "", message); len(mac) >= 16 && len(mac) <= len(want) && hmac.Equal(want[:len(mac)], mac) {
			return true
		}
	}
	return false
}

// Random is n octets that nobody can guess.
func Random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}

// RandomHex is n such octets as hexadecimal digits.
func RandomHex(n int) string { return hex.EncodeToString(Random(n)) }
