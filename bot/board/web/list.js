// The board: what is overdue on top, then everything that is open, by severity and deadline.
import { shortText } from './clock.js';
import { el, setAttribute, setText } from './dom.js';
import { agencyText, countdown, makeRow, severityBadge } from './rows.js';
import { dutyTitle, inForce, severityRank, severityTitle } from './names.js';
import { current, to } from './route.js';
import * as store from './store.js';
import { VirtualList } from './virtual.js';

const OVERDUE_SHOWN = 5;
const FRESH_MS = 6000;

function makeLane() {
  const badge = severityBadge();
  const title = el('span', { class: 'lane-title' });
  const number = el('span', { class: 'lane-count' });
  const heading = el('h2', {}, badge.node, ' ', title, ' ', number);
  const node = el('div', { class: 'lane', role: 'row' }, el('div', { role: 'cell', 'aria-colspan': 5 }, heading));
  return {
    node,
    update({ card, count }) {
      badge.update(card);
      setText(title, severityTitle(card.severity) || 'Severity not shown');
      setText(number, String(count));
      setAttribute(node, 'data-rank', severityRank(card));
    },
  };
}

function makePart(kind) {
  if (kind === 'lane') return makeLane();
  const row = makeRow();
  return { node: row.node, row, update: (item) => row.update(item.card) };
}

/** Rows of one severity under its heading. */
function lanes(rows) {
  const items = [];
  let lane;
  for (const card of rows) {
    const rank = severityRank(card);
    if (lane?.rank !== rank) {
      lane = { key: `lane ${rank}`, kind: 'lane', rank, card, count: 0 };
      items.push(lane);
    }
    ++lane.count;
    items.push({ key: card.id, kind: 'row', card });
  }
  return items;
}

function makeOverdue() {
  const number = el('span', { class: 'lane-count' });
  const list = el('ol', {});
  const all = el('a', { class: 'all' });
  const node = el(
    'section',
    { class: 'overdue', 'aria-labelledby': 'overdue-title' },
    el('h2', { id: 'overdue-title' }, 'Overdue ', number),
    list,
    all,
  );
  const lines = [];
  const makeLine = () => {
    const badge = severityBadge();
    const left = el('strong', { class: 'left' });
    const link = el('a', { class: 'open' });
    const what = el('span', { class: 'duty' });
    const item = el('li', {}, left, badge.node, link, what);
    const line = {
      item,
      update(card) {
        line.card = card;
        badge.update(card);
        setAttribute(link, 'href', to(`/incidents/${card.id}`));
        setText(link, `${card.id} ${card.title}`);
        const more = card.overdue > 1 ? ` and ${card.overdue - 1} more` : '';
        setText(what, `${dutyTitle(card, card.next.duty)}${more} · ${agencyText(card)} · was due ${shortText(card.next.due)}`);
        line.tick();
      },
      tick: () => setText(left, countdown(line.card).text),
    };
    return line;
  };
  return {
    node,
    update(cards) {
      node.hidden = cards.length === 0;
      setText(number, String(cards.length));
      const some = cards.slice(0, OVERDUE_SHOWN);
      while (lines.length < some.length) {
        lines.push(makeLine());
        list.append(lines[lines.length - 1].item);
      }
      while (lines.length > some.length) lines.pop().item.remove();
      some.forEach((card, index) => lines[index].update(card));
      all.hidden = cards.length <= OVERDUE_SHOWN;
      setText(all, `All ${cards.length} overdue incidents`);
      setAttribute(all, 'href', to('/overdue'));
    },
    tick: () => lines.forEach((line) => line.tick()),
  };
}

