// Package browser runs a Chromium of the user's own over a pipe, drives one sign-in page in it, and takes the SAML
// assertion that page posts to AWS before it leaves the machine.
//
// It knows nothing of Okta: pages are told apart by CSS selectors ("marks") that the caller brings. Three promises hold
// however a run ends: no debugging port is ever opened, no request to an AWS sign-in host leaves the browser, and when
// the process dies, by whatever signal, Chromium dies with it.
package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
	"github.com/go-rod/rod/lib/utils"

	"stsx/session"
	"stsx/session/page"
)

// Options say which browser to start and how. Path and ProfileRoot are required.
type Options struct {
	Path         string           // the executable; see Find
	Visible      bool             // a window for a person instead of headless
	Title        string           // of that window; "" = the page's
	NoSandbox    bool             // asked for; as root the sandbox is off anyway, Chromium has none there
	ProfileRoot  string           // created 0700; each run keeps its own profile below it
	Environ      []string         // the caller's environment; STSX_*, AWS_* and proxies do not reach Chromium's
	Say          func(msg string) // verbose notes; nil: none
	Record       page.Recorder    // told of each request that is answered or fails, of what is typed and of pages; nil: nobody is
	startTimeout time.Duration    // 0: the usual one
	Stderr       io.Writer        // Chromium's own stderr; nil: dropped but for the line that explains a failed start
}

// Browser is a running Chromium. Close ends it; nothing of it outlives Close.
type Browser struct {
	process *chromiumProcess
	profile *runProfile
	client  *cdp.Client
	agent   userAgent
	product string
	record  page.Recorder
	login   proxyLogin
	visible bool
	title   string
	windows *windowList
	context proto.BrowserBrowserContextID // off the record: what pages leave behind is in memory only
	window  chan *proto.TargetTargetInfo  // a visible browser's own first page, until a Tab takes it
	say     func(string)

	alive   context.Context // ends, with the reason as its cause, when Chromium does
	end     context.CancelCauseFunc
	quiet   chan struct{}  // closed when the last event has been handed out
	working sync.WaitGroup // calls made on behalf of events; started by listen alone
	closing sync.Once
	closed  error

	mu       sync.Mutex
	tabs     map[proto.TargetSessionID]*Tab
	newest   *Tab // whose a window is that keeps its opener to itself: a browser serves one sign-in at a time
	attached map[proto.TargetTargetID]chan proto.TargetSessionID
	asked    map[proto.FetchRequestID]bool // requests whose proxy has had our password
	noted    map[string]bool               // what was said of posts that were ignored
}

// Launch starts Chromium with a fresh profile and arms the capture before any page exists. ctx bounds the start only.
// Profiles that dead runs left behind are removed first. An error quotes what Chromium said and names the cure.
//
// A Chromium that ends at once for no known reason is started once more: on a busy machine, now and then one crashes at
// its start.
func Launch(ctx context.Context, o Options) (*Browser, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	b, err := launchOnce(ctx, o)
	if ended := (*StartError)(nil); errors.As(err, &ended) && ended.Cure == "" && ctx.Err() == nil {
		o.Say("the browser is started again: " + ended.Error())
		b, err = launchOnce(ctx, o)
	}
	return b, err
}

func launchOnce(ctx context.Context, o Options) (*Browser, error) {
	proxy, err := proxyFrom(o.Environ)
	if err != nil {
		return nil, fmt.Errorf("starting the browser: %w", err)
	}
	for _, note := range proxy.notes {
		o.Say(note)
	}
	profile, err := openProfile(o)
	if err != nil {
		return nil, fmt.Errorf("preparing the browser's profile: %w", addCure(err, o.ProfileRoot))
	}
	if isRoot() && !o.NoSandbox {
		o.NoSandbox = true
		o.Say("running as root: Chromium's sandbox is off, because it refuses to start with it")
	} else if o.NoSandbox {
		o.Say("Chromium's sandbox is off, as asked")
	}
	process, err := startProcess(o, profile.dir, chromiumArguments(o, profile.dir, proxy))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting %s: %w", o.Path, addCure(err, profile.dir)), profile.remove())
	}
	b := &Browser{
		process: process, profile: profile, login: proxy.login, visible: o.Visible, title: o.Title, say: o.Say, record: o.Record,
		// rod's logger is chosen by an environment variable and would print passwords: ours is always the silent one.
		client:   cdp.New().Logger(utils.LoggerQuiet),
		window:   make(chan *proto.TargetTargetInfo, 1),
		quiet:    make(chan struct{}),
		tabs:     map[proto.TargetSessionID]*Tab{},
		attached: map[proto.TargetTargetID]chan proto.TargetSessionID{},
		asked:    map[proto.FetchRequestID]bool{},
		noted:    map[string]bool{},
		windows:  newWindowList(),
	}
	b.alive, b.end = context.WithCancelCause(context.Background())
	b.client.Start(process.pipe)
	go session.ContainPanic(b.dispatchEvents)()
	starting, cancel := context.WithTimeoutCause(ctx, cmp.Or(o.startTimeout, startTimeout), errSlowStart)
	defer cancel()
	if err := b.prepareBrowser(starting); err != nil {
		cure := shortOf(profile.dir)
		closed := b.Close() // and with it the wait for the last of Chromium's stderr
		switch {
		case cure != "":
			err = &StartError{Cure: cure}
		case errors.Is(err, ErrDied) || errors.Is(err, session.ErrWindowClosed):
			err = process.explainStart(filepath.Dir(profile.dir))
		}
		return nil, errors.Join(fmt.Errorf("starting %s: %w", o.Path, err), closed)
	}
	return b, nil
}

