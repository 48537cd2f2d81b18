// What time it is for the server, and how times are told.
import { serverZone } from './settings.js';

let base = 0; // what the server's clock showed …
let at = 0; // … when performance.now() was this
let ticks = true;
let zone; // the government's

/** The server's clock, as a beat told it. A clock that does not tick stands until somebody turns it. */
export function setClock(now, running) {
  base = now;
  at = performance.now();
  ticks = running;
}

export function setZone(name) {
  if (name === zone) return;
  zone = name;
  formats.clear();
}

export const known = () => base !== 0;
export const running = () => ticks;
export const serverNow = () => (ticks ? base + (performance.now() - at) : base);

const formats = new Map();

function format(kind, inServerZone) {
  const key = `${kind} ${inServerZone}`;
  if (!formats.has(key)) {
    const options = {
      time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
      day: { weekday: 'short', day: '2-digit', month: 'short' },
      full: {
        weekday: 'short', day: '2-digit', month: 'short', year: 'numeric',
        hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
      },
      date: { year: 'numeric', month: '2-digit', day: '2-digit' },
    }[kind];
    let made;
    try {
      made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: inServerZone ? zone : undefined });
    } catch {
      made = new Intl.DateTimeFormat('en-GB', options);
    }
    formats.set(key, made);
  }
  return formats.get(key);
}

const show = (kind, ms, other = false) => format(kind, serverZone() !== other).format(ms);

/** "03:12:07". */
export const clockText = (ms) => show('seconds', ms);
export const timeText = (ms) => show('time', ms);
export const dayText = (ms) => show('day', ms);
export const fullText = (ms) => show('full', ms);

/** "14:05" today, "Tue, 06 Oct 14:05" on other days. */
export function shortText(ms) {
  const same = show('date', ms) === show('date', serverNow());
  return same ? timeText(ms) : `${dayText(ms)} ${timeText(ms)}`;
}

/** For hovering: the same moment in the other zone, the government's where times are the viewer's. */
export const otherZoneText = (ms) => show('full', ms, true);

/** "2 d 3 h", "2 h 10 min", "14 min", "40 s": two units at most, never rounded up. */
export function span(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return hours % 24 && days < 10 ? `${days} d ${hours % 24} h` : `${days} d`;
  if (hours > 0) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  if (minutes > 0) return minutes < 10 && seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${seconds} s`;
}
