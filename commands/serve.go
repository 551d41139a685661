package commands

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/session"
)

func (r *commandRun) serveCommand() *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "hand out credentials at a socket: for SSH, containers, programs that run long",
		UsageText: "stsx serve PROFILE… [--socket PATH] [--port PORT] [--for TIME] [--idle TIME]",
		Description: `   Runs until it is ended, and hands out the credentials of these profiles and of
   no others, newer ones when a session comes to its end. At its socket only your
   own user is answered: stsx process --socket PATH [PROFILE] is the client, as a
   credential_process here, behind ssh -R, or in a container that has the socket.

   With --port it listens at 127.0.0.1 too, for the AWS SDKs. It prints what they
   need, AWS_CONTAINER_CREDENTIALS_FULL_URI for each profile and
   AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE; the token itself is in that file only.

   Each hand-over is a line on standard error. Where you are needed, stsx asks you
   on its terminal, once for all that wait; without one, callers get an error with
   the stsx login that helps, or you are asked in a window with ask = "window". A profile with confirm = true is asked for, program by
   program; the answer counts for half a minute.`,
		Flags: sessionFlags(
			&cli.StringFlag{Name: "socket", Usage: "make the socket here: `FILE`, in a folder that only you can enter"},
			&cli.StringFlag{Name: "port", Usage: "listen at this `PORT` of 127.0.0.1 too; 0 is any that is free"},
			&cli.StringFlag{Name: "for", Usage: "end after this `TIME`: 8h, 90m"},
			&cli.StringFlag{Name: "idle", Usage: "end when there was no hand-over for this `TIME`: 30m"},
		),
		Action: func(c *cli.Context) error {
			limits, err := r.readServeFlags(c)
			if err != nil {
				return err
			}
			return r.runServe(c.Context, limits)
		},
	}
}

// serveFlags are the flags of serve.
type serveFlags struct {
	socket string
	port   int           // -1 = none
	life   time.Duration // 0 = until it is ended
	idle   time.Duration // 0 = likewise
}

func (r *commandRun) readServeFlags(c *cli.Context) (serveFlags, error) {
	f := serveFlags{socket: c.String("socket"), port: -1}
	if c.IsSet("socket") && f.socket == "" {
		return f, &usageError{"--socket is empty", r.verb}
	}
	if c.IsSet("port") {
		port, err := strconv.ParseUint(c.String("port"), 10, 16)
		if err != nil {
			return f, &usageError{"--port is a number from 0 (any that is free) to 65535, not " + quotedName(c.String("port")), r.verb}
		}
		f.port = int(port)
	}
	for name, value := range map[string]*time.Duration{"for": &f.life, "idle": &f.idle} {
		if !c.IsSet(name) {
			continue
		}
		d, err := time.ParseDuration(c.String(name))
		if err != nil || d < time.Second {
			return f, &usageError{"--" + name + " is a time, as in 8h or 30m, not " + quotedName(c.String(name)), r.verb}
		}
		*value = d
	}
	return f, nil
}

// profileServer is one run of serve.
type profileServer struct {
	*commandRun
	asking     chan struct{} // holds one token; who has it asks the person
	stop       context.CancelCauseFunc
	deliveries chan delivery
	over       chan struct{} // closed when nothing is handed out any more

	mu       sync.Mutex
	opened   map[string]session.Session // at the start, by profile
	lastUsed time.Time
}

// delivery is a hand-over, or a connection that was rejected (no profile).
type delivery struct {
	session.Session
	program string
	to      session.Caller
}

func (r *commandRun) runServe(ctx context.Context, f serveFlags) error {
	profiles, err := r.servedProfiles()
	if err != nil {
		return err
	}
	if err := r.confirmMore(ctx, profiles...); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s := &profileServer{commandRun: r, asking: make(chan struct{}, 1), stop: stop, deliveries: make(chan delivery, maxDeliveries),
		over: make(chan struct{}), opened: map[string]session.Session{}, lastUsed: r.Now()}
	s.asking <- struct{}{}
	request := session.ServeRequest{Socket: f.socket, Port: f.port, Delivered: s.noteDelivery, Rejected: s.noteRejection}
	for _, p := range profiles {
		request.Profiles = append(request.Profiles, s.newRenewal(p))
	}
	server, err := r.drivers.Endpoints.Serve(context.WithoutCancel(ctx), request)
	if err != nil {
		return err
	}
	var reporting sync.WaitGroup
	reporting.Go(session.ContainPanic(func() { s.reportDeliveries(context.WithoutCancel(ctx), profiles) }))
	err = s.openAtStart(ctx, profiles)
	if err == nil {
		err = s.printServed(server, profiles, f)
	}
	if err == nil {
		err = s.awaitEnd(ctx, f)
	}
	failed := server.Close()
	close(s.over)
	reporting.Wait()
	return errors.Join(err, failed)
}

