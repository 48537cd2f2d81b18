// Puts the page together: who is signed in, which view is shown, keys, the clock, the state of the data.
import { announce } from './announce.js';
import { clockText, dayText, known, otherZoneText, running, serverNow, span } from './clock.js';
import * as connection from './connection.js';
import { makeDetail } from './detail.js';
import { el, setAttribute, setText } from './dom.js';
import { makeHelp } from './help.js';
import { makeList } from './list.js';
import { mark } from './marking.js';
import { agencyCode, agencyTitle } from './names.js';
import { current, to } from './route.js';
import * as session from './session.js';
import { applyTheme, theme, toggleTheme, toggleZone } from './settings.js';
import * as store from './store.js';

const main = document.getElementById('main');
const parts = Object.fromEntries(
  ['bar', 'clock', 'link', 'agency', 'theme', 'help-open', 'who', 'sign-out'].map((id) => [id, document.getElementById(id)]),
);
const toggleHelp = makeHelp(document.getElementById('help'));

let view = null; // what main shows: a list, an incident, or null for the form
let shown = ''; // which
let signedIn = false;

// Who looks

async function begin() {
  applyTheme();
  document.documentElement.classList.toggle('wall', session.onWall);
  const answer = await session.whoAmI();
  if (answer.status === 200) welcome(answer);
  else if (answer.status === 401) signInAgain('');
  else {
    if (view === null) main.replaceChildren(el('p', { class: 'plain' }, 'The board does not answer. Trying again…'));
    setTimeout(begin, 2000);
  }
}

function welcome(who) {
  signedIn = true;
  setText(parts.who, who.wall ? `Wall: ${who.name}` : who.name);
  parts['sign-out'].hidden = who.wall;
  parts.bar.hidden = false;
  main.replaceChildren();
  view = null;
  shown = '';
  route();
  connection.connect({ ended: () => signInAgain('You were signed out.'), changed: status });
}

/** Nothing that was shown stays: whoever stands before the screen now is somebody else until they say. */
async function signInAgain(notice) {
  const before = signedIn;
  signedIn = false;
  connection.disconnect();
  connection.forget();
  view?.destroy();
  view = null;
  shown = '';
  store.clear();
  parts.bar.hidden = true;
  document.title = 'Belfry board';
  mark([]);
  if (session.onWall) return wallAgain(1000);
  const { form, focus } = session.signInForm(welcome, before ? notice : '');
  main.replaceChildren(form);
  focus();
}

async function wallAgain(pause) {
  const answer = await session.signInWall();
  if (answer.status === 200) return welcome(answer);
  main.replaceChildren(el('div', { class: 'plain' }, el('h1', {}, 'Belfry wall'), el('p', {}, answer.error ?? 'The board does not answer.')));
  setTimeout(() => wallAgain(Math.min(pause * 2, 60_000)), pause);
}

parts['sign-out'].addEventListener('click', async () => {
  await session.signOut();
  signInAgain('You are signed out.');
});

// What is shown

function route() {
  if (!signedIn) return;
  const wanted = current();
  const key = wanted.view === 'incident' ? `incident ${wanted.id}` : wanted.view;
  if (key !== shown) {
    const first = shown === '';
    const from = shown;
    view?.destroy();
    shown = key;
    view = wanted.view === 'incident' ? makeDetail(wanted.id) : makeList(wanted.view);
    main.replaceChildren(view.node);
    view.refresh(null);
    scrollTo(0, 0);
    // The line one came from, or the top of what is new.
    const back = from.startsWith('incident ') && [...main.querySelectorAll('a.open')].find((link) => link.href.includes(from.slice(9)));
    if (back) back.focus();
    else if (!first) main.focus({ preventScroll: true });
  } else {
    view.refresh(null);
  }
  parts.agency.value = wanted.agency;
  status();
}
addEventListener('hashchange', route);

let agencies = '';

