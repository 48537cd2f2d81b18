// What the server showed, in the order it is to be looked at.
import { announce } from './announce.js';
import { serverNow } from './clock.js';
import { agencyCode, dutyTitle, severityRank } from './names.js';

const cards = new Map();
let unseen = null; // while everything comes anew: what has not come again
let ready = false;
const listeners = new Set();
let scheduled = false;

export const isReady = () => ready;
/** Everything is there, and nothing that was is waiting to be confirmed. */
export const isWhole = () => ready && unseen === null;
export const get = (id) => cards.get(id);
export const count = () => cards.size;

/** Hears of changes, what comes at once together: the set of ids that changed, or null for all. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let changed = new Set(); // null: everything

function touch(id) {
  changed?.add(id);
  if (scheduled) return;
  scheduled = true;
  // Not in a frame: a page in the background has none, and its title still counts.
  setTimeout(() => {
    scheduled = false;
    const ids = changed;
    changed = new Set();
    listeners.forEach((listener) => listener(ids));
  }, 0);
}

/** What is shown may read otherwise now. */
export function renamed() {
  changed = null;
  touch('');
}

export function clear() {
  cards.clear();
  unseen = null;
  ready = false;
  touch('');
}

export function beginAnew() {
  unseen = new Set(cards.keys());
}

export function take({ cards: list, gone }) {
  for (const card of list) {
    const before = cards.get(card.id);
    if (ready && unseen === null) tell(card, before);
    cards.set(card.id, card);
    unseen?.delete(card.id);
    touch(card.id);
  }
  for (const id of gone) {
    cards.delete(id);
    touch(id);
  }
}

export function complete() {
  unseen?.forEach((id) => {
    cards.delete(id);
    touch(id);
  });
  unseen = null;
  ready = true;
  touch('');
}

function tell(card, before) {
  const what = `${card.severity} ${card.id}, ${agencyCode(card.entity)}: ${card.title}`;
  if (!before) announce('new', `New incident ${what}`);
  else if (card.overdue > 0 && before.overdue === 0) {
    announce('overdue', `Overdue: ${card.next ? dutyTitle(card, card.next.duty) : 'a duty'}, ${what}`);
  }
}

/** A duty is late when the server says so, or when its clock has passed the deadline. */
export function isLate(card) {
  return card.overdue > 0 || (card.next !== undefined && card.next.due < serverNow());
}

const due = (card) => card.next?.due ?? Infinity;

/** { rows, phases, agencies }: what passes the filters by severity, then by deadline. */
export function select({ agency, severity, phase }) {
  const rows = [];
  const phases = new Map();
  const agencies = new Set();
  for (const card of cards.values()) {
    for (const name of card.agencies) agencies.add(name);
    if (agency && !card.agencies.includes(agency) && card.entity !== agency) continue;
    if (severity && card.severity !== severity) continue;
    phases.set(card.state, (phases.get(card.state) ?? 0) + 1);
    if (phase && card.state !== phase) continue;
    rows.push({ card, rank: severityRank(card), due: due(card) });
  }
  rows.sort((a, b) => a.rank - b.rank || a.due - b.due || (a.card.id < b.card.id ? -1 : 1));
  return { rows: rows.map(({ card }) => card), phases, agencies };
}

/** The latest first. */
export function overdue(rows) {
  return rows.filter((card) => card.overdue > 0 && card.next).sort((a, b) => a.next.due - b.next.due);
}
