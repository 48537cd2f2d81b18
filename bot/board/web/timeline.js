// One incident drawn to scale: duties as bars from the start of their clock to their deadline, what is
// late beyond it, and what happened above. The tables of the page say the same in words.
import { clockText, dayText, serverNow, shortText, span, timeText } from './clock.js';
import { svg } from './dom.js';
import { agencyCode, dutyTitle } from './names.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [5 / 60, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160].map((hours) => hours * HOUR);
const ROW = 26;
const TOP = 30;
const LANE = 26;
const CHARACTER = 7.3; // the width of one, at most

export const RANGES = [['all', 'All'], ['6h', '6 h'], ['24h', '24 h'], ['3d', '3 days'], ['14d', '14 days']];
const SPANS = { '6h': 6 * HOUR, '24h': DAY, '3d': 3 * DAY, '14d': 14 * DAY };

const DONE = new Set(['SATISFIED', 'SATISFIED_LATE']);
const WORDS = {
  PENDING: 'pending', OVERDUE: 'overdue', SATISFIED: 'done', SATISFIED_LATE: 'done, late', MISSED: 'missed',
  VOID: 'void', WAIVED: 'waived', HELD: 'on hold', NOT_APPLICABLE: 'does not apply',
};

export const dutyState = (duty) => WORDS[duty.state] ?? duty.state.toLowerCase();

/** By how much a duty is or was late, in milliseconds; zero when it is not. */
export function lateness(duty) {
  if (duty.due === undefined) return 0;
  if (duty.state === 'OVERDUE' || (duty.state === 'PENDING' && duty.due < serverNow())) return serverNow() - duty.due;
  if (duty.state === 'SATISFIED_LATE') return duty.settled - duty.due;
  return 0;
}

/** Where the drawing begins and ends. */
function extent(incident, range) {
  const now = serverNow();
  if (SPANS[range]) return [now - SPANS[range] * 0.75, now + SPANS[range] * 0.25];
  const starts = [incident.card.created, ...incident.duties.map((duty) => duty.start), ...incident.record.map((entry) => entry.time)];
  const from = Math.min(...starts);
  const last = Math.max(now, ...incident.record.map((entry) => entry.time));
  // A deadline in a year must not press tonight into a line.
  const horizon = from + Math.max(36 * HOUR, (last - from) * 1.6);
  const ends = incident.duties.map((duty) => duty.due ?? 0).filter((due) => due <= horizon);
  const to = Math.max(last, ...ends);
  const margin = (to - from) * 0.02 + 60_000;
  return [from - margin, to + margin];
}

