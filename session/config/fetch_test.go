package config

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	const text = "[idp.acme]\n"
	var mux http.ServeMux
	server := httptest.NewServer(&mux)
	defer server.Close()
	secure := httptest.NewTLSServer(&mux)
	defer secure.Close()
	mux.HandleFunc("/c.toml", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" && r.URL.Query().Get("token") != "t0ken" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "\n<!DOCTYPE html>") })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("#", mostShared+1)) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://config.example/c.toml", http.StatusFound)
	})
	mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/c.toml", http.StatusFound) })
	for path, want := range map[string]string{
		"/c.toml": "", "/c.toml?token=t0ken": "", "/once": "",
		"/page": "that is a web page", "/large": "larger than 1024 KiB", "/loop": "redirects more than 5 times",
		"/away": "only https is fetched, not http", "/none?token=t0ken": "the server answered 404 Not Found",
	} {
		got, err := Fetch(context.Background(), server.URL+path)
		switch {
		case want == "" && (err != nil || string(got) != text):
			t.Errorf("%s: %q, %v", path, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "t0ken")):
			t.Errorf("%s: %v", path, err)
		}
	}
	for address, want := range map[string]string{
		"http://config.example/c.toml":   "only https is fetched",
		"ftp://127.0.0.1/c.toml":         "only https is fetched",
		"file:///etc/passwd":             "is not a URL",
		"https://\u0430cme.example/c":    "from https://xn--cme-5cd.example/c: the host is not written in plain letters",
		"https://jane:pw@example/c":      "holds a username or a password",
		secure.URL + "/c.toml?key=t0ken": "certificate",
		"http://127.0.0.1:1/c?key=t0ken": "refused",
	} {
		if _, err := Fetch(context.Background(), address); err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "t0ken") || strings.Contains(err.Error(), "pw@") {
			t.Errorf("%s: %v", address, err)
		}
	}
	file := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Fetch(context.Background(), file); err != nil || string(got) != text {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Fetch(context.Background(), filepath.Dir(file)); err == nil {
		t.Error("a folder was read")
	}
}

func TestAdvice(t *testing.T) {
	for address, want := range map[string]string{
		"https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272":                "",
		"https://acme.okta.com/home/amazon_aws/0oa1/272?fromHome=true":          "",
		"https://login.example.com/app/amazon_aws/exk1/sso/saml":                "",
		"http://127.0.0.1:8080/home/amazon_aws/0oa1/272":                        "",
		"https://acme.okta.com":                                                 "your Okta home page",
		"https://acme.okta.com/app/UserHome":                                    "your Okta home page",
		"https://acme-admin.okta.com/admin/app/amazon_aws/instance/0oa":         "admin console",
		"https://eu-west-1.signin.aws.amazon.com/saml":                          "AWS's address",
		"https://acme.awsapps.com/start":                                        "Identity Center",
		"https://d-1234567890.awsapps.com/start#/":                              "aws sso login",
		"https://acme.okta.com/home/amazon_aws_sso/0oa1/272":                    "aws sso login (aws configure sso",
		"https://acme.okta.com/app/amazon_aws_sso/exk1/sso/saml":                "Identity Center",
		"https://ssoins-1.portal.eu-west-1.app.aws/":                            "Identity Center",
		"https://eu-west-1.signin.aws.amazonaws.com/platform/saml/acs/":         "Identity Center",
		"https://acme.okta.com/oauth2/v1":                                       "does not look like",
		"https://ACME.AWSAPPS.COM/start":                                        "Identity Center",
		"https://start.us-gov-home.awsapps.com/directory/d-1":                   "Identity Center",
		"https://start.cn-north-1.home.awsapps.cn/directory/d-1":                "Identity Center",
		"https://us-gov-west-1.signin.amazonaws-us-gov.com/platform/saml/acs/1": "Identity Center",
		"https://cn-north-1.sso.signin.amazonaws.com.cn/platform/saml/acs/1":    "Identity Center",
		"https://us-iso-east-1.signin.c2shome.ic.gov/platform/saml/metadata/1":  "Identity Center",
		"https://signin.amazonaws.cn/saml":                                      "AWS's address",
		"https://console.amazonaws-us-gov.com/":                                 "AWS's address",
		"https://signin.amazonaws-us-gov.com/saml":                              "AWS's address",
		"https://Acme-Admin.Okta.com/admin/apps/active":                         "admin console",
		"https://acme-admin.oktapreview.com./":                                  "admin console",
		"https://notawsapps.com/home/amazon_aws/0oa1/272":                       "",
		"https://acme.okta.com/home/amazon_aws/0oa1/272?to=awsapps.com":         "",
	} {
		if got := LinkAdvice(address); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", address, got)
		}
	}
	if err := CheckURL("http://acme.okta.com/"); err == nil || !strings.Contains(err.Error(), "needs https") {
		t.Error(err)
	}
	if err := CheckURL("https://acme.okta.com/home/x/y/z"); err != nil {
		t.Error(err)
	}
}
