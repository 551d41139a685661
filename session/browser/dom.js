// What the driver does in a page. It runs in a world of its own: the page's scripts see its effects, but neither it nor
// its arguments, and nothing they have overridden is used here. Every call gets the whole object as this.
(() => {
	'use strict';

	// filled: what was typed into since the last act, with the length of its value (the value itself is not kept).
	// answer: what the last act answered; while it stands, the page has not been redrawn and its old marks don't count.
	let filled = new Map();
	let answer = null;

	let veiled = null;

	const controls = 'input, select, textarea, button';
	const pressable = 'button, input[type=submit], input[type=button], input[type=reset], input[type=image]';

	// usable: a person could see it, and if it is a control, use it. A box of one pixel is a text for screen readers.
	const usable = el => {
		if (!el.isConnected || !el.checkVisibility({opacityProperty: true, visibilityProperty: true})) return false;
		const box = el.getBoundingClientRect();
		if (box.width <= 1 || box.height <= 1) return false;
		if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return false;
		if (el.matches(controls) && (el.matches(':disabled') || el.closest('[inert], [aria-hidden=true]'))) return false;
		for (let up = el.parentElement; up && up !== document.body; up = up.parentElement) {
			if ((up.clientHeight === 0 || up.clientWidth === 0) && getComputedStyle(up).overflow === 'hidden') return false;
		}
		return true;
	};

	const all = mark => [...document.querySelectorAll(mark)].filter(usable);
	const first = mark => {
		for (const el of document.querySelectorAll(mark)) if (usable(el)) return el;
		return null;
	};
	const textOf = el => (el.matches(pressable) && el.tagName === 'INPUT' ? el.value : el.innerText ?? el.textContent ?? '')
		.replace(/\s+/g, ' ').trim();
	const lengthOf = el => String(el.value ?? '').length;
	const boxOf = el => {
		const box = el.getBoundingClientRect();
		return [box.left, box.top, box.width, box.height].join();
	};
	// A hidden window paints no frames, so the clock has to do then.
	const frame = () => new Promise(done => {
		const late = setTimeout(done, 50);
		requestAnimationFrame(() => { clearTimeout(late); done(); });
	});
	const pause = ms => new Promise(done => setTimeout(done, ms));

	// What of an element is told in an outline: these attributes as they are, these as a place without query. What these
	// elements hold is not.
	const telling = new Set(['id', 'class', 'name', 'type', 'role', 'data-se', 'data-type', 'for', 'rel', 'target', 'method', 'lang', 'dir',
		'autocomplete', 'inputmode', 'maxlength', 'tabindex', 'placeholder', 'title', 'alt', 'disabled', 'readonly', 'required', 'hidden', 'inert', 'open',
		'aria-label', 'aria-hidden', 'aria-controls', 'aria-expanded', 'aria-live', 'aria-invalid', 'aria-busy', 'aria-describedby', 'aria-labelledby']);
	const addresses = new Set(['href', 'src', 'action', 'formaction', 'data']);
	const silent = new Set(['script', 'style', 'noscript', 'template', 'textarea', 'output', 'svg', 'iframe', 'object']);
	const escape = text => text.replace(/[&<>"]/g, sign => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[sign]);
	const place = address => {
		try {
			const url = new URL(address, location.href);
			return /^https?:$/.test(url.protocol) ? (url.origin === location.origin ? '' : url.origin) + url.pathname : url.protocol;
		} catch { return ''; }
	};
	const roots = root => [root, ...[...root.querySelectorAll('*')].filter(el => el.shadowRoot).flatMap(el => roots(el.shadowRoot))];

	// standing: the last answer is still on the page as it was given. Fields decide; where none was filled, the element pressed.
	const standing = () => {
		if (!answer) return false;
		const untouched = answer.filled.size
			? [...answer.filled].every(([el, length]) => el.isConnected && lengthOf(el) === length)
			: answer.pressed.isConnected;
		if (!untouched) answer = null;
		return untouched;
	};
	// What stood beside the form that was answered belongs to it; what was hidden then and shows now does not.
	const stale = el => standing() && answer.beside.has(el);
	const fresh = mark => {
		for (const el of document.querySelectorAll(mark)) if (usable(el) && !stale(el)) return el;
		return null;
	};

	return {
		// wait: the index of the first mark with a fresh element that stands still, or -1 when time is up.
		async wait(marks, ms) {
			const end = performance.now() + ms;
			let seen = null, at = -1, box = '';
			for (;;) {
				let el = null, i = 0;
				for (; i < marks.length && !(el = fresh(marks[i])); i++);
				const now = el && boxOf(el);
				if (el && el === seen && i === at && now === box) return i;
				if (performance.now() > end) return -1;
				seen = el, at = i, box = now;
				await (el ? frame() : pause(25));
			}
		},

		visible: mark => first(mark) !== null,
		text(mark) { const el = first(mark); return el ? textOf(el) : ''; },
		texts: mark => all(mark).map(textOf),
		// holding: of each visible match, the indices of the marks that it matches or has inside.
		holding: (mark, marks) => all(mark).map(el =>
			marks.map((m, i) => el.matches(m) || el.querySelector(m) ? i : -1).filter(i => i >= 0)),
		attr(mark, name) {
			const el = first(mark);
			return el ? String((name === 'value' ? el.value : null) ?? el.getAttribute(name) ?? '') : '';
		},
		location: () => location.href.split(/[?#]/, 1)[0],

		// place: where the sign-in stands and what the page keeps in the browser.
		place() {
			const read = store => { try { return {...store()}; } catch { return {}; } };
			return {Address: location.href, origin: location.origin, session: read(() => sessionStorage), local: read(() => localStorage)};
		},

		// fill types into a field, all in one turn: no navigation can come between the look at the origin and the typing.
		fill(mark, text, origins) {
			if (!origins.includes(location.origin)) return {origin: location.origin};
			const el = first(mark);
			if (!el) return {absent: true};
			if (el.maxLength >= 0 && text.length > el.maxLength) return {kept: el.maxLength};
			el.scrollIntoView({block: 'center', behavior: 'instant'});
			el.focus();
			el.select?.();
			// Typing as the browser itself does it, so that every framework notices; where the page forbids it, by the native setter.
			document.execCommand(text ? 'insertText' : 'delete', false, text);
			if (el.value !== text) {
				const kind = el.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
				Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(el, text);
				el.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true, inputType: 'insertText'}));
			}
			el.dispatchEvent(new Event('change', {bubbles: true}));
			if (!el.isConnected) return {absent: true};
			if (el.value !== text) return {kept: lengthOf(el)};
			filled.set(el, lengthOf(el));
			return {};
		},

		// settle brings the nth match into view and waits until it has stopped moving, or long enough: a DOM click hits anyway.
		async settle(mark, n, ms) {
			const end = performance.now() + ms;
			let seen = null, box = '';
			while (performance.now() < end) {
				const el = all(mark)[n];
				if (!el) {
					if (!seen) return false;
				} else {
					if (el !== seen) el.scrollIntoView({block: 'center', behavior: 'instant'});
					const now = boxOf(el);
					if (el === seen && now === box) return true;
					box = now;
				}
				seen = el;
				await frame();
			}
			return Boolean(seen);
		},

		click(mark, n) {
			const el = all(mark)[n];
			el?.click();
			return Boolean(el);
		},

		// press clicks and remembers what that answered.
		press(mark, n) {
			const el = all(mark)[n];
			if (!el) return false;
			answer = {pressed: el, filled, beside: new WeakSet([...document.querySelectorAll('*')].filter(usable))};
			filled = new Map();
			el.click();
			return true;
		},
		// repress clicks the same element again, and focus prepares for Enter; false if the page was redrawn meanwhile.
		repress() {
			if (!standing() || !usable(answer.pressed)) return false;
			answer.pressed.click();
			return true;
		},
		focus() {
			if (!standing()) return false;
			([...answer.filled.keys()].pop() ?? answer.pressed).focus();
			return true;
		},

		// check ticks or clears every box that a person could; what draws a box of its own over the real one hides that.
		check(mark, on) {
			for (const el of document.querySelectorAll(mark)) {
				const box = el.labels?.length ? el.labels[0] : el.parentElement;
				if (el.matches('input[type=checkbox]:enabled') && el.checked !== on && (usable(el) || box && usable(box))) el.click();
			}
		},

		// veil takes out of sight what stands in fields, what is not text (a QR code, another page in a frame), and texts
		// that hold one of hide, until unveil.
		veil(hide) {
			veiled = {sheets: [], styles: []};
			const sheet = new CSSStyleSheet();
			sheet.replaceSync(`
				input:not([type=submit], [type=button], [type=reset]), textarea, select, output, [contenteditable] {
					-webkit-text-fill-color: transparent !important;
					color: transparent !important; text-shadow: none !important; caret-color: transparent !important }
				input::selection, textarea::selection { background: transparent !important; color: transparent !important }
				img, canvas, video, iframe, frame, object, embed { visibility: hidden !important }`);
			for (const root of roots(document)) {
				veiled.sheets.push([root, root.adoptedStyleSheets]);
				root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
				const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
				for (let text; (text = texts.nextNode());) {
					const said = text.data.toLowerCase(), el = text.parentElement;
					if (!el || !hide.some(h => h && said.includes(h.toLowerCase()))) continue;
					veiled.styles.push([el, el.getAttribute('style')]);
					el.style.setProperty('-webkit-text-fill-color', 'transparent', 'important');
				}
			}
		},
		// unveil says whether there was a veil.
		unveil() {
			const was = Boolean(veiled);
			for (const [root, sheets] of veiled?.sheets ?? []) root.adoptedStyleSheets = sheets;
			for (const [el, style] of (veiled?.styles ?? []).reverse()) {
				if (style === null) el.removeAttribute('style'); else el.setAttribute('style', style);
			}
			veiled = null;
			return was;
		},

		// outline is the page's structure and words, without anything that a field holds, a script says or an address carries.
		outline() {
			const lines = [`${location.origin}${location.pathname}`];
			const write = (node, depth) => {
				if (lines.length > 20000) return;
				const indent = ' '.repeat(Math.min(depth, 40));
				if (node.nodeType === Node.TEXT_NODE) {
					const text = node.data.replace(/\s+/g, ' ').trim();
					if (text) lines.push(indent + escape(text));
					return;
				}
				if (node.nodeType !== Node.ELEMENT_NODE) return;
				const tag = node.localName;
				let attributes = '';
				for (const {name, value} of node.attributes) {
					if (name === 'value' && node.matches('input[type=submit], input[type=button], input[type=reset]')) attributes += ` value="${escape(value)}"`;
					else if (addresses.has(name)) attributes += ` ${name}="${escape(place(value))}"`;
					else if (telling.has(name)) attributes += ` ${name}="${escape(value)}"`;
				}
				if (node.matches(controls)) {
					if (node.matches(':checked')) attributes += ' is-checked';
					if (node.matches('input:not([type=submit], [type=button], [type=reset], [type=checkbox], [type=radio], [type=hidden]), textarea') && node.value) attributes += ' is-filled';
					if (!usable(node)) attributes += ' is-unseen';
				} else if (node.matches('a, form, h1, h2, [data-se], [role=alert]') && !usable(node)) attributes += ' is-unseen';
				lines.push(`${indent}<${tag}${attributes}>`);
				if (silent.has(tag) || node.isContentEditable) return;
				if (node.shadowRoot) {
					lines.push(indent + ' #shadow-root');
					for (const child of node.shadowRoot.childNodes) write(child, depth + 2);
				}
				for (const child of node.childNodes) write(child, depth + 1);
			};
			write(document.documentElement, 0);
			return lines.join('\n') + '\n';
		},

		again() { answer = null; filled = new Map(); },
	};
})()
