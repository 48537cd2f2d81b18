// The stream of changes: opened again whenever it breaks, from where it was; and how old what is
// shown may be.
import { setClock, setZone } from './clock.js';
import { inForce, setWords } from './names.js';
import * as store from './store.js';

const SILENCE_MS = 12_000; // beats come every 5 s
const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 5_000;

let source = null;
let last = ''; // id of the last complete message
let heard = -Infinity; // performance.now() when anything came
let current = -Infinity; // performance.now() until when what is shown is known to be true
let serverUp = false;
let connected = false;
let pause = PAUSE_MIN_MS;
let timer = 0;
let wanted = false;
let onEnd = () => {};
let onStatus = () => {};

/**
 * 'live'; 'board' when the board does not answer, 'server' when belfryd does not answer it, 'loading'
 * while everything comes anew.
 */
export function status() {
  if (!connected) return 'board';
  if (!serverUp) return 'server';
  return store.isWhole() ? 'live' : 'loading';
}

/** What is shown is true now. */
function hold() {
  if (serverUp && store.isWhole()) current = performance.now();
}

/** Milliseconds since what is shown was last known to be true. */
export const age = () => (status() === 'live' ? performance.now() - heard : performance.now() - current);

/** `ended` hears when the session is over; `changed` when the state of the connection may be another. */
export function connect({ ended, changed }) {
  onEnd = ended;
  onStatus = changed;
  wanted = true;
  open();
}

export function disconnect() {
  wanted = false;
  close();
}

/** Forgets what was seen: somebody else may look next. */
export function forget() {
  last = '';
  current = -Infinity;
}

function close() {
  clearTimeout(timer);
  timer = 0;
  source?.close();
  source = null;
  connected = false;
}

function open() {
  close();
  const opened = new EventSource(`/api/stream${last ? `?last=${encodeURIComponent(last)}` : ''}`);
  source = opened;
  heard = Math.max(heard, performance.now()); // it has this long to say something
  const on = (name, handle) =>
    opened.addEventListener(name, (event) => {
      if (source !== opened) return;
      heard = performance.now();
      connected = true;
      pause = PAUSE_MIN_MS;
      handle(JSON.parse(event.data));
      if (event.lastEventId) last = event.lastEventId;
    });
  on('words', (words) => {
    setWords(words);
    setZone(inForce().zone);
    store.renamed();
  });
  on('beat', (beat) => {
    if (beat.now !== undefined) setClock(beat.now, beat.ticks);
    serverUp = beat.up;
    if (beat.up) hold();
    else if (beat.staleMs !== undefined && store.isWhole()) current = Math.max(current, performance.now() - beat.staleMs);
    onStatus();
  });
  on('reset', store.beginAnew);
  on('cards', store.take);
  on('ready', () => {
    store.complete();
    hold();
    onStatus();
  });
  on('end', () => {
    close();
    onEnd();
  });
  opened.onerror = () => {
    if (source === opened) lost();
  };
}

async function lost() {
  close();
  onStatus();
  if (!wanted) return;
  timer = setTimeout(retry, pause);
  pause = Math.min(pause * 2, PAUSE_MAX_MS);
}

// A stream says nothing of why it was refused; a question does.
async function retry() {
  let answer;
  try {
    answer = await fetch('/api/session', { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
  } catch {
    return lost();
  }
  if (!wanted) return;
  if (answer.status === 401) onEnd();
  else if (answer.ok) open();
  else lost();
}

// A connection can be dead without saying so.
setInterval(() => {
  if (source !== null && performance.now() - heard > SILENCE_MS) lost();
}, 1_000);

// Whoever comes back to the page, or to the network, waits for nothing.
for (const event of ['online', 'visibilitychange']) {
  const target = event === 'online' ? window : document;
  target.addEventListener(event, () => {
    if (wanted && source === null && document.visibilityState === 'visible') {
      clearTimeout(timer);
      pause = PAUSE_MIN_MS;
      retry();
    }
  });
}
