package session

import (
	"context"
	"fmt"
	"net/url"
)

// The types of identity providers, as the configuration names them.
const (
	TypeOkta = "okta" // the default
	TypeForm = "form" // any SAML identity provider, whose pages a person answers
)

// ProviderTypes are all of them.
func ProviderTypes() []string { return []string{TypeOkta, TypeForm} }

// Providers is the table of drivers, by type. It signs in with the one that
// the profile's org is of.
type Providers map[string]IdP

// Assert implements IdP.
func (d Providers) Assert(ctx context.Context, p Profile) (Assertion, error) {
	driver, ok := d[p.Org.Type]
	if !ok {
		return Assertion{}, fmt.Errorf("this stsx has no driver for an identity provider of type %q", p.Org.Type)
	}
	return driver.Assert(ctx, p)
}

// Close implements IdP.
func (d Providers) Close(o Org) error {
	if driver, ok := d[o.Type]; ok {
		return driver.Close(o)
	}
	return nil
}

// ProviderName is what a message calls o's provider by: its host, "" for Okta, which
// messages name without being told.
func (o Org) ProviderName() string {
	if o.Type == TypeOkta || o.Type == "" {
		return ""
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return o.Name
	}
	return u.Host
}
