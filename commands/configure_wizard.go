package commands

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// questionTries is how often the wizard puts a question whose answer does not fit.
const questionTries = 3

// runWizard writes a configuration with the person. It writes at the end, once:
// whoever gives up before has changed nothing.
func (r *commandRun) runWizard(ctx context.Context) error {
	if err := r.noOperands(); err != nil {
		return err
	}
	kit, err := r.openDrivers()
	if err != nil {
		return err
	}
	if !kit.Ask.Interactive() {
		return &session.InputError{
			What: "somebody to answer the questions of stsx configure",
			Give: "run it on a terminal, or write the configuration by hand",
		}
	}
	own, err := kit.ConfigFile.Tables()
	if err != nil {
		return err
	}
	if len(own) == 0 {
		if done, err := r.offerImport(ctx); done || err != nil {
			return err
		}
	}
	idp, org, err := r.wantedOrg(ctx, own)
	if err != nil {
		return err
	}
	a, err := kit.Broker.Grants(ctx, org)
	if err != nil {
		return err
	}
	roles, err := r.wantedRoles(ctx, own, a.Roles)
	if err != nil || len(roles) == 0 {
		return err
	}
	names, err := r.askNames(ctx, own, roles)
	if err != nil {
		return err
	}
	regions, err := r.regionsFor(ctx, roles)
	if err != nil {
		return err
	}
	tables := []session.Table{idp}
	for i, role := range roles {
		t := session.Table{Kind: "profile", Name: names[i], Settings: []session.Setting{{Key: "role", Value: role.ARN}}}
		if region := regions[role.Partition()]; region != "" {
			t.Settings = append(t.Settings, session.Setting{Key: "region", Value: region})
		}
		tables = append(tables, t)
	}
	plan, err := kit.ConfigFile.Merge(tables)
	if err != nil {
		return err
	}
	if err := r.writeConfiguration(ctx, plan, false, true); err != nil {
		return err
	}
	kit.Ask.Say("wrote " + plan.Path + "\nnext: stsx exec " + quotedName(names[0]) + " -- aws sts get-caller-identity")
	return nil
}

// offerImport offers what other tools have on this machine; done says that it was
// taken.
func (r *commandRun) offerImport(ctx context.Context) (done bool, err error) {
	for _, found := range r.drivers.OtherTools.Present() {
		yes, err := r.drivers.Ask.Confirm(ctx, "Found the configuration of "+found.Tool+" ("+
			session.OneLine(found.Path, longestAbout)+"). Import it?", true)
		if err != nil {
			return false, err
		}
		if yes {
			return true, r.importSettings(ctx, found, importFlags{tool: found.Tool})
		}
	}
	return false, nil
}

// wantedOrg asks where to sign in and as whom. The table is what the
// configuration is to say of it.
func (r *commandRun) wantedOrg(ctx context.Context, own []session.Table) (session.Table, session.Org, error) {
	idp, err := r.knownOrg(ctx, own)
	if err != nil {
		return idp, session.Org{}, err
	}
	if idp.Name == "" {
		address, err := r.askAddress(ctx)
		if err != nil {
			return idp, session.Org{}, err
		}
		idp.Settings = []session.Setting{{Key: "url", Value: address}}
		if known, ok := orgWithURL(own, idp); ok {
			idp.Name = known.Name
		}
	}
	if idp.Name != "" {
		org, err := r.orgNamed(idp.Name)
		idp.Settings = []session.Setting{{Key: "url", Value: org.URL}} // all that has to be there already
		return idp, org, err
	}
	username := r.settings.Username
	for i := 0; username == ""; i++ {
		if i == questionTries {
			return idp, session.Org{}, &session.InputError{What: "the username", Give: "give it with --username"}
		}
		if username, err = r.drivers.Ask.Ask(ctx, session.Question{Prompt: "Okta username", What: "the username"}); err != nil {
			return idp, session.Org{}, err
		}
	}
	address := idp.Text("url")
	idp.Name = freeName(orgName(address), func(name string) bool { return hasTable(own, "idp", name) })
	idp.Settings = append(idp.Settings, session.Setting{Key: "username", Value: username})
	org := session.Org{Name: idp.Name, Type: "okta", URL: address, Username: username, Browser: "auto", Timeout: 2 * time.Minute}
	return idp, r.overrideOrg(org), nil
}

