package backup

import (
	"context"
	"errors"
	"io"
	"net/url"
	"path/filepath"
	"time"

	"mtandao/internal/fault"
)

// Place keeps pieces. What Put stored under a name is there whole or not at all.
type Place interface {
	Put(ctx context.Context, name, path string) error // the file at path
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	List(ctx context.Context) ([]string, error)
	Remove(ctx context.Context, name string) error
	// Sweep removes what uploads left behind that were broken off before then, by the place's clock.
	Sweep(ctx context.Context, before time.Time) error
	Close() error
}

// OpenPlace opens an address: a folder's absolute path, sftp://USER:PASSWORD@HOST/FOLDER?host_key=SHA256:… (or with
// key_file=PATH in place of the password), or s3://KEY:SECRET@HOST/BUCKET/PREFIX (with plain=1 for HTTP on this machine,
// region=NAME where the store wants it). fault.Invalid "backup.place", fault.Unavailable "backup.place_unreachable".
func OpenPlace(ctx context.Context, address string) (Place, error) {
	u, err := checkedPlace(address)
	if err != nil {
		return nil, err
	}
	var p Place
	switch u.Scheme {
	case "sftp":
		p, err = openSFTP(ctx, u)
	case "s3":
		p, err = openS3(u)
	default:
		return folder(address), nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "backup.place_unreachable", err, "Place", Spoken(address))
	}
	return p, nil
}

// CheckPlace says what is wrong with an address: fault.Invalid "backup.place".
func CheckPlace(address string) error {
	_, err := checkedPlace(address)
	return err
}

func checkedPlace(address string) (*url.URL, error) {
	wrong := func(why string) error { return fault.New(fault.Invalid, "backup.place", "Why", why) }
	u, err := url.Parse(address)
	if err != nil {
		return nil, wrong("it is not an address") // the parser's error may quote the password
	}
	switch {
	case u.Scheme == "" && filepath.IsAbs(address):
		return &url.URL{}, nil
	case u.Scheme == "sftp":
		if u.Host == "" || u.User == nil || u.Path == "" || u.Query().Get("host_key") == "" {
			err = wrong("SFTP needs sftp://USER@HOST/FOLDER?host_key=SHA256:…")
		}
	case u.Scheme == "s3":
		bucket, _ := bucketOf(u)
		if _, secret := u.User.Password(); u.Host == "" || !secret || bucket == "" {
			err = wrong("S3 needs s3://KEY:SECRET@HOST/BUCKET")
		}
	default:
		err = wrong("it begins with /, sftp:// or s3://")
	}
	return u, err
}

// Spoken is an address without its secrets.
func Spoken(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(hidden)"
	}
	u.User, u.RawQuery = nil, ""
	return u.String()
}

// copied is the number of bytes that went over, or the first thing that went wrong; both ends are closed.
func copied(to io.WriteCloser, from io.ReadCloser) error {
	_, err := io.Copy(to, from)
	return errors.Join(err, to.Close(), from.Close())
}