store.subscribe((changed) => {
  if (!signedIn) return;
  view?.refresh(changed);
  const names = [...store.select({}).agencies].sort();
  if (names.join() !== agencies) {
    agencies = names.join();
    parts.agency.replaceChildren(
      el('option', { value: '' }, 'All agencies'),
      ...names.map((name) => el('option', { value: name }, `${agencyCode(name)}${agencyTitle(name) ? ` – ${agencyTitle(name)}` : ''}`)));
  }
  parts.agency.value = current().agency;
  status();
});

parts.agency.addEventListener('change', () => {
  location.hash = to(current().view === 'overdue' ? '/overdue' : '/', { agency: parts.agency.value });
});

// How true it is

let before = 'live';

function status() {
  if (!signedIn) return;
  const now = connection.status();
  const age = connection.age();
  const old = Number.isFinite(age) ? span(age) : '';
  const text = {
    live: 'Live',
    server: `belfryd does not answer. ${old ? `What you see is ${old} old` : 'Nothing was heard yet'}`,
    board: old ? `No connection to the board. What you see is ${old} old` : 'Connecting…',
    loading: old ? `Loading again. What you see is ${old} old` : 'Loading…',
  }[now];
  setText(parts.link, now === 'live' ? `Live · ${span(age)} old` : text);
  setAttribute(parts.link, 'data-state', now !== 'live' && !old ? 'wait' : now);
  document.documentElement.classList.toggle('stale', now !== 'live' && old !== '');
  if (now !== before && now !== 'loading' && old !== '') {
    announce('link', now === 'live' ? 'Live again' : text.replace(/ What.*/, ''));
    before = now;
  }
  if (known()) {
    const moment = serverNow();
    parts.clock.replaceChildren(
      el('time', { datetime: new Date(moment).toISOString(), title: otherZoneText(moment) }, clockText(moment)),
      el('span', { class: 'date' }, ` ${dayText(moment)}${running() ? '' : ' · clock turned by hand'}`));
  }
  const { rows } = store.select(current());
  const late = rows.filter((card) => card.overdue > 0).length;
  const title = `${late > 0 ? `(${late} late) ` : ''}${shown.startsWith('incident') ? shown.slice(9) : 'Belfry board'}`;
  if (document.title !== title) document.title = title;
  mark(view?.label ? view.label() : rows.map((card) => card.tlp));
}

setInterval(() => {
  if (!signedIn) return;
  view?.tick();
  status();
}, 1000);

// Buttons and keys

function showTheme() {
  setText(parts.theme, theme() === 'dark' ? 'Light room' : 'Dark room');
}
parts.theme.addEventListener('click', () => {
  toggleTheme();
  showTheme();
});
parts['help-open'].addEventListener('click', toggleHelp);

function zone() {
  toggleZone();
  view?.refresh(null);
  status();
}

const KEYS = {
  j: () => view?.move?.(1),
  ArrowDown: () => view?.move?.(1),
  k: () => view?.move?.(-1),
  ArrowUp: () => view?.move?.(-1),
  Escape: () => { location.hash = to('/'); },
  o: () => { location.hash = to('/overdue'); },
  b: () => { location.hash = to('/'); },
  f: () => parts.agency.focus(),
  x: () => { location.hash = to(current().view === 'incident' ? `/incidents/${current().id}` : '/', { agency: '', severity: '', phase: '' }); },
  d: () => parts.theme.click(),
  z: zone,
  p: () => print(),
  '?': toggleHelp,
};
for (let rank = 1; rank <= 9; ++rank) KEYS[rank] = () => view?.jump?.(rank - 1);

addEventListener('keydown', (event) => {
  if (!signedIn || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (document.getElementById('help').open) {
    if (event.key === '?') toggleHelp();
    return;
  }
  if (event.target.closest('input, textarea, select') && event.key !== 'Escape') return;
  // Arrows scroll where there is nothing to step through.
  if (event.key.startsWith('Arrow') && !view?.move) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

showTheme();
begin();
