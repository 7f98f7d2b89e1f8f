package site

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/png"
	"strings"
	"testing"

	"mtandao/internal/fault"
)

const svgHead = `<svg xmlns="http://www.w3.org/2000/svg">`

func TestCleanSVG(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"drawing stays", `<g fill="#fff"><path d="M0 0L10-5.5z"/></g>`, `<g fill="#fff"><path d="M0 0L10-5.5z"></path></g>`},
		{"style becomes attributes", `<rect style="fill:#0f0; stroke : red;background:url(x)" width="1"/>`, `<rect fill="#0f0" stroke="red" width="1"></rect>`},
		{"text is escaped", `<text x="1">a &lt;b&gt; &amp; c</text>`, `<text x="1">a &lt;b&gt; &amp; c</text>`},
		{"local reference stays", `<use href="#a"/><rect fill="url(#g)"/>`, `<use href="#a"></use><rect fill="url(#g)"></rect>`},
		{"script goes", `<script>alert(1)</script><script href="x.js"/>`, ``},
		{"script deep inside goes with all", `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><p>x</p></body></foreignObject>`, ``},
		{"events go", `<rect onload="alert(1)" onClick="x" width="2"/>`, `<rect width="2"></rect>`},
		{"foreign use goes", `<use href="https://evil.example/x.svg#a"/>`, `<use></use>`},
		{"xlink to javascript goes", `<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)"/>`, `<use></use>`},
		{"image, a, animate go", `<image href="data:x"/><a href="//x"><rect/></a><animate attributeName="href" to="x"/><set/>`, ``},
		{"style element goes", `<style>@import "x"</style>`, ``},
		{"foreign paint goes", `<rect fill="url(https://evil.example)" stroke="URL( //x )"/>`, `<rect></rect>`},
		{"paint hidden by an escape goes", `<rect fill="ur\6c(//x)"/>`, `<rect></rect>`},
		{"value cannot leave its quotes", `<rect fill='x" onload="y'/>`, `<rect></rect>`},
		{"other vocabularies go", `<sodipodi:namedview xmlns:sodipodi="http://sodipodi"/><svg:rect xmlns:svg="http://evil"/>`, ``},
		{"comments and instructions go", `<!-- x --><?php echo 1 ?><title>T</title>`, `<title>T</title>`},
		{"inner svg goes", `<svg><rect/></svg>`, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, kind, err := CleanLogo([]byte(svgHead+tt.body+"</svg>"), logoBytes)
			if err != nil || kind != "image/svg+xml" {
				t.Fatalf("%q, %v", kind, err)
			}
			if want := svgHead + tt.want + "</svg>"; string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestCleanLogoRefuses(t *testing.T) {
	large := svgHead + strings.Repeat(`<path d="M0 0L10 10z"/>`, 400) + "</svg>"
	tests := map[string]string{
		"GIF89a": "brand.logo", "<html><body/></html>": "brand.logo", svgHead: "brand.logo", "\x89PNG\r\n\x1a\nrubbish": "brand.logo",
		`<!DOCTYPE svg [<!ENTITY a "b">]>` + svgHead + `<text>&a;</text></svg>`: "brand.logo",
		large:                              "brand.logo_size",
		strings.Repeat(" ", uploadBytes+1): "brand.logo_size",
		svgHead + strings.Repeat("<g/>", 501) + "</svg>": "brand.logo",
	}
	for logo, key := range tests {
		if got, _, err := CleanLogo([]byte(logo), logoBytes); fault.KeyOf(err) != key {
			t.Errorf("%.60q: %q, %v, want %s", logo, got, err, key)
		}
	}
}

func pngOf(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCleanLogoKeepsPNG(t *testing.T) {
	small := pngOf(t, 32)
	if got, kind, err := CleanLogo(small, logoBytes); err != nil || kind != "image/png" || !bytes.Equal(got, small) {
		t.Errorf("%d bytes, %q, %v", len(got), kind, err)
	}
	if _, _, err := CleanLogo(pngOf(t, 5000), logoBytes); fault.KeyOf(err) != "brand.logo" {
		t.Errorf("5000 pixels: %v", err)
	}
}

func FuzzCleanLogo(f *testing.F) {
	for _, s := range []string{
		svgHead + `<g fill="#fff"><path d="M0 0"/></g></svg>`, svgHead + `<script>1</script></svg>`, `<svg onload="x"/>`,
		svgHead + `<use xlink:href="#a"/><text>a</text></svg>`, "\x89PNG\r\n\x1a\n", `<svg style="fill:red;;:"/>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, logo []byte) {
		clean, kind, err := CleanLogo(logo, logoBytes)
		if err != nil || kind != "image/svg+xml" {
			return
		}
		again, _, err := CleanLogo(clean, logoBytes)
		if err != nil || !bytes.Equal(again, clean) {
			t.Fatalf("not stable: %q became %q, %v", clean, again, err)
		}
		decoder := xml.NewDecoder(bytes.NewReader(clean))
		for {
			token, err := decoder.Token()
			if err != nil {
				return
			}
			if e, ok := token.(xml.StartElement); ok {
				for _, a := range e.Attr {
					if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || (a.Name.Local == "href" && a.Value[0] != '#') {
						t.Fatalf("%q has %v", clean, a)
					}
				}
			}
		}
	})
}
