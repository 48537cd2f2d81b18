// The figures of docs/measures.md once more, from recorded events, in the plainest way: this file was
// written from that page and shares nothing with the server.

const DAY_MS = 86_400_000;
const MINUTE = 60_000;
const TIME_BOUNDS = [5, 15, 30, 60, 120, 240, 480, 1440, 2880, 4320, 10080, 20160, 43200].map(
  (minutes) => minutes * MINUTE,
);
const COUNT_BOUNDS = [1, 2, 5, 10, 20, 50, 100];

/** Microseconds of a Timestamp, as a message or as RFC 3339. */
export function micros(time) {
  if (time === undefined) return undefined;
  if (typeof time === 'string') {
    const [, whole, fraction = ''] = time.match(/^([^.]*?)(?:\.(\d+))?Z$/);
    return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  }
  return BigInt(time.seconds ?? 0) * 1_000_000n + BigInt(Math.floor((time.nanos ?? 0) / 1000));
}
/** Whole milliseconds between two times. */
const span = (from, to) => Number((to - from) / 1000n);

export function distribution(values, bounds = TIME_BOUNDS) {
  if (values.length === 0) return {};
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent) => sorted[Math.ceil((percent * sorted.length) / 100) - 1];
  const sum = sorted.reduce((a, b) => a + b, 0);
  const buckets = [...bounds, Infinity].map((upper, i) => ({
    upper: upper === Infinity ? 0 : upper,
    count: sorted.filter((v) => v <= upper && (i === 0 || v > bounds[i - 1])).length,
  }));
  while (buckets.at(-1).count === 0) buckets.pop();
  return {
    count: sorted.length,
    min: sorted[0],
    p50: rank(50),
    p75: rank(75),
    p90: rank(90),
    p95: rank(95),
    max: sorted.at(-1),
    mean: Math.floor(sum / sorted.length),
    sum,
    buckets,
  };
}

/** What one record says. */
export function story(events, pack) {
  const stateOf = (code) => pack.states.find((state) => state.code === code) ?? {};
  const s = {
    events,
    categories: [],
    parts: new Map(),
    duties: [],
    pages: [],
    acts: [],
    reinfections: 0,
    reopened: 0,
    lead: '',
  };
  const cleared = new Set();
  const clocks = new Map();
  const duty = (instance) => s.duties.find((one) => one.instance === instance);
  const categories = (list) => {
    for (const { category } of list ?? []) {
      if (!s.categories.includes(category)) s.categories.push(category);
    }
  };
  let last;
  for (const event of events) {
    const time = micros(event.time);
    const body = event[event.body];
    const who = event.actor?.principal ?? '';
    const act = `${who} ${event.requestId ?? ''} ${time}`;
    if (who.startsWith('people/') && event.body !== 'incidentRead') {
      if (act !== last) s.acts.push({ who, time });
      last = act;
    }
    switch (event.body) {
      case 'incidentReported':
        Object.assign(s, { id: body.id, entity: body.entity, reported: time, severity: body.severity, drill: body.drill ?? false });
        s.state = body.state;
        break;
      case 'registerOpened':
        Object.assign(s, { id: body.id, entity: body.entity ?? '', register: true });
        break;
      case 'stateChanged':
        s.state = body.to;
        for (const clock of body.clearsClocks ?? []) clocks.delete(clock);
        if (body.setsClock) clocks.set(body.setsClock, time);
        if (body.restartsClocks) s.reopened += 1;
        break;
      case 'severityChanged':
        s.severity = body.to;
        break;
      case 'detailsChanged':
        if (body.lead !== undefined) s.lead = body.lead;
        break;
      case 'categoriesAssigned':
        categories(body.categories);
        break;
      case 'entityAdded':
        s.parts.set(body.part.entity, body.part.secretariat ?? '');
        break;
      case 'acknowledged':
        s.acknowledged ??= time;
        for (const chain of body.chains ?? []) {
          const page = s.pages.findLast((one) => one.chain === chain);
          if (page) page.answer ??= span(page.time, time);
        }
        break;
      case 'chainPaged':
        s.pages.push({ chain: body.entity, level: body.level, time, people: body.people ?? [], delivered: 0, failed: 0 });
        cleared.delete(body.entity);
        break;
      case 'chainCleared':
        cleared.add(body.entity);
        break;
      case 'deliveryConcluded': {
        if (body.kind !== 'KIND_PAGE' || !body.chainEntity) break;
        const page = s.pages.findLast((one) => one.chain === body.chainEntity && one.people.includes(body.target));
        if (page) page[body.delivered ? 'delivered' : 'failed'] += 1;
        break;
      }
      case 'devicesRecorded':
        s.reinfections += (body.reinfected ?? []).length;
        break;
      case 'obligationOpened':
        s.duties.push({ instance: body.instance, code: body.code, subject: body.subject ?? '', state: 'PENDING', opened: time, due: micros(body.dueTime) });
        break;
      case 'obligationSettled': {
        const one = duty(body.instance);
        Object.assign(one, { state: body.state.replace('STATE_', ''), settled: time });
        break;
      }
      case 'obligationOverdue':
        duty(body.instance).state = 'OVERDUE';
        break;
      case 'obligationRescheduled': {
        const one = duty(body.instance);
        if (body.dueTime) one.due = micros(body.dueTime);
        if (body.pendingAgain) one.state = 'PENDING';
        break;
      }
      case 'obligationHeld': {
        const one = duty(body.instance);
        one.state = body.held ? 'HELD' : 'PENDING';
        if (!body.held && body.dueTime) one.due = micros(body.dueTime);
        break;
      }
      case 'absorbed':
        for (const part of body.entities ?? []) s.parts.set(part.entity, part.secretariat ?? '');
        categories(body.categories);
        for (const row of body.obligations ?? []) {
          s.duties.push({
            instance: row.instance,
            code: row.code,
            subject: row.subject ?? '',
            state: row.state.replace('STATE_', ''),
            opened: micros(row.openTime),
            due: micros(row.dueTime),
            settled: micros(row.settleTime),
          });
        }
        break;
    }
  }
  s.contained = clocks.get('TC');
  s.resolved = clocks.get('TS');
  s.ended = stateOf(s.state).terminal ?? false;
  s.withdrawn = s.ended && s.resolved === undefined;
  for (const page of s.pages) {
    const latest = s.pages.findLast((one) => one.chain === page.chain) === page;
    page.waiting = latest && page.answer === undefined && !cleared.has(page.chain) && !s.ended;
  }
  return s;
}

