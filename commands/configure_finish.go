package commands

import (
	"context"
	"strings"

	"stsx/session"
)

// finishConfigure does what is left after the configuration has the profiles names:
// it opens their sessions, and offers what makes them easier to use.
func (r *commandRun) finishConfigure(ctx context.Context, names []string) error {
	r.profiles = nil // they are read anew
	for _, step := range []func(context.Context, []string) error{r.openGranted, r.offerHook, r.offerAWSProfiles} {
		if err := step(ctx, names); err != nil {
			return err
		}
	}
	r.drivers.Ask.Say("next: stsx exec " + quotedName(names[0]) + " -- aws sts get-caller-identity")
	return nil
}

// openGranted opens the sessions of profiles with the assertion that is at hand. Where
// there is none any more, the first command signs in.
func (r *commandRun) openGranted(ctx context.Context, names []string) error {
	profiles, err := r.profilesNamed(names)
	if err != nil {
		return err
	}
	if !r.drivers.Broker.SignedIn(profiles[0].Org) {
		return nil
	}
	for i, o := range r.drivers.Broker.OpenUnattended(ctx, profiles) {
		switch {
		case o.Err == nil:
			r.drivers.Ask.Say(describeSession(o.Session) + ", " + timeLeft(o.Session.Left(r.Now())) + " left")
		case wasStopped(ctx, o.Err):
			return o.Err
		default:
			r.drivers.Ask.Say(quotedName(names[i]) + " was not opened: " + o.Err.Error())
		}
	}
	return nil
}

// offerHook offers to add the shell hook's line to the shell's rc file, where that has
// none. That it can't be added is said, with the line.
func (r *commandRun) offerHook(ctx context.Context, _ []string) error {
	programs := r.installedPrograms()
	path, missing := programs.MissingHook()
	if !missing {
		return nil
	}
	if path == "" {
		r.drivers.Ask.Say("for stsx use and the prompt, add to " + programs.RCFile + ": " + programs.HookLine)
		return nil
	}
	r.drivers.Ask.Say("for stsx use and the prompt, " + path + " needs this line: " + programs.HookLine)
	yes, err := r.drivers.Ask.Confirm(ctx, "Add it?", false)
	if err != nil || !yes {
		return err
	}
	if err := programs.AddHook(ctx); err != nil {
		r.drivers.Ask.Say("the line was not added: " + err.Error())
		return nil
	}
	r.drivers.Ask.Say("added; new shells have it")
	return nil
}

// offerAWSProfiles offers profiles of AWS's own configuration that get their
// credentials from stsx. That there can be none is said.
func (r *commandRun) offerAWSProfiles(ctx context.Context, names []string) error {
	var possible []string
	for _, name := range names {
		if err := r.drivers.AWSFiles.CheckSection(name); err != nil {
			r.drivers.Ask.Say("no profile for the AWS CLI: " + err.Error())
			continue
		}
		possible = append(possible, name)
	}
	entries, err := r.awsProfiles(possible, "")
	if err != nil || len(entries) == 0 {
		return err
	}
	path, difference, err := r.drivers.AWSFiles.Configure(ctx, entries, true)
	switch {
	case err != nil:
		r.drivers.Ask.Say("no profiles for the AWS CLI: " + err.Error())
		return nil
	case difference == "":
		return nil
	}
	_, shown, _ := strings.Cut(difference, "\n") // the first line names the file, as the next ones do
	r.drivers.Ask.Say(strings.TrimRight(session.VisibleText(shown), "\n"))
	yes, err := r.drivers.Ask.Confirm(ctx, "Write this too, so that aws --profile and other tools can use them?", false)
	if err != nil || !yes {
		return err
	}
	if _, _, err := r.drivers.AWSFiles.Configure(ctx, entries, false); err != nil {
		r.drivers.Ask.Say(err.Error())
		return nil
	}
	r.sayProcessNotes(entries)
	r.drivers.Ask.Say("wrote " + session.Plural(len(entries), "profile") + " into " + path)
	return nil
}
