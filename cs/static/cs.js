// What a plain form cannot do by itself. Every page works without this file; texts come from data attributes (base.html).
// Plain http on a LAN name is no secure context: nothing here may need one.
(() => {
  'use strict';
  const script = document.currentScript;
  const body = document.body;
  const csrf = () => JSON.parse(body.getAttribute('hx-headers'))['X-CSRFToken'];
  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  // ---- htmx: from the CDN, else our own copy -------------------------------------------------------------
  // A script tag that was late would still run after the local copy did. A preload never runs, so it goes first:
  // only when the CDN has answered is its script inserted, and two copies can never be active.
  function loadHtmx() {
    const {htmx: cdn, integrity, htmxLocal: local} = script.dataset;
    const insert = (tag, attributes) => document.head.appendChild(Object.assign(document.createElement(tag), attributes));
    const ready = () => document.documentElement.classList.add('htmx-on');
    const fromHere = () => insert('script', {src: local, async: false, onload: ready});
    if (!cdn) return fromHere();
    const trusted = {integrity: integrity || '', crossOrigin: 'anonymous'};
    let decided = false;
    const decide = (next) => () => { if (!decided) { decided = true; next(); } };
    const fromCdn = () => insert('script', {src: cdn, async: false, ...trusted, onload: ready, onerror: fromHere});
    const probe = insert('link', {rel: 'preload', as: 'script', ...trusted, onload: decide(fromCdn), onerror: decide(fromHere), href: cdn});
    setTimeout(decide(() => { probe.remove(); fromHere(); }), 1500);
  }
  if (document.readyState === 'complete') loadHtmx(); else window.addEventListener('load', loadHtmx);

  function say(text) {
    const place = document.getElementById('messages') || body;
    each(place, '.from-script', (old) => old.remove());
    const message = document.createElement('p');
    message.className = 'message message-danger from-script';
    message.setAttribute('role', 'alert');
    message.textContent = text;
    place.prepend(message);
    message.scrollIntoView({block: 'nearest'});
  }

  // ---- drafts: on this device at once, on the server after three quiet seconds -----------------------------
  const PREFIX = `draft:${body.dataset.person}:`;
  const OWN = new Set(['csrf_token', 'request_id', 'version']);
  const timers = new Map(), posts = new Map(), unsaved = new Set();
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: the server's copy remains */ } };
  const drop = (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } };
  const keyOf = (form) => PREFIX + form.dataset.draft;
  const inputs = (form) => [...form.elements].filter((one) => one.name && !OWN.has(one.name) && !['file', 'password', 'submit', 'button', 'fieldset'].includes(one.type));
  const fieldsOf = (form) => {
    const mine = new Set(inputs(form).map((one) => one.name));
    return [...new FormData(form)].filter(([name, value]) => mine.has(name) && typeof value === 'string');
  };
  const keep = (form, sent) => write(keyOf(form), {at: Date.now(), fields: fieldsOf(form), sent, page: location.pathname});

  function tell(form, text, state) {
    each(form, '.draft-status', (place) => { place.textContent = text; place.dataset.state = state; });
  }

  async function saveDraft(form) {
    const stop = new AbortController();
    const giveUp = setTimeout(() => stop.abort(), 10000);
    posts.set(form, stop);
    try {
      const answer = await fetch(form.dataset.draft, {method: 'POST', body: new URLSearchParams(fieldsOf(form)), redirect: 'manual',
        credentials: 'same-origin', headers: {'X-CSRFToken': csrf()}, signal: stop.signal});
      if (!answer.ok) throw new Error(answer.status);  // an expired session answers with a redirect
      if (posts.get(form) !== stop || timers.has(form)) return;  // typed on meanwhile: the next save speaks for it
      drop(keyOf(form));
      unsaved.delete(form);
      tell(form, `${body.dataset.draftSaved} ${new Date().toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', hour12: false})}`, 'saved');
    } catch {
      if (posts.get(form) === stop && !form.dataset.sending) tell(form, body.dataset.draftKept, 'kept');
    } finally {
      clearTimeout(giveUp);
    }
  }

  function changed(form) {
    keep(form, false);
    unsaved.add(form);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => { timers.delete(form); saveDraft(form); }, 3000));
  }

  function fill(form, fields) {
    const values = new Map();
    fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
    for (const one of inputs(form)) {
      const mine = values.get(one.name) || [];
      if (one.type === 'radio' || one.type === 'checkbox') one.checked = mine.includes(one.value);
      else if (one.type === 'select-multiple') [...one.options].forEach((option) => { option.selected = mine.includes(option.value); });
      else if (mine.length) one.value = mine.shift();
    }
  }

  // Entries marked `sent` were taken if the page that followed is neither the login nor an error; otherwise they are not safe yet.
  function settleSent() {
    const arrived = performance.getEntriesByType('navigation')[0]?.type === 'navigate';
    const taken = arrived && body.dataset.outcome === 'taken' && !document.querySelector('form[data-typed]');
    let keys = [];
    try { keys = Object.keys(localStorage).filter((key) => key.startsWith('draft:')); } catch { return; }
    for (const key of keys) {
      const entry = read(key);
      if (!entry || Date.now() - entry.at > 14 * 86400000) drop(key);
      else if (entry.sent && taken && document.referrer.startsWith(location.origin + entry.page)) drop(key);
      else if (entry.sent) write(key, {...entry, sent: false});
    }
  }

  function prepareDraft(form) {
    const entry = read(keyOf(form));
    if (!entry || 'typed' in form.dataset || entry.at < Date.parse(form.dataset.draftAt || 0)) return;
    fill(form, entry.fields);
    tell(form, body.dataset.draftFilled, 'filled');
    each(form, 'select', (select) => select.dispatchEvent(new Event('change', {bubbles: true})));
  }

  // ---- sending: once -------------------------------------------------------------------------------------
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post') return;
    if (form.dataset.drops) drop(PREFIX + form.dataset.drops);
    if (form.dataset.sending || form.querySelector('.too-large')) {
      event.preventDefault();
      event.stopImmediatePropagation();
      form.querySelector('.too-large')?.scrollIntoView({block: 'center'});
      return;
    }
    form.dataset.sending = '1';
    if (form.dataset.draft) {
      clearTimeout(timers.get(form));
      timers.delete(form);
      posts.get(form)?.abort();  // or an old draft would arrive after the record
      unsaved.delete(form);
      keep(form, true);
    }
    setTimeout(() => each(form, 'button[type=submit]', (button) => {  // after the browser has read the pressed button's value
      button.disabled = true;
      if (button === event.submitter) { button.dataset.text = button.textContent; button.textContent = button.dataset.busy || body.dataset.sent; }
    }));
  }, true);

  function release(form) {
    delete form.dataset.sending;
    each(form, 'button[type=submit]', (button) => {
      button.disabled = false;
      if (button.dataset.text) { button.textContent = button.dataset.text; delete button.dataset.text; }
    });
  }

  window.addEventListener('pageshow', (event) => { if (event.persisted) each(document, 'form[data-sending]', release); });
  window.addEventListener('beforeunload', (event) => { if (unsaved.size && !navigator.onLine) event.preventDefault(); });
  window.addEventListener('online', () => unsaved.forEach((form) => (form.isConnected ? saveDraft(form) : unsaved.delete(form))));

  // ---- htmx ----------------------------------------------------------------------------------------------
  document.addEventListener('htmx:configRequest', ({detail}) => {  // addresses without empty filters
    if (detail.verb === 'get') [...detail.formData.keys()].forEach((name) => { if (detail.formData.get(name) === '') detail.formData.delete(name); });
  });
  document.addEventListener('htmx:afterRequest', ({target, detail}) => {
    const form = target.closest?.('form');
    if (!form) return;
    if (form.dataset.draft) { if (detail.successful) drop(keyOf(form)); else keep(form, false); }
    release(form);
  });
  document.addEventListener('htmx:afterSettle', ({detail}) => {
    prepare(document);
    if (detail.xhr && [409, 422].includes(detail.xhr.status)) focusInvalid();
  });
  const polled = (detail) => detail.requestConfig?.headers?.['X-Poll'];
  document.addEventListener('htmx:responseError', ({detail}) => { if (!polled(detail)) say(body.dataset.failed); });
  document.addEventListener('htmx:sendError', ({detail}) => { if (!polled(detail)) say(body.dataset.lost); });

  function focusInvalid() {
    const first = document.querySelector('form [aria-invalid=true]') || document.querySelector('.form-errors');
    if (first) { first.focus({preventScroll: true}); (first.closest('.field') || first).scrollIntoView({block: 'center'}); }
  }

  // ---- polling: data-poll="seconds", only while someone looks, never as a sign of activity ------------------
  const seen = new WeakMap();
  async function poll(place) {
    const busy = place.querySelector('details[open]') || (place.contains(document.activeElement) && document.activeElement.matches('input, select, textarea'));
    if (busy || document.hidden || !window.htmx || !navigator.onLine) return;
    seen.set(place, Date.now());
    const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute('href') || '' : '';
    const scrolls = [...place.querySelectorAll('.table-wrap')].map((one) => [one.scrollLeft, one.scrollTop]);
    await window.htmx.ajax('GET', place.dataset.pollUrl || location.pathname + location.search, {target: `#${place.id}`, swap: 'outerHTML', headers: {'X-Poll': '1'}});
    const fresh = document.getElementById(place.id);
    if (!fresh) return;
    seen.set(fresh, Date.now());
    [...fresh.querySelectorAll('.table-wrap')].forEach((one, n) => scrolls[n] && one.scrollTo(...scrolls[n]));
    if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  }
  function pollDue() {
    each(document, '[data-poll]', (place) => {
      if (!seen.has(place)) seen.set(place, Date.now());
      else if (Date.now() - seen.get(place) >= place.dataset.poll * 1000) poll(place);
    });
  }
  setInterval(pollDue, 2000);
  document.addEventListener('visibilitychange', pollDue);

  // ---- fields --------------------------------------------------------------------------------------------
  function narrow(select) {  // a select that depends on another: data-filters="its id", options with data-parent
    const parent = document.getElementById(select.dataset.filters);
    if (!parent) return;
    const all = select.allOptions ||= [...select.options];
    const value = parent.value ?? parent.querySelector(':checked')?.value;
    const chosen = select.value;
    select.replaceChildren(...all.filter((option) => !option.value || !value || option.dataset.parent === value));
    select.value = chosen;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }

  function showFiles(place) {
    const list = place.querySelector('.file-preview');
    if (!list) return;
    each(list, 'img', (image) => URL.revokeObjectURL(image.src));
    const files = [...place.querySelectorAll('input[type=file]')].flatMap((input) => [...input.files].map((file) => [file, Number(input.dataset.maxSize || body.dataset.maxFile)]));
    list.replaceChildren(...files.map(([file, most]) => {
      const item = document.createElement('figure');
      if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) item.append(Object.assign(document.createElement('img'), {src: URL.createObjectURL(file), alt: ''}));
      const words = document.createElement('figcaption');
      const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
      words.textContent = `${file.name} ${size(file.size)}`;
      if (most && file.size > most) { item.className = 'too-large'; words.textContent += ` ${body.dataset.tooLarge} ${size(most)}`; }
      item.append(words);
      return item;
    }));
  }

  document.addEventListener('input', ({target}) => { if (target.form?.dataset.draft && target.type !== 'file') changed(target.form); });
  document.addEventListener('change', ({target}) => {
    each(document, `select[data-filters="${CSS.escape(target.id || ' ')}"]`, narrow);
    if (target.type === 'radio') each(document, 'select[data-filters]', narrow);
    if (target.type === 'file') showFiles(target.closest('.file-field, .file-add') || target.parentElement);
  });
  document.addEventListener('click', ({target}) => {
    const button = target.closest?.('[data-shows]');
    if (!button) return;
    const input = document.getElementById(button.dataset.shows);
    const hidden = input.type === 'password';
    input.type = hidden ? 'text' : 'password';
    [button.textContent, button.dataset.hide] = [button.dataset.hide, button.textContent];
    button.setAttribute('aria-pressed', hidden);
  });

  function prepare(root) {
    each(root, 'select[data-filters]', narrow);
    each(root, '[data-shows]', (button) => { button.hidden = false; });
    each(root, 'form[data-draft]:not([data-ready])', (form) => { form.dataset.ready = '1'; prepareDraft(form); });
  }
  settleSent();
  prepare(document);
  if (document.querySelector('form[data-typed]')) focusInvalid();
})();