function fallsOn(s, duty, pack) {
  const rule = pack.obligations.find((one) => one.code === duty.code);
  const first = rule?.ownerRoles?.[0];
  const scope = pack.roles.find((role) => role.code === first)?.scope;
  if (scope === 'SCOPE_GLOBAL') return 'central';
  if (duty.subject) return duty.subject;
  if (scope === 'SCOPE_SECRETARIAT' && s.parts.get(s.entity)) return s.parts.get(s.entity);
  return s.entity;
}

const within = (s, owner, scope) => !scope || owner === scope || s.parts.get(owner) === scope;

/** [outcome, milliseconds late] */
function judge(duty, now) {
  switch (duty.state) {
    case 'SATISFIED':
      return ['inTime', 0];
    case 'SATISFIED_LATE':
      return ['late', span(duty.due, duty.settled)];
    case 'PENDING':
    case 'OVERDUE':
      if (duty.state === 'OVERDUE' || (duty.due !== undefined && duty.due < now)) {
        return ['overdue', span(duty.due, now)];
      }
      return ['pending', 0];
    case 'NOT_APPLICABLE':
      return ['notApplicable', 0];
    default:
      return [duty.state.toLowerCase(), 0];
  }
}

function dutyFigures(key, judged) {
  const figures = { key, aroseCount: judged.length };
  for (const name of ['inTime', 'late', 'missed', 'overdue', 'pending', 'held', 'void', 'waived', 'notApplicable']) {
    figures[`${name}Count`] = judged.filter(([outcome]) => outcome === name).length;
  }
  const spans = (name) => distribution(judged.filter(([outcome]) => outcome === name).map(([, late]) => late));
  return { ...figures, lateness: spans('late'), overdue: spans('overdue') };
}

function timeFigures(stories, mark, now) {
  const reached = stories.filter((s) => s[mark] !== undefined);
  const not = stories.filter((s) => s[mark] === undefined);
  return {
    reached: distribution(reached.map((s) => span(s.reported, s[mark]))),
    waiting: distribution(not.filter((s) => !s.ended).map((s) => span(s.reported, now))),
    neverCount: not.filter((s) => s.ended).length,
  };
}