// servedProfiles are those that the line names, each once.
func (r *commandRun) servedProfiles() ([]session.Profile, error) {
	names, err := r.chosenProfiles(false)
	if err != nil {
		return nil, err
	}
	var once []string
	seen := map[string]bool{}
	for _, name := range names {
		if !seen[name] {
			once = append(once, name)
		}
		seen[name] = true
	}
	return r.profilesNamed(once)
}

// openAtStart signs in while the person is still there. A profile with confirm is left to
// the first that asks for it, and so is what a person is missing for.
func (s *profileServer) openAtStart(ctx context.Context, profiles []session.Profile) error {
	var plain []session.Profile
	for _, p := range profiles {
		if !p.Confirms() {
			plain = append(plain, p)
		}
	}
	var opened []session.OpenResult
	if s.drivers.Ask.Interactive() {
		var err error
		if opened, err = s.openSessions(ctx, plain, false); err != nil {
			return err
		}
	} else {
		opened = s.drivers.Broker.OpenUnattended(ctx, plain)
	}
	for i, o := range opened {
		var input *session.InputError
		switch {
		case errors.As(o.Err, &input):
			s.sayLine(s.failureText(session.Session{Profile: plain[i].Name}, o.Err))
		case o.Err != nil:
			return fmt.Errorf("%s: %w", quotedName(plain[i].Name), o.Err)
		default:
			s.mu.Lock()
			s.opened[plain[i].Name] = o.Session
			s.mu.Unlock()
		}
	}
	return context.Cause(ctx)
}

// printServed says where credentials are to be had: for people, and with a port on
// standard output what an SDK needs.
func (s *profileServer) printServed(server session.CredentialServer, profiles []session.Profile, f serveFlags) error {
	if server.TokenFile() != "" {
		var out strings.Builder
		for _, p := range profiles {
			out.WriteString("AWS_CONTAINER_CREDENTIALS_FULL_URI=" + server.URL(p.Name) + "\n")
		}
		out.WriteString("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=" + server.TokenFile() + "\n")
		if err := s.printText(out.String()); err != nil {
			return err
		}
	}
	var names []string
	for _, p := range profiles {
		names = append(names, quotedName(p.Name))
	}
	text := "serving " + strings.Join(names, ", ") + "; Ctrl-C ends it"
	if f.life > 0 {
		text += ", or " + clockTime(s.Now().Add(f.life), s.Now())
	}
	if f.idle > 0 {
		text += ", or " + session.ShortDuration(f.idle) + " without a hand-over"
	}
	s.sayLine(text)
	if path := server.Socket(); path != "" {
		s.sayLine("ask with: stsx process --socket " + quotedName(path) + " " + names[0])
	}
	return nil
}

// endInterval is how often the clock is looked at: a timer stands still while the
// machine sleeps, the time that --for says doesn't.
const endInterval = 15 * time.Second

// awaitEnd returns nil when the time that f says is over, and else why ctx ended.
func (s *profileServer) awaitEnd(ctx context.Context, f serveFlags) error {
	began := s.Now().Round(0)
	for {
		now, wait := s.Now().Round(0), endInterval
		if f.life > 0 {
			wait = min(wait, began.Add(f.life).Sub(now))
		}
		if wait <= 0 {
			s.sayLine("ended: the " + session.ShortDuration(f.life) + " of --for are over")
			return nil
		}
		if f.idle > 0 {
			wait = min(wait, s.usedAt().Add(f.idle).Sub(now))
		}
		if wait <= 0 {
			s.sayLine("ended: " + session.ShortDuration(f.idle) + " without a hand-over (--idle)")
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

func (s *profileServer) usedAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastUsed.Round(0)
}

// sayLine says a line to whoever reads standard error.
func (s *profileServer) sayLine(text string) {
	switch {
	case s.settings.Quiet:
	case s.StderrIsTerminal:
		s.drivers.Ask.Say(text) // which waits for the answer to a question on the screen
	default:
		fmt.Fprintln(s.Stderr, "stsx: "+session.VisibleLine(text))
	}
}
