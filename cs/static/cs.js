// What a plain form cannot do by itself. Every page works without this file; its texts are data attributes of <body>.
// Plain http on a LAN name is no secure context: nothing here may need one.
(() => {
  'use strict';
  const script = document.currentScript;
  const body = document.body, words = body.dataset;
  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  // Whether somebody has typed or chosen something since the page came.
  const isTouched = (form) => [...form.elements].some((one) => one.options
    ? one.value !== ([...one.options].find((option) => option.defaultSelected) || one.options[0] || one).value
    : one.type === 'radio' || one.type === 'checkbox' ? one.checked !== one.defaultChecked
    : one.defaultValue !== undefined && one.type !== 'hidden' && one.value !== one.defaultValue);

  // ---- htmx: from the CDN, else our own copy -------------------------------------------------------------
  // A script tag that comes late still runs, even after the local copy did. A preload never runs, so it goes first:
  // only when the CDN has answered is its script inserted, and two copies can never be active.
  function loadHtmx() {
    const {htmx: cdn, integrity, htmxLocal: local} = script.dataset;
    const insert = (tag, given) => document.head.appendChild(Object.assign(document.createElement(tag), given));
    const onload = () => {
      document.documentElement.classList.add('htmx-on');
      each(document, 'form.toolbar', (form) => { if (isTouched(form)) htmx.trigger(form, 'submit'); });  // what was asked before it came
    };
    const fromHere = () => insert('script', {src: local, async: false, onload});
    if (!cdn) return fromHere();
    const trusted = {integrity, crossOrigin: 'anonymous'};
    const fromCdn = () => insert('script', {...trusted, src: cdn, async: false, onload, onerror: fromHere});
    let decided = false;
    const decide = (next) => () => { if (!decided) { decided = true; next(); } };
    const answered = {onload: decide(fromCdn), onerror: decide(fromHere)};
    insert('link', {rel: 'preload', as: 'script', ...trusted, ...answered, href: cdn});
    setTimeout(decide(fromHere), 1500);
  }
  if (document.readyState === 'complete') loadHtmx(); else window.addEventListener('load', loadHtmx);
  function say(text) {
    const place = document.getElementById('messages') || body;
    each(place, '.from-script', (old) => old.remove());
    const message = Object.assign(document.createElement('p'), {textContent: text, role: 'alert'});
    message.className = 'message message-danger from-script';
    place.prepend(message);
    message.scrollIntoView({block: 'nearest'});
  }

  // ---- drafts: on this device at once, on the server after three quiet seconds -----------------------------
  const PREFIX = `draft:${words.person}:`;
  const NOT_KEPT = new Set(['csrf_token', 'request_id', 'version', 'seen', 'file', 'password', 'submit', 'button', 'fieldset']);
  const timers = new Map(), posts = new Map(), unsaved = new Set();
  const stored = (act) => { try { return act(localStorage); } catch { return null; } };  // may be full or forbidden
  const read = (key) => stored((storage) => JSON.parse(storage.getItem(key)));
  const write = (key, value) => stored((storage) => storage.setItem(key, JSON.stringify(value)));
  const drop = (key) => stored((storage) => storage.removeItem(key));
  const keyOf = (form) => PREFIX + form.dataset.draft;
  const isKept = (one) => one.name && !NOT_KEPT.has(one.name) && !NOT_KEPT.has(one.type);
  const inputs = (form) => [...form.elements].filter(isKept);
  const tell = (form, text, state) => each(form, '.draft-status', (place) => {
    place.textContent = text;
    place.dataset.state = state;
  });
  function fieldsOf(form) {
    const mine = new Set(inputs(form).map((one) => one.name));
    return [...new FormData(form)].filter(([name, value]) => mine.has(name) && typeof value === 'string');
  }
  function keep(form, sent) {
    write(keyOf(form), {at: Date.now(), fields: fieldsOf(form), sent, page: location.pathname});
  }

  function forgetDrafts() {  // a shared tablet keeps nothing of whoever signs out
    timers.forEach(clearTimeout);
    posts.forEach((post) => post.abort());
    unsaved.clear();
    stored((storage) => Object.keys(storage).filter((key) => key.startsWith(PREFIX)).forEach(drop));
  }

  async function saveDraft(form) {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 10000);
    const headers = JSON.parse(body.getAttribute('hx-headers'));  // the CSRF token
    const sent = {method: 'POST', headers, redirect: 'manual', signal: stop.signal};
    sent.body = new URLSearchParams(fieldsOf(form));
    posts.set(form, stop);
    try {
      const answer = await fetch(form.dataset.draft, sent);
      if (!answer.ok) throw new Error(answer.status);  // an expired session answers with a redirect
      if (posts.get(form) !== stop || timers.has(form)) return;  // typed on meanwhile: the next save speaks for it
      drop(keyOf(form));
      unsaved.delete(form);
      const time = new Date().toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', hour12: false});
      tell(form, `${words.draftSaved} ${time}`, 'saved');
    } catch {
      if (posts.get(form) === stop && !form.dataset.sending) tell(form, words.draftKept, 'kept');
    }
  }

  function changed(form) {
    keep(form, false);
    unsaved.add(form);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => { timers.delete(form); saveDraft(form); }, 3000));
  }

  function forget(form) {
    clearTimeout(timers.get(form));
    timers.delete(form);
    posts.get(form)?.abort();
    unsaved.delete(form);
    drop(keyOf(form));
  }

  function fill(form, fields) {
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    for (const one of inputs(form)) {
      const mine = values.get(one.name) || [];
      if (one.type === 'radio' || one.type === 'checkbox') one.checked = mine.includes(one.value);
      else if (one.multiple) [...one.options].forEach((option) => { option.selected = mine.includes(option.value); });
      else if (mine.length) one.value = mine.shift();
    }
  }

  // What was sent was taken if the page that followed is neither the login, an error nor the form again.
  // Else it is not safe yet: it stays on this device and fills its form the next time.
  function settleSent() {
    const followed = performance.getEntriesByType('navigation')[0]?.type === 'navigate';
    const taken = followed && words.outcome === 'taken' && !document.querySelector('form[data-typed]');
    for (const key of stored(Object.keys) || []) {
      const entry = key.startsWith('draft:') ? read(key) : {at: Infinity};
      if (!entry || Date.now() - entry.at > 14 * 86400000) drop(key);
      else if (entry.sent && taken && document.referrer.startsWith(location.origin + entry.page)) drop(key);
      else if (entry.sent) write(key, {...entry, sent: false});
    }
  }

  function prepareDraft(form) {
    const entry = read(keyOf(form));
    if (!entry || 'typed' in form.dataset || entry.at < Date.parse(form.dataset.draftAt || 0)) return;
    fill(form, entry.fields);
    tell(form, words.draftFilled, 'filled');
  }

  // ---- sending: once -------------------------------------------------------------------------------------
  document.addEventListener('submit', (event) => {
    const form = event.target, pressed = event.submitter, tooLarge = form.querySelector('.too-large');
    if (form.method !== 'post') return;
    if (form.dataset.sending || tooLarge) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return tooLarge?.scrollIntoView({block: 'center'});
    }
    form.dataset.sending = '1';
    if ('signsOut' in form.dataset) forgetDrafts();
    if (form.dataset.drops) drop(PREFIX + form.dataset.drops);
    if (form.dataset.draft) {
      clearTimeout(timers.get(form));
      timers.delete(form);
      posts.get(form)?.abort();  // or an old draft would arrive after the record
      unsaved.delete(form);
      keep(form, true);
    }
    setTimeout(() => each(form, 'button[type=submit]', (button) => {  // the browser has read the pressed one's value
      button.disabled = true;
      button.saved = [...button.childNodes];
      if (button === pressed) button.replaceChildren(button.dataset.busy || words.sent);
    }));
  }, true);

  function release(form) {
    delete form.dataset.sending;
    each(form, 'button[type=submit]', (button) => {
      button.disabled = false;
      if (button.saved) button.replaceChildren(...button.saved);
    });
  }

  window.addEventListener('pageshow', () => each(document, 'form[data-sending]', release));
  addEventListener('beforeunload', (event) => { if (unsaved.size && !navigator.onLine) event.preventDefault(); });
  window.addEventListener('online', () => unsaved.forEach((form) => { if (form.isConnected) saveDraft(form); }));

  // ---- htmx ----------------------------------------------------------------------------------------------
  const isPoll = (detail) => detail.requestConfig?.headers?.['X-Poll'];
  document.addEventListener('htmx:configRequest', ({detail: {verb, formData}}) => {  // addresses without empty filters
    if (verb === 'get') [...formData].forEach(([name, value]) => { if (value === '') formData.delete(name); });
  });
  document.addEventListener('htmx:afterRequest', ({detail}) => {
    const form = detail.requestConfig.elt.closest('form');
    const taken = detail.xhr.status >= 200 && detail.xhr.status < 400;  // to htmx a 422 that is shown is a success, an HX-Location none
    if (form?.dataset.draft) { if (taken) drop(keyOf(form)); else keep(form, false); }
    if (form) release(form);
  });
  document.addEventListener('htmx:afterSettle', ({detail}) => {
    prepare();
    if ([409, 422].includes(detail.xhr?.status)) focusInvalid();
  });
  document.addEventListener('htmx:responseError', ({detail}) => { if (!isPoll(detail)) say(words.failed); });
  document.addEventListener('htmx:sendError', ({detail}) => { if (!isPoll(detail)) say(words.lost); });

  function focusInvalid() {
    const first = document.querySelector('form [aria-invalid=true]') || document.querySelector('.form-errors');
    first?.focus({preventScroll: true});
    (first?.closest('.field') || first)?.scrollIntoView({block: 'center'});
  }

  // ---- polling: data-poll="seconds", only while someone looks, never as a sign of activity ------------------
  const asked = new WeakMap();
  async function poll(place) {
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    const busy = focused?.matches('input, select, textarea') || place.querySelector('details[open]');
    if (busy || document.hidden || !window.htmx || !navigator.onLine) return;
    asked.set(place, Date.now());
    const link = focused?.id ? `#${CSS.escape(focused.id)}` : focused?.getAttribute('href') && `[href="${CSS.escape(focused.getAttribute('href'))}"]`;
    const scrolls = [...place.querySelectorAll('.table-wrap')].map((one) => [one.scrollLeft, one.scrollTop]);
    const options = {target: `#${place.id}`, swap: 'outerHTML', headers: {'X-Poll': '1'}};
    await window.htmx.ajax('GET', place.dataset.pollUrl || location.pathname + location.search, options);
    const fresh = document.getElementById(place.id);
    if (!fresh) return;
    asked.set(fresh, Date.now());
    [...fresh.querySelectorAll('.table-wrap')].forEach((one, n) => scrolls[n] && one.scrollTo(...scrolls[n]));
    if (link) fresh.querySelector(link)?.focus({preventScroll: true});
  }
  const pollDue = () => each(document, '[data-poll]', (place) => {
    if (!asked.has(place)) asked.set(place, Date.now());
    else if (Date.now() - asked.get(place) >= place.dataset.poll * 1000) poll(place);
  });
  setInterval(pollDue, 2000);
  document.addEventListener('visibilitychange', pollDue);
  // ---- fields --------------------------------------------------------------------------------------------
  function narrow(select) {  // data-filters="id of another select": only options whose data-parent is its value
    const value = document.getElementById(select.dataset.filters)?.value;
    const all = select.allOptions ||= [...select.options];
    const chosen = select.value;
    select.replaceChildren(...all.filter((option) => !option.value || !value || option.dataset.parent === value));
    select.value = chosen;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  const sizeOf = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  function showFiles(place, list) {
    each(list, 'img', (image) => URL.revokeObjectURL(image.src));
    const files = [...place.querySelectorAll('input[type=file]')].flatMap((input) => [...input.files]);
    list.replaceChildren(...files.map((file) => {
      const figure = document.createElement('figure');
      const shown = /^image\/(jpeg|png|webp|gif)$/.test(file.type);
      if (shown) figure.append(Object.assign(new Image(), {src: URL.createObjectURL(file), alt: ''}));
      figure.append(`${file.name} ${sizeOf(file.size)}`);
      const tooLarge = file.size > Number(words.maxFile);
      if (tooLarge) figure.append(` ${words.tooLarge} ${sizeOf(words.maxFile)}`);
      figure.classList.toggle('too-large', tooLarge);
      return figure;
    }));
  }

  document.addEventListener('input', ({target}) => {
    if (target.form?.dataset.draft && target.type !== 'file') changed(target.form);
  });
  document.addEventListener('change', ({target}) => {
    if (target.id) each(document, `select[data-filters="${CSS.escape(target.id)}"]`, narrow);
    const place = target.closest('.file-field, .file-add');
    if (place && target.type === 'file') showFiles(place, place.querySelector('.file-preview'));
  });
  document.addEventListener('click', ({target}) => {  // the password, to be read
    const button = target.closest?.('[data-shows]'), input = document.getElementById(button?.dataset.shows);
    if (!input) return;
    input.type = input.type === 'password' ? 'text' : 'password';
    [button.textContent, button.dataset.hide] = [button.dataset.hide, button.textContent];
  });

  document.addEventListener('click', ({target}) => { if (target.closest?.('[data-prints]')) window.print(); });

  // ---- scanning: a scanner is a keyboard ------------------------------------------------------------------
  // What it types where nothing takes text goes into the scan box, and so does a code that it types into a field for numbers.
  const isText = (one) => one.isContentEditable || one.matches('textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=file])');
  document.addEventListener('keydown', (event) => {
    const box = document.querySelector('[data-scan] [name=code]'), {target, key} = event;
    if (!box || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key.length === 1 && key !== ' ' && !isText(target)) {
      box.value = '';
      box.focus();
    } else if (key === 'Enter' && target.matches('input.number')) {
      const [, before, code] = target.value.match(/^([^\p{L}]*)(\p{L}{2,}[^\p{L}\p{Nd}]\p{Nd}{4,}[^\p{L}\p{Nd}]\p{Nd}.*)$/u) || [];  // letters, digits, digits: never “50pcs”
      if (!code) return;
      event.preventDefault();
      target.value = before;
      if (isTouched(target.form)) changed(target.form); else forget(target.form);
      box.value = code;
      box.form.requestSubmit();
    }
  });

  function prepare() {
    each(document, 'form[data-draft]:not([data-ready])', (form) => { form.dataset.ready = '1'; prepareDraft(form); });
    each(document, 'select[data-filters]', narrow);
    each(document, '[data-scan] .is-invalid', (box) => box.select());  // the next code takes the place of the wrong one
    each(document, '[data-shows], [data-prints]', (button) => { button.hidden = false; });
  }
  settleSent();
  prepare();
  if (document.querySelector('form[data-typed]')) focusInvalid();
})();