// prepareBrowser waits for Chromium's first answer and arms what must hold before any page exists.
func (b *Browser) prepareBrowser(ctx context.Context) error {
	s := b.sessionFor(ctx, "")
	version, err := proto.BrowserGetVersion{}.Call(s)
	if err != nil {
		return err
	}
	b.product = version.Product
	b.agent = userAgentOf(version, b.visible)
	if err := b.armCapture(s); err != nil {
		return fmt.Errorf("arming the capture: %w", err)
	}
	if !b.visible {
		made, err := proto.TargetCreateBrowserContext{}.Call(s)
		if err != nil {
			return fmt.Errorf("going off the record: %w", err)
		}
		b.context = made.BrowserContextID
	}
	return proto.TargetSetAutoAttach{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: true}.Call(s)
}

// Product is the browser's name and version: Chrome/156.0.8078.79.
func (b *Browser) Product() string { return b.product }

// AllowLoopback lets pages of one origin talk to a program on this machine, as Okta Verify's FastPass needs. Call it
// after Tab and before the first navigation: headless Chromium otherwise denies in silence. A Chromium too old to ask needs nothing.
func (b *Browser) AllowLoopback(ctx context.Context, origin string) error {
	for _, name := range []string{"local-network-access", "local-network", "loopback-network"} {
		err := proto.BrowserSetPermission{
			Permission: &proto.BrowserPermissionDescriptor{Name: name},
			Setting:    proto.BrowserPermissionSettingGranted, Origin: origin, BrowserContextID: b.context,
		}.Call(b.sessionFor(ctx, ""))
		if refused := (*cdp.Error)(nil); err != nil && !errors.As(err, &refused) {
			return fmt.Errorf("granting %s to %s: %w", name, origin, err)
		}
	}
	return nil
}

// Close kills Chromium and everything it started, waits for it, and removes its profile. It may be called more than once.
//
// The order matters: with the handlers stopped first, a paused SAML post was let go on to AWS in 2 runs of 5.
func (b *Browser) Close() error {
	b.closing.Do(func() {
		b.end(ErrClosed)
		b.process.kill()
		<-b.quiet
		b.working.Wait()
		b.closed = b.profile.remove()
	})
	return b.closed
}

// dispatchEvents hands out events until the pipe ends. It must never wait for Chromium itself: answers come behind the events.
func (b *Browser) dispatchEvents() {
	defer close(b.quiet)
	for event := range b.client.Event() {
		b.dispatchEvent(event)
	}
	b.end(b.endReason())
}

// endReason is what the end of Chromium means: with a window it ends when the person closes that.
func (b *Browser) endReason() error {
	if b.visible {
		return session.ErrWindowClosed
	}
	if cure := shortOf(b.profile.dir); cure != "" {
		return fmt.Errorf("%w: %s", ErrDied, cure)
	}
	return ErrDied
}

func (b *Browser) dispatchEvent(event *cdp.Event) {
	switch event.Method {
	case "Fetch.requestPaused":
		decodeEvent(event, func(e proto.FetchRequestPaused) { b.runForEvent(func() { b.judgeRequest(event.SessionID, e) }) })
	case "Fetch.authRequired":
		decodeEvent(event, func(e proto.FetchAuthRequired) { b.runForEvent(func() { b.answerProxy(event.SessionID, e) }) })
	case "Target.attachedToTarget":
		decodeEvent(event, func(e proto.TargetAttachedToTarget) { b.runForEvent(func() { b.admitTarget(e) }) })
	default:
		b.windows.takeEvent(event)
		b.mu.Lock()
		tab := b.tabs[proto.TargetSessionID(event.SessionID)]
		b.mu.Unlock()
		if tab != nil {
			tab.takeEvent(event)
		}
	}
}

// runForEvent makes calls on behalf of an event, beside the loop that hands out events.
func (b *Browser) runForEvent(do func()) { b.working.Go(session.ContainPanic(do)) }

// startTimeout bounds the wait for Chromium's first answers. On a busy machine they take ten seconds.
const startTimeout = 40 * time.Second

// errSlowStart: Chromium runs and does not answer.
var errSlowStart = errors.New("it runs, but does not answer")

// killTimeout bounds the wait for killed processes to be gone; SIGKILL takes milliseconds.
const killTimeout = 5 * time.Second
