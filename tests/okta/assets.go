package okta

import (
	"bytes"
	"compress/gzip"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
)

// assetLife is what Okta's CDN says of the widget's files, whose version is in
// their path. It is from memory of its headers, not from a source at hand.
const assetLife = "public, max-age=31536000, s-maxage=1814400"

// serveAsset serves a file of the widget. Over a line it comes compressed, as from a
// CDN: on loopback that would only cost time.
func (o *Org) serveAsset(w http.ResponseWriter, r *http.Request) {
	if o.cfg.Line == (Line{}) {
		w.Header().Set("Cache-Control", assetLife) // the file server takes it back where there is no such file
		under(o.widget.path(), http.FileServer(http.Dir(o.widget.dist))).ServeHTTP(w, r)
		return
	}
	packed, err := o.packAsset(strings.TrimPrefix(r.URL.Path, o.widget.path()))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", assetLife)
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.URL.Path)))
	_, _ = w.Write(packed) // the client went away: nothing to do
}

// packAsset is a file of the widget as gzip, which is made once.
func (o *Org) packAsset(name string) ([]byte, error) {
	if packed, ok := o.packed.Load(name); ok {
		return packed.([]byte), nil
	}
	root, err := os.OpenRoot(o.widget.dist)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	text, err := root.ReadFile(strings.TrimPrefix(name, "/"))
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(text) // into memory
	_ = zip.Close()
	o.packed.Store(name, packed.Bytes())
	return packed.Bytes(), nil
}
