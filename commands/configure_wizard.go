package commands

import (
	"context"

	"stsx/session"
)

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
	kit.Ask.Say("needs the AWS app's link and your Okta login; about a minute; nothing is saved until you confirm")
	names, err := r.writeWithPerson(ctx, own)
	if wasStopped(ctx, err) {
		kit.Ask.Say("nothing was changed")
	}
	if err != nil || len(names) == 0 {
		return err
	}
	return r.finishConfigure(ctx, names)
}

// writeWithPerson asks for all that a configuration needs, and writes it. It returns the
// names of the new profiles, none when there is nothing more to do.
func (r *commandRun) writeWithPerson(ctx context.Context, own []session.Table) ([]string, error) {
	if len(own) == 0 {
		if done, err := r.offerImport(ctx); done || err != nil {
			return nil, err
		}
	}
	idp, org, err := r.wantedOrg(ctx, own)
	if err != nil {
		return nil, err
	}
	idp, a, err := r.signInForRoles(ctx, own, idp, org)
	if err != nil {
		return nil, err
	}
	if err := r.offerAccountNames(ctx, a); err != nil {
		return nil, err
	}
	chosen, err := r.chooseRoles(ctx, own, idp, a.Roles)
	if err != nil {
		return nil, err
	}
	return r.writeProfiles(ctx, own, idp, chosen)
}

// writeProfiles asks what the profiles of the roles chosen are to be like, and writes them. It
// returns the names of new ones.
func (r *commandRun) writeProfiles(ctx context.Context, own []session.Table, idp session.Table, c roleChoice) ([]string, error) {
	edits, err := r.askEdits(ctx, own, c.kept)
	if err != nil {
		return nil, err
	}
	for _, o := range c.removed {
		edits.Removed = append(edits.Removed, o.profile.Name)
	}
	var roles []session.Role
	for _, o := range c.added {
		roles = append(roles, o.Role)
	}
	names, err := r.askNames(ctx, withRenamed(own, edits.Renamed), roles)
	if err != nil {
		return nil, err
	}
	regions, err := r.regionsFor(ctx, roles)
	if err != nil {
		return nil, err
	}
	edits.Added = append([]session.Table{idp}, newProfiles(roles, names, regions)...)
	plan, err := r.drivers.ConfigFile.Change(edits)
	if err != nil {
		return nil, err
	}
	if plan.Difference == "" {
		r.drivers.Ask.Say(plan.Path + " is already up to date")
		return nil, nil
	}
	if err := r.writeConfiguration(ctx, plan, false, true); err != nil {
		return nil, err
	}
	r.drivers.Ask.Say("wrote " + plan.Path)
	if len(edits.Renamed)+len(edits.Removed) > 0 {
		r.drivers.Ask.Say("scripts and ~/.aws/config may still have a name that is not there any more")
	}
	return names, nil
}

// newProfiles are the tables of profiles for roles, with the region of their partition.
func newProfiles(roles []session.Role, names []string, regions map[string]string) []session.Table {
	var tables []session.Table
	for i, role := range roles {
		t := session.Table{Kind: "profile", Name: names[i], Settings: []session.Setting{{Key: "role", Value: role.ARN}}}
		if region := regions[role.Partition()]; region != "" {
			t.Settings = append(t.Settings, session.Setting{Key: "region", Value: region})
		}
		tables = append(tables, t)
	}
	return tables
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
