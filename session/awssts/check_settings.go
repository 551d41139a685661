package awssts

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"stsx/session"
)

// CheckProfile is CheckSettings for p, whose role may be of a partition that
// its region is not in.
func (c Client) CheckProfile(p session.Profile) error {
	if err := c.CheckSettings(p.Region); err != nil {
		return err
	}
	role, err := session.ParseRole(p.Role)
	if err != nil {
		return nil // only the sign-in tells which it is
	}
	_, err = c.stsRegion(session.Assumption{Role: role, Region: p.Region})
	return err
}

// CheckSettings says what keeps STS from being asked in region ("" = the
// environment's), as far as that can be known without asking: a person should
// not sign in and answer a push for nothing.
func (c Client) CheckSettings(region string) error {
	if !isHostLabel(region) {
		return fmt.Errorf("%s is not an AWS region (example: eu-west-1)", shown(region))
	}
	if region == "" {
		for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
			text := c.Getenv(name)
			if !isHostLabel(text) {
				return fmt.Errorf("%s is %s, which is not an AWS region (example: eu-west-1)", name, shown(text))
			}
			// An endpoint of one's own may have regions of its own.
			if err := session.CheckRegionName(text); err != nil && text != "" && text != "aws-global" && c.endpointURL() == "" {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if err := c.checkEndpoint(); err != nil {
		return err
	}
	for _, name := range []string{"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"} {
		if _, err := c.boolVariable(name); err != nil {
			return err
		}
	}
	_, err := c.httpClient() // reads AWS_CA_BUNDLE
	return err
}

// checkEndpoint refuses an address that no request can be sent to.
func (c Client) checkEndpoint() error {
	text := c.endpointURL()
	if text == "" {
		return nil
	}
	name := "AWS_ENDPOINT_URL_STS"
	if c.Getenv(name) == "" {
		name = "AWS_ENDPOINT_URL"
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err == nil && u.Port() != "" {
		var port uint64
		if port, err = strconv.ParseUint(u.Port(), 10, 16); port == 0 {
			err = errors.New("no port")
		}
	}
	if err != nil || text != strings.TrimSpace(text) || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		is := shown(text)
		if strings.Contains(text, "@") {
			is = "…" // it may hold a password
		}
		return fmt.Errorf("%s is %s, which is not an address, such as https://sts.eu-west-1.amazonaws.com", name, is)
	}
	return nil
}

// shown is a value as an error quotes it.
func shown(text string) string { return fmt.Sprintf("%q", session.OneLine(text, session.QuoteLength)) }
