// One incident: how it stands, who was asked, what is owed, and the record.
import { fullText, serverNow, shortText, span } from './clock.js';
import { el, setText } from './dom.js';
import { agencyCode, agencyTitle, categoryTitle, dutyTitle, pack, person, roleTitle, stateTitle, wordsNumber } from './names.js';
import { to } from './route.js';
import { flags, ladder, marks, severityBadge, timeElement } from './rows.js';
import { readIncident } from './session.js';
import * as store from './store.js';
import { RANGES, drawTimeline, dutyState, lateness } from './timeline.js';

// What belongs into the record and says little about the incident.
const QUIET = new Set(['DELIVERED', 'READ', 'REMINDED', 'DIGEST']);
const RECORD_SHOWN = 200;
const GATHER_MS = 250;
const AGAIN_MS = 3000;
const AGAIN_OVER_MS = 30_000;

const time = (ms, text) => {
  const part = timeElement();
  part.update(ms, text ?? shortText(ms));
  return part.node;
};

const agency = (name) => el('abbr', { title: agencyTitle(name) || name }, agencyCode(name));

function fact(term, ...content) {
  return el('div', {}, el('dt', {}, term), el('dd', {}, ...content));
}

function facts({ card, reporter, tickets, categories, entities, floors, parent, children, clocks }) {
  const relation = (one) => (one.relation === 'ORIGIN' ? '' : ` (${one.relation.toLowerCase().replace('_', ' ')})`);
  const link = (name) => el('a', { href: to(`/incidents/${name.replace('incidents/', '')}`) }, name.replace('incidents/', ''));
  const joined = (nodes) => nodes.flatMap((node, index) => (index === 0 ? [node] : [', ', node]));
  const list = [fact('Phase', stateTitle(card) || 'Not shown to you')];
  if (entities.length > 0) {
    list.push(fact(entities.length > 1 ? 'Agencies' : 'Agency', ...joined(entities.map((one) => el('span', {}, agency(one.entity), relation(one))))));
  }
  list.push(fact('Lead', card.lead ? person(card.lead) : 'Nobody named'));
  if (reporter) list.push(fact('Reported', time(card.created), ` by ${person(reporter)}`));
  const declared = clocks.find(({ clock }) => clock === 'TD');
  if (declared) list.push(fact('Declared', time(declared.time)));
  if (categories.length > 0) {
    list.push(fact('Type', categories.map(({ code, details }) => [categoryTitle(card, code), ...details].join(': ')).join(', ')));
  }
  if (floors.length > 0) list.push(fact('Severity held by', floors.join(', ')));
  if (tickets.length > 0) list.push(fact('Tickets', tickets.map(({ system, number }) => `${system} ${number}`).join(', ')));
  if (parent) list.push(fact('Part of', link(parent)));
  if (children.length > 0) list.push(fact('Parts', ...joined(children.map(link))));
  return el('dl', { class: 'facts' }, ...list);
}

function ladders({ card }) {
  if (card.chains.length === 0) return el('p', {}, 'Nobody was paged by the ladder.');
  const levels = pack(card.policy).levels ?? [];
  return el('div', { class: 'ladders' }, ...card.chains.map((chain) => {
    const rung = ladder(card, chain);
    const track = marks('rungs');
    track.update(rung.level, rung.levels);
    const ack = chain.state === 'ACKNOWLEDGED';
    const head = ack
      ? ['Acknowledged by ', person(chain.ackBy ?? ''), chain.ackAt === undefined ? '' : ' ', chain.ackAt === undefined ? '' : time(chain.ackAt)]
      : chain.state === 'CLEARED' ? ['Paging ended'] : [chain.state === 'EXHAUSTED' ? 'The whole ladder is silent' : 'Not acknowledged'];
    return el('div', { class: 'ladder', 'data-ladder': rung.state },
      el('p', { class: 'ladder-head' }, agency(chain.entity), ' ', track.node, ' ', el('strong', {}, ...head)),
      el('ol', {}, ...levels.map((level) => {
        const reached = level.number <= chain.level && chain.state !== 'CLEARED';
        return el('li', { class: reached ? 'reached' : null },
          `Level ${level.number}: ${level.roles.map((role) => roleTitle(card, role)).join(', ')}`,
          level.number === chain.level && !ack && chain.state !== 'CLEARED' ? ` – paged${chain.attempt > 1 ? `, try ${chain.attempt}` : ''}` : '');
      })),
      el('p', { class: 'hint' },
        chain.paged.length > 0 ? `Paged: ${chain.paged.map(person).join(', ')}. ` : '',
        !ack && chain.nextPage !== undefined ? 'Next page ' : '', !ack && chain.nextPage !== undefined ? time(chain.nextPage) : '',
        !ack && chain.nextPage !== undefined ? ` (${chain.nextPage > serverNow() ? `in ${span(chain.nextPage - serverNow())}` : 'now'}).` : ''));
  }));
}

