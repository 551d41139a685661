//go:build linux

package idps

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed lemonldap.pl
var lemonLDAP string

// awsMetadata is of AWS what an identity provider needs to know.
const awsMetadata = `<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:amazon:webservices">
<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAssertionsSigned="true">
<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat>
<AssertionConsumerService index="1" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://signin.aws.amazon.com/saml"/>
</SPSSODescriptor>
</EntityDescriptor>`

// LemonLDAP runs its portal with the accounts of its demonstration mode, one of
// whom is the person.
func LemonLDAP(ctx context.Context, dir string, roles []string) (*IdP, error) {
	templates, err := findUnpacked("usr", "share", "lemonldap-ng", "portal", "templates")
	if err != nil {
		return nil, err
	}
	perl, err := exec.LookPath("perl")
	if err != nil || exec.Command(perl, "-MLasso", "-MPlack", "-MXML::Simple", "-MIO::String", "-e1").Run() != nil {
		return nil, ErrMissing
	}
	i := &IdP{User: "dwho", Password: "dwho"}
	if err := i.createSigningKey(dir); err != nil {
		return nil, err
	}
	for _, folder := range []string{"conf", "sessions", "cache"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, err
		}
	}
	key, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err != nil {
		return nil, err
	}
	certificate, err := os.ReadFile(filepath.Join(dir, "certificate.pem"))
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(lemonSettings(dir, string(key), string(certificate), roles))
	if err != nil {
		return nil, err
	}
	ini := strings.NewReplacer("DIR", dir, "TEMPLATES", templates).Replace(`[all]
logLevel = warn
[configuration]
type = File
dirName = DIR/conf
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'configuration', 'cache_root' => 'DIR/cache' }
[portal]
staticPrefix = /static
templateDir = TEMPLATES
languages = en
`)
	for name, text := range map[string]string{"settings.json": string(settings), "lemonldap-ng.ini": ini, "lemonldap.pl": lemonLDAP} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	url, err := i.startServer(ctx, `started at (http://127\.0\.0\.1:\d+)\n`,
		exec.Command(perl, filepath.Join(dir, "lemonldap.pl"), dir, projectRoot()))
	if err != nil {
		return nil, fmt.Errorf("starting LemonLDAP::NG: %w", err)
	}
	i.URL = url + "/saml/singleSignOn?IDPInitiated=1&sp=urn:amazon:webservices"
	return i, nil
}

// lemonSettings are the portal's, whose port is not known yet.
func lemonSettings(dir, key, certificate string, roles []string) map[string]any {
	type object = map[string]any
	const url = "http://127.0.0.1:PORT/"
	files := object{"Directory": filepath.Join(dir, "sessions"), "LockDirectory": filepath.Join(dir, "sessions")}
	attribute := func(name string) string {
		return "1;https://aws.amazon.com/SAML/Attributes/" + name + ";urn:oasis:names:tc:SAML:2.0:attrname-format:uri;"
	}
	return object{
		"cfgNum": 1, "cfgAuthor": "tests", "cfgDate": 1, "cfgVersion": "2",
		"portal": url, "domain": "127.0.0.1", "cookieName": "lemonldap", "securedCookie": 0, "sameSite": "Lax",
		"authentication": "Demo", "userDB": "Same", "passwordDB": "Demo", "captcha": "NoCaptcha",
		"demoExportedVars": object{"mail": "mail", "uid": "uid"}, "exportedVars": object{}, "groups": object{},
		// Several values of one attribute stand in one text.
		"macros":      object{"roles": "'" + strings.Join(roles, "; ") + "'"},
		"whatToTrace": "uid", "portalCheckLogins": 0, "portalDisplayRegister": 0,
		"locationRules": object{"127.0.0.1": object{"default": "accept"}}, "exportedHeaders": object{},
		"globalStorage": "Apache::Session::File", "globalStorageOptions": files,
		"persistentStorage": "Apache::Session::File", "persistentStorageOptions": files,
		"localSessionStorage":        "Cache::FileCache",
		"localSessionStorageOptions": object{"namespace": "sessions", "cache_root": filepath.Join(dir, "cache")},

		"issuerDBSAMLActivation": 1, "samlEntityID": url + "saml/metadata", "samlServiceSignatureMethod": "RSA_SHA256",
		"samlServicePrivateKeySig": key, "samlServicePublicKeySig": certificate,
		"samlServiceUseCertificateInResponse": 1,
		"samlSPMetaDataXML":                   object{"aws": object{"samlSPMetaDataXML": awsMetadata}},
		"samlSPMetaDataOptions": object{"aws": object{
			"samlSPMetaDataOptionsEnableIDPInitiatedURL": 1, "samlSPMetaDataOptionsNameIDFormat": "transient",
			"samlSPMetaDataOptionsSignSSOMessage": 1, "samlSPMetaDataOptionsNotOnOrAfterTimeout": 300,
		}},
		"samlSPMetaDataExportedAttributes": object{"aws": object{"roles": attribute("Role"), "mail": attribute("RoleSessionName")}},
	}
}
