package backup

import (
	"context"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3Place is a bucket, or a part of one, of an S3-compatible store.
type s3Place struct {
	client         *minio.Client
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
	return &s3Place{client: client, bucket: bucket, prefix: prefix}, nil
}

func bucketOf(u *url.URL) (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	return bucket, prefix
}

func (p *s3Place) path(name string) string { return path.Join(p.prefix, name) }

func (p *s3Place) Put(ctx context.Context, name, file string) error {
	_, err := p.client.FPutObject(ctx, p.bucket, p.path(name), file, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	return err
}

func (p *s3Place) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	return p.client.GetObject(ctx, p.bucket, p.path(name), minio.GetObjectOptions{})
}

func (p *s3Place) List(ctx context.Context) (names []string, err error) {
	prefix := p.prefix
	if prefix != "" {
		prefix += "/"
	}
	for o := range p.client.ListObjects(ctx, p.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, o.Err
		}
		names = append(names, strings.TrimPrefix(o.Key, prefix))
	}
	return names, nil
}

func (p *s3Place) Remove(ctx context.Context, name string) error {
	return p.client.RemoveObject(ctx, p.bucket, p.path(name), minio.RemoveObjectOptions{})
}

func (*s3Place) Close() error { return nil }