// knownOrg lets an idp of the configuration be picked, or none.
func (r *commandRun) knownOrg(ctx context.Context, own []session.Table) (session.Table, error) {
	none := session.Table{Kind: "idp"}
	var known []session.Table
	var options []string
	for _, t := range own {
		if t.Kind == "idp" {
			known = append(known, t)
			options = append(options, quotedName(t.Name)+" ("+session.HostOf(t.Text("url"))+")")
		}
	}
	if len(known) == 0 {
		return none, nil
	}
	i, err := r.drivers.Ask.Choose(
		ctx,
		session.Question{Prompt: "Sign in at", What: "a choice of where to sign in"},
		append(options, "another app"),
	)
	if err != nil || i == len(known) {
		return none, err
	}
	return known[i], nil
}

// askAddress asks for the app's link until it is one that can be used.
func (r *commandRun) askAddress(ctx context.Context) (string, error) {
	q := session.Question{
		Prompt: "AWS app link from Okta", What: "the AWS app link from Okta",
		Give: "an Okta administrator has it: Applications, the AWS app, General, App Embed Link",
	}
	for range questionTries {
		answer, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if answer == "" {
			r.drivers.Ask.Say(
				"copy it from the AWS tile on your Okta dashboard; it looks like https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272",
			)
			continue
		}
		if !strings.Contains(answer, "://") {
			answer = "https://" + answer
		}
		if err := r.drivers.ConfigFile.CheckURL(answer); err != nil {
			r.drivers.Ask.Say(err.Error())
			continue
		}
		advice := r.drivers.ConfigFile.Advice(answer)
		if advice == "" {
			return answer, nil
		}
		r.drivers.Ask.Say(advice)
		yes, err := r.drivers.Ask.Confirm(ctx, "Use it anyway?", false)
		if err != nil || yes {
			return answer, err
		}
	}
	return "", &session.InputError{What: q.What, Give: q.Give}
}

// wantedRoles lets roles be picked, one after the other, of those that are no
// profile's yet. It is empty when there are none.
func (r *commandRun) wantedRoles(ctx context.Context, own []session.Table, granted []session.Role) ([]session.Role, error) {
	if len(granted) == 0 {
		return nil, &session.RoleError{}
	}
	var rest []session.Role
	for _, role := range granted {
		role.Provider = "" // two may vouch for one role
		taken := slices.ContainsFunc(own, func(t session.Table) bool { return t.Kind == "profile" && t.Text("role") == role.ARN })
		if !taken && !slices.Contains(rest, role) {
			rest = append(rest, role)
		}
	}
	if len(rest) == 0 {
		r.drivers.Ask.Say("all your roles already have profiles")
		return nil, nil
	}
	if len(rest) == 1 {
		r.drivers.Ask.Say("the one role to add is " + rest[0].String())
		return rest, nil
	}
	var wanted []session.Role
	for len(rest) > 0 {
		first := fmt.Sprintf("all %d roles", len(rest))
		if len(wanted) > 0 {
			first = "no more"
		}
		options := []string{first}
		for _, role := range rest {
			options = append(options, role.String())
		}
		q := session.Question{Prompt: "Choose a role to add a profile for", What: "a choice of roles"}
		if len(wanted) > 0 {
			q.Prompt = "Another"
		} else {
			q.First = 1
		}
		i, err := r.drivers.Ask.Choose(ctx, q, options)
		switch {
		case err != nil:
			return nil, err
		case i == 0 && len(wanted) == 0:
			return rest, nil
		case i == 0:
			return wanted, nil
		}
		wanted = append(wanted, rest[i-1])
		rest = slices.Delete(rest, i-1, i)
	}
	return wanted, nil
}

