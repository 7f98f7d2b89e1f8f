package backup

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// partSize is how much of a long piece goes over at a time: what a broken line costs.
const partSize = 16 << 20

// s3Place is a bucket, or a part of one, of an S3-compatible store.
type s3Place struct {
	client         *minio.Client
	core           minio.Core // for uploads in parts: the client's own begin from the start when the line breaks
	bucket, prefix string
}

func openS3(u *url.URL) (Place, error) {
	secret, _ := u.User.Password()
	client, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(u.User.Username(), secret, ""),
		Secure: u.Query().Get("plain") == "", Region: u.Query().Get("region")})
	if err != nil {
		return nil, err
	}
	bucket, prefix := bucketOf(u)
	return &s3Place{client: client, core: minio.Core{Client: client}, bucket: bucket, prefix: prefix}, nil
}

func bucketOf(u *url.URL) (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	return bucket, prefix
}

func (p *s3Place) path(name string) string { return path.Join(p.prefix, name) }

const content = "application/octet-stream"

// Put sends a long file in parts. Called again for the same name, which stands for the same bytes, it sends those that did
// not arrive.
func (p *s3Place) Put(ctx context.Context, name, file string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	if info.Size() <= partSize {
		_, err = p.client.PutObject(ctx, p.bucket, p.path(name), from, info.Size(), minio.PutObjectOptions{ContentType: content})
		return err
	}
	id, err := p.upload(ctx, p.path(name))
	if err != nil {
		return err
	}
	parts, err := p.sendParts(ctx, p.path(name), id, from, info.Size())
	if err == nil {
		_, err = p.core.CompleteMultipartUpload(ctx, p.bucket, p.path(name), id, parts, minio.PutObjectOptions{})
	}
	return err
}

// upload is one that was begun already, or a new one.
func (p *s3Place) upload(ctx context.Context, key string) (id string, err error) {
	begun, err := p.unended(ctx, key)
	if err != nil {
		return "", err
	}
	for _, u := range begun {
		if u.Key == key {
			return u.UploadID, nil
		}
	}
	return p.core.NewMultipartUpload(ctx, p.bucket, key, minio.PutObjectOptions{ContentType: content})
}

// unended are the uploads in parts that were neither completed nor given up.
func (p *s3Place) unended(ctx context.Context, prefix string) (all []minio.ObjectMultipartInfo, err error) {
	for u := range p.client.ListIncompleteUploads(ctx, p.bucket, prefix, true) {
		switch {
		case minio.ToErrorResponse(u.Err).Code == "NoSuchUpload": // some stores say so of none at all
			return nil, nil
		case u.Err != nil:
			return nil, u.Err
		}
		all = append(all, u)
	}
	return all, nil
}

func (p *s3Place) sendParts(ctx context.Context, key, id string, from io.ReaderAt, size int64) (parts []minio.CompletePart, err error) {
	there, err := p.partsThere(ctx, key, id)
	for n := 1; err == nil && int64(n-1)*partSize < size; n++ {
		at := int64(n-1) * partSize
		length := min(partSize, size-at)
		part, ok := there[n]
		if !ok || part.Size != length {
			part, err = p.sendPart(ctx, key, id, n, io.NewSectionReader(from, at, length))
		}
		parts = append(parts, minio.CompletePart{PartNumber: n, ETag: part.ETag})
	}
	return parts, err
}

// sendPart names the part's sums, so that a store refuses one that the line changed.
func (p *s3Place) sendPart(ctx context.Context, key, id string, number int, part *io.SectionReader) (minio.ObjectPart, error) {
	md, sha := md5.New(), sha256.New()
	_, err := io.Copy(io.MultiWriter(md, sha), part)
	if err == nil {
		_, err = part.Seek(0, io.SeekStart)
	}
	if err != nil {
		return minio.ObjectPart{}, err
	}
	return p.core.PutObjectPart(ctx, p.bucket, key, id, number, part, part.Size(), minio.PutObjectPartOptions{
		Md5Base64: base64.StdEncoding.EncodeToString(md.Sum(nil)), Sha256Hex: hex.EncodeToString(sha.Sum(nil)), DisableContentSha256: true})
}

// mostListed is as many parts as a store lists at once.
const mostListed = 1000

func (p *s3Place) partsThere(ctx context.Context, key, id string) (map[int]minio.ObjectPart, error) {
	all := map[int]minio.ObjectPart{}
	for after := 0; ; {
		list, err := p.core.ListObjectParts(ctx, p.bucket, key, id, after, mostListed)
		if err != nil {
			return nil, err
		}
		for _, part := range list.ObjectParts {
			all[part.PartNumber] = part
		}
		if !list.IsTruncated || list.NextPartNumberMarker <= after {
			return all, nil
		}
		after = list.NextPartNumberMarker
	}
}

// Sweep removes parts whose upload nobody ended: a store keeps them for ever, and bills them.
func (p *s3Place) Sweep(ctx context.Context, before time.Time) error {
	all, err := p.unended(ctx, p.folder())
	for _, u := range all {
		if u.Initiated.Before(before) {
			err = errors.Join(err, p.core.AbortMultipartUpload(ctx, p.bucket, u.Key, u.UploadID))
		}
	}
	return err
}

// folder is what the names of our objects begin with.
func (p *s3Place) folder() string {
	if p.prefix == "" {
		return ""
	}
	return p.prefix + "/"
}

func (p *s3Place) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	return p.client.GetObject(ctx, p.bucket, p.path(name), minio.GetObjectOptions{})
}

func (p *s3Place) List(ctx context.Context) (names []string, err error) {
	for o := range p.client.ListObjects(ctx, p.bucket, minio.ListObjectsOptions{Prefix: p.folder(), Recursive: true}) {
		if o.Err != nil {
			return nil, o.Err
		}
		names = append(names, strings.TrimPrefix(o.Key, p.folder()))
	}
	return names, nil
}

func (p *s3Place) Remove(ctx context.Context, name string) error {
	return p.client.RemoveObject(ctx, p.bucket, p.path(name), minio.RemoveObjectOptions{})
}

func (*s3Place) Close() error { return nil }