function dutyTable({ card, duties }) {
  if (duties.length === 0) return el('p', {}, 'Nothing is owed.');
  const head = ['Duty', 'For', 'Owed by', 'Clock from', 'Deadline', 'State', 'Settled'];
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Duties, as a table' },
    el('table', {},
      el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, ...duties.map((duty) => {
        const late = lateness(duty);
        return el('tr', { 'data-state': duty.state },
          el('th', { scope: 'row' }, dutyTitle(card, duty.instance), el('span', { class: 'hint' }, ` ${duty.instance}${duty.clauses.length ? ` · ${duty.clauses.join(', ')}` : ''}`)),
          el('td', {}, duty.subject ? agencyCode(duty.subject) : 'all'),
          el('td', {}, ...duty.owners.flatMap((role, index) => [index ? ', ' : '', el('abbr', { title: roleTitle(card, role) }, role)])),
          el('td', {}, time(duty.start)),
          el('td', {}, duty.due === undefined ? 'none' : time(duty.due)),
          el('td', {}, el('span', { class: 'state', 'data-late': late > 0 ? '' : null }, late > 0 ? `late ${span(late)}` : dutyState(duty)),
            late > 0 && duty.settled ? ' (done)' : '', duty.reason ? el('span', { class: 'hint' }, ` ${duty.reason}`) : ''),
          el('td', {}, duty.settled ? time(duty.settled) : '', duty.settledBy ? ` ${person(duty.settledBy)}` : ''));
      }))));
}

function recordTable(entries, whole) {
  const shown = whole ? entries : entries.slice(0, RECORD_SHOWN);
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'The record, as a table' },
    el('table', { class: 'record' },
      el('thead', {}, el('tr', {}, ...['Time', 'Who', 'What'].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, ...shown.map((entry) => el('tr', { 'data-kind': entry.kind },
        el('td', {}, time(entry.eventTime ?? entry.time)),
        el('td', {}, person(entry.actor || 'not shown'), entry.via && entry.via !== 'scheduler' ? el('span', { class: 'hint' }, ` ${entry.via}`) : ''),
        el('td', {}, el('span', { class: 'words' }, entry.text),
          entry.late ? el('span', { class: 'hint' }, ' (recorded late)') : '', entry.retracts ? el('span', { class: 'hint' }, ' (withdrawn)') : '',
          entry.clauses.length ? el('span', { class: 'hint' }, ` ${entry.clauses.join(', ')}`) : ''))))));
}

/** Rebuilds what it holds only when what it shows is another. */
function block(className, build) {
  const node = el('div', { class: className });
  let before;
  return {
    node,
    update(...data) {
      const now = JSON.stringify(data);
      if (now === before) return;
      before = now;
      node.replaceChildren(build(...data));
    },
  };
}

