package browser

import (
	"context"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// admitTarget sets up a target that waits to start (a tab, a popup, a foreign frame, a worker) and lets it run.
func (b *Browser) admitTarget(e proto.TargetAttachedToTarget) {
	s := b.sessionFor(b.alive, e.SessionID)
	isPage := e.TargetInfo.Type == proto.TargetTargetInfoTypePage
	if isPage {
		b.windows.add(e.SessionID, e.TargetInfo)
	}
	switch e.TargetInfo.Type {
	case proto.TargetTargetInfoTypePage, "iframe":
		// Best effort on purpose: a frame that is gone already, or an old Chromium, must not keep the page waiting.
		// A popup without an opener has no renderer yet and answers only once it runs; what was sent before holds then.
		short, cancel := context.WithTimeout(b.alive, targetSetupTime)
		early := b.sessionFor(short, e.SessionID)
		_ = b.agent.applyTo(early)
		_ = enableFetch(len(b.login) > 0).Call(early)
		if isPage {
			_ = proto.PageEnable{}.Call(early)
			_ = networkEnable().Call(early)
		}
		_ = proto.TargetSetAutoAttach{AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: true}.Call(early)
		cancel()
	}
	_ = proto.RuntimeRunIfWaitingForDebugger{}.Call(s)
	b.sessionHandover(e.TargetInfo.TargetID) <- e.SessionID
	if b.visible && isPage {
		select {
		case b.window <- e.TargetInfo:
		default:
		}
	}
}

// sessionHandover is where the session of a new target is handed over; either side may come first.
func (b *Browser) sessionHandover(id proto.TargetTargetID) chan proto.TargetSessionID {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.attached[id] == nil {
		b.attached[id] = make(chan proto.TargetSessionID, 8) // a target is attached once; the room is for the unforeseen
	}
	return b.attached[id]
}

// targetSetupTime bounds the wait for the answers of a target that is held at its start.
const targetSetupTime = 500 * time.Millisecond

// networkEnable keeps bodies of requests (passwords) out of the events as far as Chromium lets us.
func networkEnable() proto.NetworkEnable {
	none, room := 1, 8<<20
	return proto.NetworkEnable{MaxPostDataSize: &none, MaxTotalBufferSize: &room, MaxResourceBufferSize: &room}
}

// newestTarget is the newest tab's.
func (b *Browser) newestTarget() proto.TargetTargetID {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.newest == nil {
		return ""
	}
	return proto.TargetTargetID(b.newest.frame)
}

// tabOf is the tab whose window target is. own: it is that very window; else the newest tab stands for it.
func (b *Browser) tabOf(target proto.TargetTargetID) (tab *Tab, own bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, tab := range b.tabs {
		if string(tab.frame) == string(target) {
			return tab, true
		}
	}
	return b.newest, false
}

func (b *Browser) emptyPage(ctx context.Context) (proto.TargetTargetID, error) {
	if !b.visible {
		create := proto.TargetCreateTarget{URL: "about:blank", NewWindow: true, BrowserContextID: b.context}
		target, err := create.Call(b.sessionFor(ctx, ""))
		if err != nil {
			return "", err
		}
		return target.TargetID, nil
	}
	select {
	case info := <-b.window:
		b.context = info.BrowserContextID
		return info.TargetID, nil
	case <-ctx.Done():
		return "", timeoutError(ctx, "the window")
	case <-b.alive.Done():
		return "", context.Cause(b.alive)
	}
}
