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

	// inSight: a person could see it. A box of one pixel is a text for screen readers.
	const inSight = el => {
		if (!el.isConnected || !el.checkVisibility({opacityProperty: true, visibilityProperty: true})) return false;
		const box = el.getBoundingClientRect();
		if (box.width <= 1 || box.height <= 1) return false;
		if (box.right + scrollX <= 0 || box.bottom + scrollY <= 0) return false;
		for (let up = el.parentElement; up && up !== document.body; up = up.parentElement) {
			if ((up.clientHeight === 0 || up.clientWidth === 0) && getComputedStyle(up).overflow === 'hidden') return false;
		}
		return true;
	};
	const shut = el => el.closest('[inert], [aria-hidden=true]') !== null;
	// usable: and if it is a control, use it.
	const usable = el => !(el.matches(controls) && (el.matches(':disabled') || shut(el))) && inSight(el);

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
	// type replaces what a field holds.
	const type = (el, text) => {
		if (el.maxLength >= 0 && text.length > el.maxLength) return {kept: el.maxLength};
		el.scrollIntoView({block: 'center', behavior: 'instant'});
		el.focus();
		el.select?.();
		// Typing as the browser itself does it, so that every framework notices; where the page forbids it, or takes the
		// focus away, by the native setter.
		if (el.getRootNode().activeElement === el) document.execCommand(text ? 'insertText' : 'delete', false, text);
		if (el.value !== text) {
			const kind = el.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
			Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(el, text);
			el.dispatchEvent(new InputEvent('input', {bubbles: true, composed: true, inputType: 'insertText'}));
		}
		el.dispatchEvent(new Event('change', {bubbles: true}));
		if (!el.isConnected) return {absent: true};
		return el.value === text ? {} : {kept: lengthOf(el)};
	};
	// frame ends with the next frame, before which nothing moves. A hidden window paints none, so the clock has to do there; a
	// busy machine paints late.
	const frame = () => new Promise(done => {
		const late = setTimeout(done, document.visibilityState === 'visible' ? 500 : 50);
		requestAnimationFrame(() => { clearTimeout(late); done(); });
	});
	const pause = ms => new Promise(done => setTimeout(done, ms));
	// watchRest tells, look by look, whether an element has stopped moving: its box stays while the clock of the page's animations goes
	// on, which it does only between frames. A clock that stands counts for some looks only.
	const watchRest = () => {
		let seen = null, box = '', time = 0, looks = 0;
		return el => {
			const now = el && boxOf(el), clock = document.timeline.currentTime ?? 0;
			if (el && el === seen && now === box) return clock - time > 3 || ++looks > 3;
			seen = el, box = now, time = clock, looks = 0;
			return false;
		};
	};

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

	// What a page asks, for whoever knows nothing of it. It is told with bounds: a page may be out to be endless.
	const most = 40, longest = 300;
	let asked = [];

	const said = text => String(text ?? '').replace(/[\s\ue000-\uf8ff]+/g, ' ').trim().slice(0, longest);
	const spoken = el => said(textOf(el));
	const every = function* (selector) { for (const root of roots(document)) yield* root.querySelectorAll(selector); };
	const answerable = 'input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image]), select, textarea';
	const pressed = 'button:not([type=reset]), input[type=submit], input[type=button], input[type=image], a, ' +
		'[role=button], [role=link], [role=checkbox], [role=switch], [role=radio], [role=option], [role=tab], [role=menuitem]';
	const acts = el => el.tagName !== 'A' || el.getAttribute('role') === 'button' || /^(#|javascript:|$)/i.test((el.getAttribute('href') ?? '').trim());
	// labelOf is for what has no name that a screen reader would say.
	const beside = el => {
		const row = el.closest('tr, li, p, div');
		return row && row.childElementCount < 20 ? spoken(row).slice(0, 80) : '';
	};
	const labelOf = el => [...el.labels ?? []].map(spoken).join(' ').trim() || said(el.getAttribute('aria-label')) || said(el.placeholder) || said(el.title) ||
		said(el.alt) || (el.matches(answerable) ? '' : spoken(el)) || beside(el) || said(el.name) || el.localName;
	const options = el => [...el.options].filter(option => !option.disabled && !option.hidden).slice(0, 5 * most);
	const secret = el => el.type === 'password' || /\b(current|new)-password\b/.test(el.autocomplete) || getComputedStyle(el).webkitTextSecurity !== 'none';
	const login = el => el.type === 'email' || /\b(username|email)\b/.test(el.autocomplete);
	const formOf = el => el.form ?? el.closest('form, [role=form], dialog, [role=dialog]');
	// drawn: many pages draw a box of their own over the real one.
	const drawn = el => inSight(el) || el.matches('[type=checkbox], [type=radio]') && [...el.labels ?? [], el.parentElement].some(box => box && inSight(box));
	const open = el => !el.matches(':disabled') && !shut(el) && drawn(el);
	const isError = el => /(^|[\s_-])(error|danger|invalid)([\s_-]|$)/i.test(el.getAttribute('class') ?? '') || el.getAttribute('role') === 'alert';

	// asks lists the controls of the page that a person could answer or press, each with what it is.
	const asks = function* () {
		const forms = [], radios = new Map();
		const at = el => { const form = formOf(el); if (!form) return -1; if (!forms.includes(form)) forms.push(form); return forms.indexOf(form); };
		let n = 0;
		for (const el of every(answerable)) {
			if (!open(el) || el.readOnly && el.type !== 'checkbox') continue;
			let group = null;
			if (el.type === 'radio') {
				const form = el.form ?? document, names = radios.get(form) ?? radios.set(form, new Map()).get(form);
				if (names.has(el.name)) { if (names.get(el.name).length < most) names.get(el.name).push(el); continue; }
				names.set(el.name, group = [el]);
			}
			if (++n > most) { yield {more: true}; break; }
			const kind = el.type === 'file' ? 'file' : el.type === 'checkbox' ? 'box' : el.type === 'radio' || el.type === 'select-one' ? 'choice' :
				el.type === 'select-multiple' ? 'list' : secret(el) ? 'secret' : 'text';
			if (kind === 'list') {
				for (const option of options(el).slice(0, most)) yield {el: option, kind: 'box', form: at(el)};
				continue;
			}
			yield {el: group ?? el, kind, form: at(el)};
		}
		n = 0;
		for (const el of every(pressed)) {
			if (el.matches('a:not([href]):not([role])') || el.parentElement?.closest(pressed) || shut(el) || !inSight(el)) continue;
			if (++n > 2 * most) { yield {more: true}; break; }
			yield {el, kind: acts(el) ? 'button' : 'link', form: at(el)};
		}
	};

	return {
		// sketch tells whether the page asks what it asked before: it changes with its controls and headings, not with its words,
		// its links, or a number that counts down.
		sketch() {
			const lines = [];
			for (const {el, kind, form} of asks()) if (kind !== 'link') lines.push([kind, form, el && labelOf([el].flat()[0])].join());
			for (const el of every('h1, h2, h3, [role=heading]')) if (lines.length < 9 * most && inSight(el)) lines.push(spoken(el));
			return [location.origin, performance.timeOrigin, ...lines.map(line => line.replace(/\d+/g, '0'))].join('\n');
		},

		// form is all that the page says and asks. What fields of secrets hold is not told.
		form() {
			asked = [];
			const view = {origin: location.origin, title: said(document.title), heads: [], errors: [], lines: [], controls: [], more: false, frames: 0};
			const list = [...asks()];
			for (const {el, more, kind, form} of list) {
				if (more) { view.more = true; continue; }
				// The label comes with the second look at each control, from what a screen reader says; this one does where it says nothing.
				const one = Array.isArray(el) ? el[0] : el;
				const control = {kind, form, label: one.localName === 'option' ? said(one.text) : labelOf(one), value: '', options: [], picked: 0,
					on: Boolean(one.checked ?? one.selected ?? /^true$/.test(one.ariaChecked ?? one.ariaSelected)), required: Boolean(one.required), off: one.matches(':disabled, [aria-disabled=true]'),
					login: kind === 'text' && login(one), submits: one.matches('[type=submit], [type=image]') || one.localName === 'button' && one.type === 'submit'};
				if (kind === 'text') control.value = said(one.value);
				if (kind === 'secret') control.on = one.value !== '';
				if (Array.isArray(el)) {
					control.label = spoken(one.closest('fieldset')?.querySelector('legend') ?? one.closest('[role=radiogroup]') ?? one).slice(0, 80) || said(one.name);
					control.options = el.map(labelOf), control.picked = el.findIndex(e => e.checked);
				} else if (kind === 'choice') {
					control.options = options(one).map(option => said(option.text)), control.picked = options(one).findIndex(o => o.selected);
				}
				asked.push(el);
				view.controls.push(control);
			}
			for (const el of every('h1, h2, h3, [role=heading]')) if (view.heads.length < most && inSight(el) && spoken(el)) view.heads.push(spoken(el));
			const wrong = [];
			for (const el of every('[role=alert], [class*=error i], [class*=danger i], [class*=invalid i]')) {
				if (wrong.length >= most || !isError(el) || el.matches(controls) || !inSight(el) || !spoken(el) || wrong.some(up => up.contains(el))) continue;
				wrong.push(el);
				view.errors.push(spoken(el));
			}
			for (const el of every('input, select, textarea')) {
				if (view.errors.length < most && el.matches(':user-invalid') && drawn(el)) view.errors.push(said(el.validationMessage));
			}
			const shown = new Set([...view.errors, ...view.controls.flatMap(c => [c.label, ...c.options])]);
			const texts = roots(document).map(root => root.body ? root.body.innerText : [...root.children].map(el => el.innerText ?? '').join('\n'));
			for (const line of texts.join('\n').slice(0, 40 * longest).split('\n').map(said)) {
				// What is left of a line without the names of controls is worth reading.
				if (!/[^\s:*]/.test([...shown].reduce((rest, name) => name ? rest.replaceAll(name, '') : rest, line)) || view.lines.length >= most) continue;
				shown.add(line);
				view.lines.push(line);
			}
			for (const el of every('iframe, frame')) if (inSight(el) && el.clientHeight > 30) view.frames++;
			return view;
		},
		// named are the controls themselves, for their names.
		named: () => asked.map(el => Array.isArray(el) ? null : el),

		// answer answers the nth control of the last form, on a page of origin only, all in one turn.
		answer(n, value, origin) {
			if (location.origin !== origin) return {origin: location.origin};
			const el = asked[n];
			if (!el || ![el].flat().every(one => one.isConnected)) return {absent: true};
			if (Array.isArray(el)) { el[value]?.click(); return {}; }
			if (el.localName === 'option' || el.type === 'select-one') {
				if (el.localName === 'option') el.selected = value; else options(el)[value].selected = true;
				const select = el.closest('select');
				for (const kind of ['input', 'change']) select.dispatchEvent(new Event(kind, {bubbles: true}));
				return {};
			}
			if (el.type === 'checkbox') { if (el.checked !== value) el.click(); return {}; }
			return type(el, value);
		},
		// follow presses the nth control of the last form, on a page of origin only; of a field it sends the form, as Enter
		// would. What opens in a window opens here.
		follow(n, origin) {
			if (location.origin !== origin) return {origin: location.origin};
			const el = asked[n];
			if (!el?.isConnected) return {absent: true};
			if (el.matches(':disabled')) return {off: true};
			if (el.target) el.target = '_self';
			if (el.matches(answerable)) el.form?.requestSubmit(); else el.click();
			return {};
		},

		// wait: the index of the first mark with a fresh element that stands still, or -1 when time is up.
		async wait(marks, ms) {
			const end = performance.now() + ms;
			const rests = watchRest();
			let at = -1;
			for (;;) {
				let el = null, i = 0;
				for (; i < marks.length && !(el = fresh(marks[i])); i++);
				if (rests(el) && i === at) return i;
				if (performance.now() > end) return -1;
				at = i;
				await (el ? frame() : pause(25));
			}
		},

		// painted: frames come, as what moves or fades in on the page needs. A page that nobody sees gets none.
		painted: ms => document.visibilityState !== 'visible' ||
			Promise.race([new Promise(done => requestAnimationFrame(() => done(true))), pause(ms).then(() => false)]),
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

		// get asks the page's own origin for path, as a script of the page's would.
		async get(path, origins, ms, longest) {
			if (!origins.includes(location.origin)) return {origin: location.origin};
			try {
				const answer = await fetch(location.origin + path,
					{headers: {accept: 'application/json'}, redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout(ms)});
				const body = await answer.text();
				return body.length > longest ? {trouble: 'the answer is too long'} : {status: answer.status, body};
			} catch (error) {
				return {trouble: String(error)};
			}
		},

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
			const result = type(el, text);
			if (result.kept !== undefined) return {...result, label: labelOf(el)};
			if (result.absent) return result;
			filled.set(el, lengthOf(el));
			return {};
		},

		// settle brings the nth match into view and waits until it has stopped moving, or long enough: a DOM click hits anyway.
		async settle(mark, n, ms) {
			const end = performance.now() + ms;
			const rests = watchRest();
			let seen = null;
			while (performance.now() < end) {
				const el = all(mark)[n];
				if (!el && !seen) return false;
				if (el && el !== seen) el.scrollIntoView({block: 'center', behavior: 'instant'});
				if (rests(el)) return true;
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

		// press clicks and remembers what that answered. Pressed once more, a form is still answered by what was typed into it.
		press(mark, n) {
			const el = all(mark)[n];
			if (!el) return false;
			if (!filled.size && standing()) filled = answer.filled;
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