/** { node, refresh(changed), tick(), destroy() } */
export function makeDetail(id) {
  let incident = null;
  let range = 'all';
  let all = false;
  let whole = false;
  let timer = 0;
  let again = 0;
  let gone = false;
  let drawn = 0;
  let loaded = Infinity;

  const badge = severityBadge();
  const flag = flags();
  const title = el('span', { class: 'title' });
  const notice = el('p', { class: 'notice', role: 'status' });
  const head = el('div', { class: 'detail-head' },
    el('p', {}, el('a', { class: 'back', href: to('/') }, 'Back to the board')),
    el('h1', {}, badge.node, ' ', el('span', { class: 'id' }, id), ' ', title), flag.node);
  const summary = el('p', { class: 'summary' });
  const factBlock = block('', facts);
  const ladderBlock = block('', ladders);
  const dutyBlock = block('', dutyTable);
  const recordBlock = block('', recordTable);
  const drawing = el('div', { class: 'drawing-frame' });
  const buttons = RANGES.map(([key, text]) => el('button', {
    type: 'button', 'aria-pressed': key === range ? 'true' : 'false',
    onclick() {
      range = key;
      buttons.forEach((button, index) => button.setAttribute('aria-pressed', RANGES[index][0] === range ? 'true' : 'false'));
      draw();
    },
  }, text));
  const quiet = el('input', { type: 'checkbox', id: 'quiet', onchange() { all = quiet.checked; record(); } });
  const quietText = el('span');
  const more = el('button', { type: 'button', onclick() { whole = true; record(); } });
  const section = (name, text, ...content) => el('section', { class: name, 'aria-label': text }, el('h2', {}, text), ...content);
  const content = el('div', { class: 'detail-body', hidden: true },
    summary,
    el('div', { class: 'two' }, section('stands', 'How it stands', factBlock.node), section('asked', 'Ladder', ladderBlock.node)),
    section('drawn', 'Timeline', el('p', { class: 'ranges', role: 'group', 'aria-label': 'Range' }, ...buttons), drawing,
      el('p', { class: 'hint legend' }, 'Bars run from the start of a clock to its deadline; filled: used; hatched with LATE: beyond it. ◆ state, ▲ page, ✓ acknowledged or done, × missed.')),
    section('duties', 'Duties', dutyBlock.node),
    section('recorded', 'Record', el('p', { class: 'ranges' }, el('label', { for: 'quiet' }, quiet, ' ', quietText)), recordBlock.node, more));
  const node = el('div', { class: 'detail' }, head, notice, content);

  function draw() {
    if (incident === null || drawing.clientWidth === 0) return;
    drawn = performance.now();
    drawing.replaceChildren(drawTimeline(incident, drawing.clientWidth, range));
  }

  function record() {
    const entries = [...incident.record].reverse();
    const loud = entries.filter((entry) => !QUIET.has(entry.kind));
    setText(quietText, `Also deliveries, reminders and readings (${entries.length - loud.length})`);
    const shown = all ? entries : loud;
    recordBlock.update(shown, whole);
    more.hidden = whole || shown.length <= RECORD_SHOWN;
    setText(more, `Show all ${shown.length} entries`);
  }

  function show() {
    const { card } = incident;
    badge.update(card);
    flag.update(card);
    setText(title, card.title || 'Title not shown to you');
    setText(summary, incident.summary);
    summary.hidden = !incident.summary || incident.summary === card.title;
    content.hidden = false;
    setText(notice, incident.complete ? '' : 'The record is long: its oldest entries are left out here.');
    factBlock.update(incident, wordsNumber());
    passing();
    record();
    draw();
  }

  // What is told in minutes is told anew each minute.
  function passing() {
    const minute = Math.floor(serverNow() / 60_000);
    ladderBlock.update(incident, minute, wordsNumber());
    dutyBlock.update(incident, minute, wordsNumber());
  }

  async function load() {
    timer = 0;
    const answer = await readIncident(id);
    loaded = performance.now();
    if (gone) return;
    if (answer.status === 200) {
      incident = answer;
      show();
    } else if (answer.status === 404) {
      incident = null;
      content.hidden = true;
      setText(notice, `There is no incident ${id} that you may see.`);
    } else if (answer.status !== 401) {
      setText(notice, `${incident ? 'This may be out of date. ' : ''}${answer.error ?? 'The board does not answer.'}`);
      clearTimeout(again);
      again = setTimeout(soon, AGAIN_MS);
    }
  }

  function soon() {
    if (timer === 0) timer = setTimeout(load, GATHER_MS);
  }

  const watch = new ResizeObserver(draw);
  watch.observe(drawing);
  const beforePrint = () => draw();
  addEventListener('beforeprint', beforePrint);
  load();

  return {
    node,
    refresh(changed) {
      if (changed === null ? incident !== null : changed.has(id) || (changed.has('') && store.get(id)?.updated !== incident?.card.updated)) soon();
      if (changed === null && incident !== null) show();
    },
    tick() {
      if (incident === null) return;
      passing();
      if (performance.now() - drawn > 15_000) draw();
      // What is over is on no board and in no stream.
      if (!store.get(id) && performance.now() - loaded > AGAIN_OVER_MS) soon();
    },
    label: () => (incident === null ? [] : [incident.card.tlp]),
    destroy() {
      gone = true;
      clearTimeout(timer);
      clearTimeout(again);
      watch.disconnect();
      removeEventListener('beforeprint', beforePrint);
    },
    describe: () => (incident === null ? id : `${id} at ${fullText(serverNow())}`),
  };
}