// askNames has the names of the roles' profiles agreed to, or asks for others.
func (r *commandRun) askNames(ctx context.Context, own []session.Table, roles []session.Role) ([]string, error) {
	suggested := suggestNames(own, roles)
	for i, role := range roles {
		r.drivers.Ask.Say(suggested[i] + ": " + role.String())
	}
	yes, err := r.drivers.Ask.Confirm(ctx, "Are these names right?", true)
	if err != nil || yes {
		return suggested, err
	}
	var names []string
	taken := func(name string) bool { return hasTable(own, "profile", name) || slices.Contains(names, name) }
	for i, role := range roles {
		name, err := r.askName(ctx, role, suggested[i], taken)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// suggestNames names each role's profile after the role, and after its account too
// where that does not tell it from others.
func suggestNames(own []session.Table, roles []session.Role) []string {
	var names []string
	taken := func(name string) bool { return hasTable(own, "profile", name) || slices.Contains(names, name) }
	for _, role := range roles {
		name := plainName(role.ShortName())
		double := slices.ContainsFunc(roles, func(o session.Role) bool { return o.ARN != role.ARN && plainName(o.ShortName()) == name })
		if double || taken(name) {
			name += "-" + role.Account()
		}
		names = append(names, freeName(name, taken))
	}
	return names
}

// askName asks for the name of one role's profile.
func (r *commandRun) askName(ctx context.Context, role session.Role, suggested string, taken func(string) bool) (string, error) {
	q := session.Question{
		Prompt: "Name for " + role.String() + " (Enter: " + suggested + ")",
		Empty:  true,
		What:   "a name for " + role.String(),
	}
	for range questionTries {
		name, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if name == "" {
			name = suggested
		}
		switch {
		case taken(name):
			r.drivers.Ask.Say("there is a profile " + quotedName(name) + " already")
		case strings.HasPrefix(name, "-"):
			r.drivers.Ask.Say("a name that begins with - would be taken for a flag")
		case !session.IsVisible(name):
			r.drivers.Ask.Say("that name has characters in it that can't be seen")
		default:
			return name, nil
		}
	}
	return "", &session.InputError{What: q.What}
}

// regionsFor asks for the region of the roles of each partition.
func (r *commandRun) regionsFor(ctx context.Context, roles []session.Role) (map[string]string, error) {
	out := map[string]string{}
	for _, role := range roles {
		partition := role.Partition()
		if _, ok := out[partition]; ok {
			continue
		}
		region, err := r.regionIn(ctx, partition)
		if err != nil {
			return nil, err
		}
		out[partition] = region
	}
	return out, nil
}

func (r *commandRun) regionIn(ctx context.Context, partition string) (string, error) {
	if given := r.settings.Region; given != "" && session.PartitionOf(given) == partition {
		return given, nil
	}
	where := "Region"
	if partition != "aws" {
		where += " in " + partition
	}
	usual := ""
	for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := r.Getenv(variable); usual == "" && checkRegion(region, partition) == "" {
			usual = region
		}
	}
	q := session.Question{Prompt: where + " (Enter: " + usual + ")", Empty: true, What: "a region"}
	if usual == "" {
		q.Prompt = where + " (Enter: none)"
	}
	for range questionTries {
		region, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if region == "" {
			return usual, nil
		}
		problem := checkRegion(region, partition)
		if problem == "" {
			return region, nil
		}
		r.drivers.Ask.Say(problem)
	}
	return "", &session.InputError{What: q.What, Give: "give it with --region"}
}

// checkRegion says why the roles of a partition can't be used in region.
func checkRegion(region, partition string) string {
	if err := session.CheckRegionName(region); err != nil {
		return err.Error()
	}
	return session.RegionClash(region, partition)
}

// hasTable reports whether tables have one of that kind and name.
func hasTable(tables []session.Table, kind, name string) bool {
	return slices.ContainsFunc(tables, func(t session.Table) bool { return t.Kind == kind && t.Name == name })
}

// freeName is name, with a number behind it when it is taken.
func freeName(name string, taken func(string) bool) string {
	out := name
	for n := 2; taken(out); n++ {
		out = fmt.Sprintf("%s-%d", name, n)
	}
	return out
}

// orgName makes an idp's name of its address: "acme" of acme.okta.com.
func orgName(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Hostname(), "0123456789.:") == "" {
		return "okta"
	}
	first, _, _ := strings.Cut(u.Hostname(), ".")
	return plainName(first)
}

// plainName makes a name that needs quotes nowhere.
func plainName(text string) string {
	name := strings.Map(func(r rune) rune {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return '-'
		}
		return r
	}, strings.ToLower(text))
	if name = strings.Trim(name, "-"); name == "" {
		return "aws"
	}
	return name
}