function incidentFigures(key, stories, now) {
  return {
    key,
    incidentCount: stories.length,
    openCount: stories.filter((s) => !s.ended).length,
    withdrawnCount: stories.filter((s) => s.withdrawn).length,
    acknowledge: timeFigures(stories, 'acknowledged', now),
    contain: timeFigures(stories, 'contained', now),
    resolve: timeFigures(stories, 'resolved', now),
  };
}

/** Rows of `make(key, members)` by key, in the order of bytes. */
function grouped(pairs, make) {
  const groups = new Map();
  for (const [key, member] of pairs) groups.set(key, [...(groups.get(key) ?? []), member]);
  return [...groups.keys()].sort().map((key) => make(key, groups.get(key)));
}

function repeatFigures(counted, earlier, days) {
  const all = [...counted, ...earlier].filter((s) => !s.withdrawn);
  const intervals = new Map();
  const pairs = all.flatMap((s) => s.categories.map((category) => [`${s.entity}\n${category}`, s]));
  const rows = grouped(pairs, (key, members) => {
    const [entity, category] = key.split('\n');
    const row = { entity, category, incidentCount: 0, repeatCount: 0 };
    for (const s of members) {
      if (!counted.includes(s)) continue;
      row.incidentCount += 1;
      // The closest one before it; of two at the same moment the smaller number is the first.
      const before = members.filter((o) => o.reported < s.reported || (o.reported === s.reported && o.id < s.id));
      if (before.length === 0) continue;
      const gapMicros = before.map((o) => s.reported - o.reported).reduce((a, b) => (a < b ? a : b));
      if (gapMicros > BigInt(days * DAY_MS) * 1000n) continue;
      row.repeatCount += 1;
      const gap = Number(gapMicros / 1000n);
      intervals.set(s.id, Math.min(gap, intervals.get(s.id) ?? Infinity));
    }
    return row;
  }).filter((row) => row.repeatCount > 0);
  const count = (list, of) => list.reduce((sum, s) => sum + of(s), 0);
  return {
    repeatCount: intervals.size,
    interval: distribution([...intervals.values()]),
    rows,
    reinfectionCount: count(counted, (s) => s.reinfections),
    reinfectedIncidentCount: counted.filter((s) => s.reinfections > 0).length,
    reopenedIncidentCount: counted.filter((s) => s.reopened > 0).length,
    reopeningCount: count(counted, (s) => s.reopened),
  };
}

function reachFigures(stories) {
  const pages = stories.flatMap((s) => s.pages);
  return [...new Set(pages.map((page) => page.level))]
    .sort((a, b) => a - b)
    .map((level) => {
      const here = pages.filter((page) => page.level === level);
      const answered = here.filter((page) => page.answer !== undefined);
      const sum = (of) => here.reduce((total, page) => total + of(page), 0);
      return {
        level,
        pageCount: here.length,
        peopleCount: sum((page) => page.people.length),
        deliveredCount: sum((page) => page.delivered),
        failedCount: sum((page) => page.failed),
        answeredCount: answered.length,
        unansweredCount: here.filter((page) => page.answer === undefined && !page.waiting).length,
        waitingCount: here.filter((page) => page.waiting).length,
        answer: distribution(answered.map((page) => page.answer)),
      };
    });
}

/** "2026-10-05" of microseconds, in a zone. */
function civilDay(time, zone) {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(Number(time / 1000n)));
}