/** Buttons that leave one phase, with how many are in it. */
function makePhases() {
  const node = el('nav', { class: 'phases', 'aria-label': 'Phase' });
  const buttons = new Map();
  return {
    node,
    update(counts, chosen) {
      const states = (inForce().states ?? []).filter((state) => !state.terminal).map(({ code, title }) => [code, title]);
      for (const code of counts.keys()) {
        if (!states.some(([one]) => one === code)) states.push([code, code || 'Not shown']);
      }
      const total = [...counts.values()].reduce((a, b) => a + b, 0);
      for (const [code, title] of [['', 'All open'], ...states]) {
        if (!buttons.has(code)) {
          const number = el('b');
          const button = el('a', { class: 'phase' }, number, ' ', el('span', {}, title));
          buttons.set(code, { button, number });
          node.append(button);
        }
        const { button, number } = buttons.get(code);
        setText(number, String(code === '' ? total : (counts.get(code) ?? 0)));
        setAttribute(button, 'href', to('/', { phase: code === chosen ? '' : code }));
        setAttribute(button, 'aria-current', code === chosen ? 'true' : null);
        setAttribute(button, 'data-empty', counts.get(code) || code === '' ? null : '');
      }
    },
  };
}

/** { node, refresh(changed), tick(), move(step), destroy() }. `view`: 'board' or 'overdue'. */
export function makeList(view) {
  const overdue = makeOverdue();
  const phases = makePhases();
  const body = el('div', { class: 'body', role: 'rowgroup' });
  const empty = el('p', { class: 'empty' });
  const head = el(
    'div',
    { class: 'head', role: 'rowgroup' },
    el('div', { role: 'row', 'aria-rowindex': 1 },
      ...['Severity', 'Incident', 'Phase', 'Next duty', 'Ladder'].map((text) => el('div', { role: 'columnheader' }, text))),
  );
  const table = el('div', { class: 'table', role: 'table', 'aria-label': view === 'overdue' ? 'Overdue incidents' : 'Open incidents' }, head, body);
  const heading = view === 'overdue'
    ? el('h1', {}, 'Overdue', ' ', el('a', { class: 'back', href: to('/') }, 'Back to the board'))
    : el('h1', { class: 'unseen' }, 'Open incidents');
  const node = el('div', { class: `list ${view}` }, heading, ...(view === 'overdue' ? [] : [overdue.node, phases.node]), table, empty);
  const list = new VirtualList(body, makePart);
  const known = new Set();
  let settled = false; // everything that was there came; what comes now is new

  function fresh(id) {
    const part = [...list.shown()].find(({ item }) => item.key === id)?.part;
    if (!part) return;
    part.node.classList.add('fresh');
    setTimeout(() => part.node.classList.remove('fresh'), FRESH_MS);
  }

  return {
    node,
    refresh(changed) {
      const route = current();
      const { rows, phases: counts } = store.select(route);
      const late = store.overdue(rows);
      const shown = view === 'overdue' ? late.map((card) => ({ key: card.id, kind: 'row', card })) : lanes(rows);
      // Heights are measured in sight.
      table.hidden = shown.length === 0;
      list.set(shown, changed);
      if (view !== 'overdue') {
        overdue.update(late);
        phases.update(counts, route.phase);
      }
      setAttribute(table, 'aria-rowcount', shown.length + 1);
      empty.hidden = shown.length > 0;
      const filtered = route.agency || route.phase || route.severity;
      setText(empty, !store.isReady() ? 'Loading what is open…' : filtered ? 'Nothing is open with this filter.' : 'Nothing is open. All is quiet.');
      for (const card of rows) {
        if (known.has(card.id)) continue;
        known.add(card.id);
        if (settled) fresh(card.id);
      }
      settled = store.isReady();
    },
    tick() {
      for (const { part } of list.shown()) part.row?.tick();
      overdue.tick();
    },
    /** Moves the focus to the next or previous incident. */
    move(step) {
      const rows = list.items.filter((item) => item.kind === 'row');
      if (rows.length === 0) return;
      const focused = [...list.shown()].find(({ part }) => part.node.contains(document.activeElement));
      const at = rows.findIndex((item) => item.key === focused?.item.key);
      const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))];
      const part = list.reveal(next.key);
      part?.row.link.focus({ preventScroll: false });
    },
    /** Brings a severity into sight. */
    jump(rank) {
      const lane = list.items.find((item) => item.kind === 'lane' && item.rank >= rank);
      if (!lane) return;
      const row = list.items[list.items.indexOf(lane) + 1];
      list.reveal(row.key)?.row.link.focus();
    },
    destroy: () => list.destroy(),
  };
}
