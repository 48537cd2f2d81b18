// One line of the board. A row is made once and then only changed where something differs.
import { fullText, otherZoneText, serverNow, shortText, span } from './clock.js';
import { el, setAttribute, setText } from './dom.js';
import {
  agencyCode, agencyTitle, dutyTitle, markingColour, pack, person, severityRank, severityTitle, stateTitle,
} from './names.js';
import { to } from './route.js';

const SOON_MS = 60 * 60 * 1000;

/** "late 2 h 10 min", "in 14 min": { text, state }, state one of 'late', 'soon', 'later', 'none'. */
export function countdown(card) {
  if (!card.next) return { text: '', state: 'none' };
  const left = card.next.due - serverNow();
  if (card.next.overdue || left < 0) return { text: `late ${span(left)}`, state: 'late' };
  return { text: `in ${span(left)}`, state: left < SOON_MS ? 'soon' : 'later' };
}

export function severityBadge() {
  const node = el('span', { class: 'severity' });
  return {
    node,
    update(card) {
      const rank = severityRank(card);
      setText(node, card.severity || 'SEV ?');
      setAttribute(node, 'data-rank', Math.min(rank, 9));
      setAttribute(node, 'title', severityTitle(card.severity) || 'The severity is not shown to you');
    },
  };
}

/** The escalation that most needs somebody. */
function worst(chains) {
  const weight = { EXHAUSTED: 4, NOTIFIED: 3, ACKNOWLEDGED: 2, CLEARED: 1 };
  return chains.reduce(
    (a, b) => (a && (weight[a.state] ?? 0) * 100 + a.level >= (weight[b.state] ?? 0) * 100 + b.level ? a : b),
    undefined,
  );
}

/** { state, level, levels, text, detail } of an incident's ladder. */
export function ladder(card, chain = worst(card.chains)) {
  if (!chain) return { state: 'none', level: 0, levels: 0, text: 'Nobody paged', detail: '' };
  const levels = pack(card.policy).levels?.length ?? chain.level;
  const next = chain.nextPage === undefined ? '' : `next page ${shortText(chain.nextPage)}`;
  switch (chain.state) {
    case 'ACKNOWLEDGED':
      return {
        state: 'acknowledged', level: chain.level, levels, text: `Ack ${person(chain.ackBy ?? '')}`,
        detail: chain.ackAt === undefined ? '' : shortText(chain.ackAt),
      };
    case 'EXHAUSTED':
      return { state: 'exhausted', level: chain.level, levels, text: 'Nobody answers', detail: next };
    case 'CLEARED':
      return { state: 'cleared', level: chain.level, levels, text: 'Paging ended', detail: '' };
    default:
      return {
        state: 'paged', level: chain.level, levels,
        text: `No ack, level ${chain.level}`, detail: [chain.attempt > 1 ? `try ${chain.attempt}` : '', next].filter(Boolean).join(' · '),
      };
  }
}

/** `number` little marks, of which those up to `reached` are filled. */
export function marks(className) {
  const node = el('span', { class: `marks ${className}`, 'aria-hidden': 'true' });
  return {
    node,
    update(reached, number) {
      while (node.childElementCount < number) node.append(el('i'));
      while (node.childElementCount > number) node.lastElementChild.remove();
      [...node.children].forEach((mark, index) => {
        setAttribute(mark, 'class', index + 1 === reached ? 'on at' : index < reached ? 'on' : null);
      });
    },
  };
}

/** A moment, with the other zone for those who hover. */
export function timeElement() {
  const node = el('time');
  return {
    node,
    update(ms, text) {
      setAttribute(node, 'datetime', new Date(ms).toISOString());
      setAttribute(node, 'title', otherZoneText(ms));
      setText(node, text ?? fullText(ms));
    },
  };
}

export function agencyText(card) {
  const others = card.agencies.length - 1;
  return `${agencyCode(card.entity)}${others > 0 ? ` +${others}` : ''}`;
}

export function flags() {
  const restricted = el('span', { class: 'flag restricted' }, 'Restricted');
  const drill = el('span', { class: 'flag drill' }, 'Drill');
  const tlp = el('span', { class: 'tlp' });
  const node = el('span', { class: 'flags' }, tlp, restricted, drill);
  return {
    node,
    update(card) {
      restricted.hidden = !card.restricted;
      drill.hidden = !card.drill;
      tlp.hidden = !card.tlp;
      setText(tlp, card.tlp);
      setAttribute(tlp, 'data-colour', markingColour(card.tlp));
    },
  };
}

export function makeRow() {
  const badge = severityBadge();
  const id = el('span', { class: 'id' });
  const title = el('span', { class: 'title' });
  const link = el('a', { class: 'open' }, id, ' ', title);
  const agency = el('span', { class: 'agency' });
  const flag = flags();
  const phase = el('span', { class: 'phase-name' });
  const track = marks('track');
  const duty = el('span', { class: 'duty' });
  const left = el('strong', { class: 'left' });
  const dueAt = timeElement();
  const owed = el('span', { class: 'owed' });
  const rungs = marks('rungs');
  const answer = el('span', { class: 'answer' });
  const detail = el('span', { class: 'answer-detail' });
  const cell = (name, ...content) => el('div', { class: `cell ${name}`, role: 'cell' }, ...content);
  const dueLine = el('span', { class: 'due-line' }, left, ' ', dueAt.node, ' ', owed);
  const node = el(
    'div',
    { class: 'row', role: 'row' },
    cell('c-severity', badge.node),
    cell('c-incident', link, el('span', { class: 'sub' }, agency, flag.node)),
    cell('c-phase', phase, track.node),
    cell('c-duty', dueLine, duty),
    cell('c-ladder', el('span', { class: 'answer-line' }, rungs.node, answer), detail),
  );
  const row = {
    node,
    link,
    card: null,
    /** Writes the card's own words. */
    update(card) {
      row.card = card;
      const states = pack(card.policy).states?.filter((state) => !state.terminal) ?? [];
      badge.update(card);
      setText(id, card.id);
      setText(title, card.title || 'Title not shown to you');
      setAttribute(link, 'href', to(`/incidents/${card.id}`));
      setText(agency, agencyText(card));
      setAttribute(agency, 'title', card.agencies.map((name) => agencyTitle(name) || agencyCode(name)).join(', '));
      flag.update(card);
      setText(phase, stateTitle(card) || 'Not shown');
      track.update(states.findIndex((state) => state.code === card.state) + 1, states.length);
      if (card.next) {
        setText(duty, dutyTitle(card, card.next.duty));
        setAttribute(duty, 'title', card.next.duty);
        dueAt.update(card.next.due, shortText(card.next.due));
      } else {
        setText(duty, card.open > 0 ? 'Duties without a deadline' : 'Nothing is owed');
      }
      dueAt.node.hidden = !card.next;
      left.hidden = !card.next;
      setText(owed, card.overdue > 1 ? `${card.overdue} late` : '');
      const rung = ladder(card);
      setAttribute(node, 'data-ladder', rung.state);
      rungs.update(rung.level, rung.levels);
      setText(answer, rung.text);
      const more = card.chains.length > 1 ? `${card.chains.length} agencies` : '';
      setText(detail, [rung.detail, more].filter(Boolean).join(' · '));
      row.tick();
    },
    /** Writes what passes by itself. */
    tick() {
      const { text, state } = countdown(row.card);
      setText(left, text);
      setAttribute(node, 'data-due', state);
    },
  };
  return row;
}