function mondayOf(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

function workload(stories, zone) {
  const acts = stories.flatMap((s) => s.acts);
  return {
    leads: grouped(stories.filter((s) => !s.ended).map((s) => [s.lead, s]), (lead, open) => ({ lead, openCount: open.length })),
    weeks: grouped(acts.map((act) => [mondayOf(civilDay(act.time, zone)), act]), (monday, week) => {
      const each = grouped(week.map((act) => [act.who, act]), (_, list) => list.length);
      return { monday, actCount: week.length, personCount: each.length, actsPerPerson: distribution(each, COUNT_BOUNDS) };
    }),
    days: grouped(stories.map((s) => [`${civilDay(s.reported, zone)}\n${s.entity}`, s]), (key, list) => {
      const [date, entity] = key.split('\n');
      return { date, entity, incidentCount: list.length };
    }),
  };
}

/**
 * What GetMeasures must say of `records` (events by subject) to whoever sees the incidents in `visible`.
 * `query` as in the answer, times in microseconds.
 */
export function measures(records, pack, visible, { scope = '', from, to, severity, category, drills = false, groupBy, repeatDays = 30, now }) {
  const asked = [...records]
    .filter(([subject]) => subject.startsWith('incidents/') && visible.has(subject))
    .map(([, events]) => story(events, pack))
    .filter((s) => (drills || !s.drill) && (!severity || s.severity === severity) && (!category || s.categories.includes(category)))
    .filter((s) => to === undefined || s.reported < to);
  const inTime = asked.filter((s) => s.reported >= from);
  const own = (s) => within(s, s.entity, scope);
  const counted = inTime.filter(own);
  const earlier = asked.filter((s) => own(s) && s.reported < from && s.reported >= from - BigInt(repeatDays * DAY_MS) * 1000n);
  const duties = inTime
    .flatMap((s) => s.duties.map((duty) => ({ duty, owner: fallsOn(s, duty, pack), s })))
    .filter(({ owner, s }) => within(s, owner, scope))
    .map(({ duty, owner }) => ({ duty, owner, judged: judge(duty, now) }));
  const clausesOf = (duty) => pack.obligations.find((one) => one.code === duty.code)?.clauses ?? [];
  const keys = {
    severity: (s) => [s.severity],
    agency: (s) => [s.entity],
    category: (s) => (s.categories.length > 0 ? s.categories : ['NONE']),
    month: (s) => [civilDay(s.reported, pack.timeZone).slice(0, 7)],
  }[groupBy];
  return {
    total: incidentFigures('', counted, now),
    groups: keys ? grouped(counted.flatMap((s) => keys(s).map((key) => [key, s])), (key, list) => incidentFigures(key, list, now)) : [],
    duties: dutyFigures('', duties.map((one) => one.judged)),
    dutiesByCode: grouped(duties.map((one) => [one.duty.code, one.judged]), dutyFigures),
    dutiesByAgency: grouped(duties.map((one) => [one.owner, one.judged]), dutyFigures),
    dutiesByClause: grouped(duties.flatMap((one) => clausesOf(one.duty).map((clause) => [clause, one.judged])), dutyFigures),
    repeats: repeatFigures(counted, earlier, repeatDays),
    reach: reachFigures(counted),
    workload: workload(counted, pack.timeZone),
  };
}

const kindOf = (event) => event.body.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();

/** The events about a duty, with what somebody did to satisfy it, as "version KIND". */
function proofOf(s, instance) {
  const proof = [];
  let cause;
  for (const event of s.events) {
    const body = event[event.body];
    if (event.body === 'absorbed' && (body.obligations ?? []).some((row) => row.instance === instance)) proof.push(event);
    const about = /^(obligation|lateLine|reminder|overdueStep)/.test(event.body) ? body.instance : event.body === 'noticeSent' ? body.obligation : undefined;
    if (!about) {
      cause = event.body === 'incidentRead' ? undefined : event;
      continue;
    }
    if (about !== instance) continue;
    const act = (one) => `${one.actor?.principal} ${one.requestId ?? ''} ${micros(one.time)}`;
    if (event.body === 'obligationSettled' && cause && event.actor?.principal !== 'system' && act(cause) === act(event) && proof.at(-1) !== cause) {
      proof.push(cause);
    }
    proof.push(event);
  }
  return proof;
}

/** What GetComplianceFile must say; times as in measures(). */
export function compliance(records, pack, visible, { entity, from, to, drills = false, now }) {
  const duties = [];
  for (const [subject, events] of records) {
    if (!visible.has(subject) && !subject.startsWith('registers/')) continue;
    const s = story(events, pack);
    if (s.drill && !drills) continue;
    for (const duty of s.duties) {
      if (duty.opened < from || (to !== undefined && duty.opened >= to)) continue;
      if (fallsOn(s, duty, pack) !== entity) continue;
      const [outcome, late] = judge(duty, now);
      const proof = proofOf(s, duty.instance);
      duties.push({
        record: subject,
        instance: duty.instance,
        state: `STATE_${duty.state}`,
        opened: duty.opened,
        due: duty.due,
        settled: duty.settled,
        lateMs: late,
        overdue: outcome === 'overdue',
        wasOverdue: outcome === 'overdue' || proof.some((event) => event.body === 'obligationOverdue'),
        events: proof.map((event) => `${event.version} ${kindOf(event)}`),
      });
    }
  }
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return duties.sort((a, b) => order(a.opened, b.opened) || order(a.record, b.record) || order(a.instance, b.instance));
}