/** Duties of one kind and one agency share a line. */
function lines(incident) {
  const groups = new Map();
  for (const duty of [...incident.duties].sort((a, b) => a.start - b.start || (a.due ?? 0) - (b.due ?? 0))) {
    const key = `${duty.code} ${duty.subject}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(duty);
  }
  return [...groups.values()];
}

const LANES = [
  { title: 'State', kinds: ['STATE_CHANGED', 'INCIDENT_REPORTED', 'SEVERITY_CHANGED'], mark: 'state' },
  { title: 'Pages', kinds: ['PAGED', 'ROLES_PAGED', 'OVERDUE_TOLD'], mark: 'page' },
  { title: 'Acks', kinds: ['ACKNOWLEDGED'], mark: 'ack' },
];

function mark(kind, x, y) {
  if (kind === 'page') return svg('path', { class: 'mark page', d: `M${x} ${y - 7}l6.5 12h-13z` });
  if (kind === 'ack') {
    return svg('g', { class: 'mark ack' }, svg('circle', { cx: x, cy: y, r: 7 }), svg('path', { d: `M${x - 3.5} ${y}l2.5 3l4.5 -5.5` }));
  }
  return svg('path', { class: 'mark state', d: `M${x} ${y - 7}l7 7l-7 7l-7 -7z` });
}

/** Draws into `width` pixels; names stand above their bars where there is little room. */
export function drawTimeline(incident, width, range) {
  const { card } = incident;
  const narrow = width < 640;
  const left = narrow ? 8 : Math.min(300, Math.max(200, width * 0.24));
  const right = width - 12;
  const [from, to] = extent(incident, range);
  const now = serverNow();
  const x = (time) => left + ((time - from) / (to - from)) * (right - left);
  const clamp = (value) => Math.min(right, Math.max(left, value));
  const groups = lines(incident).filter((duties) =>
    duties.some((duty) => duty.start <= to && Math.max(duty.due ?? to, duty.settled ?? 0, lateness(duty) > 0 ? now : 0) >= from));
  const row = narrow ? ROW + 16 : ROW;
  const lanesTop = TOP;
  const dutiesTop = lanesTop + LANES.length * (narrow ? LANE + 12 : LANE) + 10;
  const height = dutiesTop + groups.length * row + 8;
  const root = svg('svg', {
    class: 'drawing', role: 'img', viewBox: `0 0 ${width} ${height}`, width, height,
    'aria-label': `Timeline of ${card.id} to scale, from ${dayText(from)} ${timeText(from)} to ${dayText(to)} ${timeText(to)}. The tables below say the same.`,
  });
  root.append(svg('defs', {},
    svg('pattern', { id: 'late', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      svg('rect', { class: 'late-ground', width: 6, height: 6 }), svg('rect', { class: 'late-stripe', width: 2.5, height: 6 })),
    svg('clipPath', { id: 'field' }, svg('rect', { x: left - 8, y: 0, width: right - left + 16, height }))));
  axis(root, { from, to, x, left, right, height, narrow });
  const text = (className, at, y, words, anchor = 'start') => svg('text', { class: className, x: at, y, 'text-anchor': anchor }, words);

  LANES.forEach((lane, index) => {
    const step = narrow ? LANE + 12 : LANE;
    const y = lanesTop + index * step + step / 2 + (narrow ? 6 : 0);
    root.append(text('name', narrow ? left : left - 10, narrow ? y - 11 : y + 4, lane.title, narrow ? 'start' : 'end'));
    const field = svg('g', { 'clip-path': 'url(#field)' });
    const entries = incident.record
      .filter((entry) => lane.kinds.includes(entry.kind))
      .map((entry) => ({ entry, at: x(entry.eventTime ?? entry.time) }))
      .filter(({ at }) => at >= left - 8 && at <= right + 8)
      .sort((a, b) => a.at - b.at);
    entries.forEach(({ entry, at }, place) => {
      field.append(svg('g', {}, svg('title', {}, `${shortText(entry.time)} ${entry.text}`), mark(lane.mark, at, y)));
      // A word only where it reaches into nothing.
      const short = shortEvent(entry);
      const end = Math.min(entries[place + 1]?.at ?? Infinity, right + 10) - 10;
      if (at + 11 + short.length * CHARACTER < end) field.append(text('event', at + 11, y + 4, short));
    });
    root.append(field);
  });

  groups.forEach((duties, index) => {
    const y = dutiesTop + index * row + (narrow ? 16 : 0);
    const first = duties[0];
    const who = first.subject ? ` · ${agencyCode(first.subject)}` : '';
    const name = `${dutyTitle(card, first.code)}${who}`;
    const room = Math.floor((narrow ? right - left : left - 14) / CHARACTER);
    const label = name.length > room ? `${name.slice(0, room - 1)}…` : name;
    if (index % 2 === 0) root.prepend(svg('rect', { class: 'stripe', x: 0, y: y - (narrow ? 16 : 2), width, height: row }));
    root.append(svg('g', {}, svg('title', {}, name), text('name', narrow ? left : left - 10, narrow ? y - 3 : y + 15, label, narrow ? 'start' : 'end')));
    const field = svg('g', { 'clip-path': 'url(#field)' });
    duties.forEach((duty, place) => field.append(bar(duty, { y, x, from, to, now, left, right, clamp, text, next: duties[place + 1] })));
    root.append(field);
  });

  if (now >= from && now <= to) {
    root.append(svg('line', { class: 'now', x1: x(now), x2: x(now), y1: 20, y2: height }),
      text('now-text', clamp(x(now)), 12, `now ${clockText(now).slice(0, 5)}`, x(now) > right - 40 ? 'end' : 'middle'));
  }
  return root;
}

function shortEvent(entry) {
  if (entry.kind === 'STATE_CHANGED') return entry.text.match(/ to ([A-Z_]+)\)/)?.[1] ?? '';
  if (entry.kind === 'INCIDENT_REPORTED') return 'REPORTED';
  if (entry.kind === 'SEVERITY_CHANGED') return entry.text.match(/ to (\S+)/)?.[1].replace(/[:;,]$/, '') ?? '';
  if (entry.kind === 'PAGED') return entry.text.match(/level \d+/)?.[0] ?? '';
  if (entry.kind === 'ACKNOWLEDGED') return entry.text.match(/by (\S+)/)?.[1].replace(/;$/, '') ?? '';
  return '';
}

function bar(duty, { y, x, from, to, now, right, clamp, text, next }) {
  const late = lateness(duty);
  const open = duty.state === 'PENDING' || duty.state === 'OVERDUE' || duty.state === 'HELD';
  const due = duty.due ?? (open ? to : (duty.settled ?? duty.start));
  const settled = duty.settled ?? (open ? now : due);
  const start = clamp(x(Math.max(duty.start, from)));
  const end = clamp(x(Math.min(due, to)));
  const word = dutyState(duty);
  const story = `${duty.instance}: ${word}. From ${shortText(duty.start)}${duty.due === undefined ? ', without a deadline' : ` to ${shortText(duty.due)}`}${duty.settled ? `, settled ${shortText(duty.settled)}` : ''}${late > 0 ? `, late by ${span(late)}` : ''}`;
  const group = svg('g', { class: `bar ${duty.state.toLowerCase()}` }, svg('title', {}, story));
  group.append(svg('rect', { class: 'allowed', x: start, y: y + 4, width: Math.max(3, end - start), height: 13, rx: 2 }));
  // How much of it is used.
  const used = clamp(x(Math.min(open ? now : settled, due)));
  if (used > start) group.append(svg('rect', { class: 'used', x: start, y: y + 4, width: Math.max(1, used - start), height: 13, rx: 2 }));
  if (late > 0) {
    const until = clamp(x(open ? now : settled));
    group.append(svg('rect', { class: 'late', fill: 'url(#late)', x: end, y: y + 4, width: Math.max(3, until - end), height: 13 }),
      svg('line', { class: 'deadline', x1: end, x2: end, y1: y + 1, y2: y + 20 }));
  }
  let tip = Math.max(end, clamp(x(late > 0 ? (open ? now : settled) : Math.min(settled, due))));
  if (DONE.has(duty.state)) {
    const at = clamp(x(settled));
    group.append(svg('path', { class: 'tick', d: `M${at - 4} ${y + 11}l3 4l6 -8` }));
    tip = Math.max(tip, at + 6);
  } else if (duty.state === 'MISSED') {
    group.append(svg('path', { class: 'cross', d: `M${end - 5} ${y + 5}l10 10m0 -10l-10 10` }));
    tip += 6;
  }
  const said = {
    OVERDUE: `LATE ${span(late)}`, SATISFIED_LATE: `done, late ${span(late)}`, MISSED: 'MISSED', HELD: 'on hold',
    WAIVED: 'waived', VOID: 'void', NOT_APPLICABLE: 'n/a', SATISFIED: 'done',
    PENDING: late > 0 ? `LATE ${span(late)}` : due > to ? `due ${shortText(due)} →` : `due ${shortText(due)}`,
  }[duty.state] ?? word;
  const room = said.length * CHARACTER;
  const limit = Math.min(right, next ? x(next.start) : Infinity);
  if (tip + room + 6 < limit) group.append(text('said', tip + 5, y + 15, said));
  else if (end - start > room + 20) group.append(text('said inside', Math.min(end, right) - (duty.state === 'MISSED' ? 9 : 5), y + 15, said, 'end'));
  else if (next === undefined && start - room - 8 > x(from)) group.append(text('said', start - 5, y + 15, said, 'end'));
  return group;
}

function axis(root, { from, to, x, left, right, height, narrow }) {
  const step = STEPS.find((one) => ((to - from) / one) * (narrow ? 70 : 84) <= right - left) ?? STEPS[STEPS.length - 1];
  const midnight = new Date(from);
  midnight.setHours(0, 0, 0, 0);
  const first = midnight.getTime() + Math.ceil((from - midnight.getTime()) / step) * step;
  let day = '';
  for (let time = first; time <= to; time += step) {
    // Days are not all of 24 hours.
    const at = step >= DAY ? new Date(time + 2 * HOUR).setHours(0, 0, 0, 0) : time;
    if (at < from) continue;
    const today = dayText(at);
    const words = step >= DAY ? today.replace(/^\S+ /, '') : timeText(at);
    root.append(svg('line', { class: 'grid', x1: x(at), x2: x(at), y1: 20, y2: height }));
    root.append(svg('text', { class: 'tick-text', x: x(at), y: 26, 'text-anchor': 'middle' }, today !== day && step < DAY ? `${words} ${today.replace(/^\S+ /, '')}` : words));
    day = today;
  }
}
