package browser

import (
	"runtime"
	"strings"

	"github.com/go-rod/rod/lib/proto"
)

// userAgent is how the browser introduces itself. Headless Chromium says HeadlessChrome, which Okta's policies take for an
// unknown browser: it is given the name it has with a window, with the version and system it truly is.
type userAgent struct {
	name     string // the User-Agent header
	override *proto.EmulationSetUserAgentOverride
}

// userAgentOf makes the introduction from what Chromium says of itself. A visible browser keeps its own.
func userAgentOf(v *proto.BrowserGetVersionResult, visible bool) userAgent {
	if visible {
		return userAgent{name: v.UserAgent}
	}
	_, version, _ := strings.Cut(v.Product, "/") // such as HeadlessChrome/156.0.8078.79
	major, _, _ := strings.Cut(version, ".")
	brand := "Google Chrome"
	if strings.Contains(v.UserAgent, "Edg/") {
		brand = "Microsoft Edge"
	}
	brands := func(noise, version string) []*proto.EmulationUserAgentBrandVersion {
		return []*proto.EmulationUserAgentBrandVersion{
			{Brand: "Not)A;Brand", Version: noise}, {Brand: "Chromium", Version: version}, {Brand: brand, Version: version},
		}
	}
	metadata := &proto.EmulationUserAgentMetadata{
		Brands: brands("8", major), FullVersionList: brands("8.0.0.0", version), FullVersion: version,
		Platform: map[string]string{"darwin": "macOS", "windows": "Windows"}[runtime.GOOS], Architecture: "x86", Bitness: "64",
	}
	if metadata.Platform == "" {
		metadata.Platform = "Linux"
	}
	if runtime.GOARCH == "arm64" {
		metadata.Architecture = "arm"
	}
	name := strings.ReplaceAll(v.UserAgent, "Headless", "")
	return userAgent{name, &proto.EmulationSetUserAgentOverride{
		UserAgent: name, AcceptLanguage: "en-US,en", UserAgentMetadata: metadata,
	}}
}

// applyTo makes one page or frame introduce itself so.
func (a userAgent) applyTo(s devtoolsSession) error {
	if a.override == nil {
		return nil
	}
	return a.override.Call(s)
}

// UserAgent is the User-Agent that pages see.
func (t *Tab) UserAgent() string { return t.b.agent.name }
