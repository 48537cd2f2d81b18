// Plays incidents on a real server with a virtual clock, takes the recorded events out of it, and
// computes every figure of `belfry stats` and `belfry compliance` once more from those
// (lib/measures_truth.mjs): both must be equal.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/measures.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { advanceClock, configureServer, ROOT, startServer } from './lib/belfry.mjs';
import { connect } from './lib/grpc_client.mjs';
import { compliance, measures, micros } from './lib/measures_truth.mjs';
import { temporaryDirectory } from './lib/process.mjs';
import { readEvents } from './lib/record_events.mjs';

const BIN = process.env.BELFRY_BIN ?? path.join(ROOT, 'build/release/bin');
const COUNT = Number(process.env.BELFRY_MEASURES_INCIDENTS ?? 40);
const run = promisify(execFile);

const REPORTERS = [
  ['dop.clerk', 'entities/dop'],
  ['bor.contact', 'entities/bor'],
  ['dor.contact', 'entities/dor'],
  ['dop.iso', 'entities/dop'],
];
const CATEGORIES = ['CAT-14', 'CAT-13', 'CAT-04', 'CAT-14', 'CAT-06'];
const PEOPLE = [
  'dop.clerk', 'dop.contact', 'dop.deputy', 'dop.iso', 'dor.contact', 'bor.contact', 'eox.scio', 'commonhelp',
  'csirt.handler', 'csirt.executive', 'auditor',
];

/** The same numbers each time (mulberry32). */
function makeRandom(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

async function government(t) {
  const directory = await temporaryDirectory(t);
  const server = await configureServer(directory, {
    clock: 'virtual',
    principals: [
      ...PEOPLE.map((who) => ({ name: `people/${who}` })),
      { name: 'systems/bot', rights: ['RIGHT_BOT'] },
    ],
  });
  const people = path.join(directory, 'directory.textproto');
  await copyFile(path.join(ROOT, 'deploy/demo/directory.textproto'), people);
  await appendFile(
    people,
    'people { name: "people/auditor" display_name: "Auditor" }\n' +
      'role_assignments { person: "people/auditor" role: "AUDITOR" }\n',
  );
  const key = path.join(directory, 'record.pem');
  await run(path.join(BIN, 'belfry'), ['audit', 'keygen', key, '--name', 'localhost/belfry']);
  await appendFile(path.join(directory, 'belfryd.textproto'), `record { signing_key_file: ${JSON.stringify(key)} }\n`);
  await startServer(t, { bin: BIN, directory, address: server.address });
  const clients = new Map();
  const as = async (who) => {
    if (!clients.has(who)) {
      const name = who === 'bot' ? 'systems/bot' : `people/${who}`;
      clients.set(who, await connect(t, server.address, server.tokenFiles[name]));
    }
    return clients.get(who);
  };
  const belfry = async (who, ...words) => {
    const { stdout } = await run(
      path.join(BIN, 'belfry'),
      ['--server', server.address, '--token-file', server.tokenFiles[`people/${who}`], '--timeout', '60', ...words],
      { maxBuffer: 1 << 28 },
    );
    return stdout;
  };
  return { directory, as, belfry, advance: await advanceClock(t, server) };
}

class Player {
  #played = 0;
  constructor(world) {
    this.world = world;
    this.random = makeRandom(20261006);
    this.refused = new Map();
    this.names = [];
  }

  /** What the policy refuses is simply not done, and counted. */
  async act(who, method, request) {
    this.#played += 1;
    try {
      return await (await this.world.as(who)).call('IncidentService', method, { ...request, requestId: `r${this.#played}` });
    } catch (error) {
      this.refused.set(method, [...(this.refused.get(method) ?? []), error.message]);
      return undefined;
    }
  }

  async report(i) {
    const [who, entity] = REPORTERS[i % REPORTERS.length];
    const restricted = i % 9 === 4;
    const created = await this.act(who, 'createIncident', {
      title: `Incident ${i}`,
      entity,
      // A few say nothing of their kind, and some are of two kinds.
      categories: i % 11 === 10 ? [] : [{ category: CATEGORIES[i % 5] }, ...(i % 7 === 6 ? [{ category: CATEGORIES[(i + 1) % 5] }] : [])],
      severity: ['', 'SEV4', 'SEV2', '', 'SEV3'][this.random(5)],
      drill: i % 13 === 12,
      restricted,
      readers: restricted ? ['people/csirt.handler', 'people/auditor'] : [],
      otherEntities: i % 6 === 2 ? [{ entity: entity === 'entities/bor' ? 'entities/dop' : 'entities/bor', relation: 'RELATION_AFFECTED' }] : [],
    });
    const { name } = created.incident;
    this.names.push({ name, i, entity });
    return name;
  }

  facts(who, name, pairs) {
    return this.act(who, 'recordFacts', {
      name,
      facts: Object.entries(pairs).map(([fact, value]) => ({ name: fact, value, reason: 'so it was found' })),
    });
  }

  verb(who, name, verb) {
    return this.act(who, 'transitionIncident', { name, verb, reason: 'as the policy asks' });
  }

  document(who, name, type, fields) {
    return this.act(who, 'submitDocument', {
      name,
      type,
      fields: Object.entries(fields).map(([field, value]) => ({ name: field, value })),
    });
  }

  /** One step further on the way of this incident. */
  async work({ name, i, entity }, age) {
    const contact = { 'entities/dop': 'dop.contact', 'entities/bor': 'bor.contact', 'entities/dor': 'dor.contact' }[entity];
    if (i % 5 === 3) {
      if (age === 1) {
        await this.facts('csirt.handler', name, { verdict: 'FALSE_POSITIVE', attack_intrusion: 'NO', personal_information: 'NONE' });
        await this.verb('csirt.handler', name, 'dismiss');
      }
      return;
    }
    if (age === 1 && i % 4 !== 1) await this.act(contact, 'acknowledgeIncident', { name });
    if (age === 1) await this.act('csirt.handler', 'acknowledgeIncident', { name });
    if (age === 1) await this.act('commonhelp', 'linkTicket', { name, ticket: { system: 'E2E', number: `${1000 + i}` } });
    if (age === 1 && i % 3 === 0) await this.act('csirt.handler', 'updateIncident', { incident: { name, lead: i % 2 ? 'people/dop.iso' : 'people/csirt.handler' }, updateMask: { paths: ['lead'] } });
    if (age === 2 && i % 12 === 7) {
      const earlier = this.names.find((one) => one.entity === entity && one.i < i && one.i % 5 !== 3);
      if (earlier) await this.act('csirt.handler', 'linkIncident', { name, parent: earlier.name, merge: true, reason: 'the same' });
    }
    if (age === 2) {
      await this.act('csirt.handler', 'assignCategories', { name, categories: [{ category: 'CAT-14' }] });
      await this.facts('csirt.handler', name, { verdict: 'CONFIRMED', attack_intrusion: 'NO', criminal: 'RULED_OUT', personal_information: 'NONE', public_safety: 'NO', third_party: 'NO', statewide: 'NO' });
      await this.verb('csirt.handler', name, 'take');
      await this.verb('csirt.handler', name, 'declare');
    }
    if (age === 3 && i % 4 === 0) {
      await this.document(contact, name, 'FOLLOWUP', { summary: 's', impact: 'i', actions: 'a', next: 'n' });
      await this.document('dop.iso', name, 'CISO_COORDINATOR', { coordinator: 'the CISO' });
      await this.document('dop.iso', name, 'DECISION_AUTHORITY', { technical: 'somebody' });
      await this.facts(contact, name, { devices_contained: 'ALL', cause: 'a mail', weaknesses: 'NONE_FOUND', devices_clean: 'YES', services_restored: 'YES' });
      await this.verb('csirt.handler', name, 'contain');
    }
    if (age === 4 && i % 8 === 0) await this.verb('csirt.handler', name, 'regress');
    if (age === 5 && i % 8 === 0) await this.verb('csirt.handler', name, 'contain');
    if (age >= 4 && i % 3 === 0) await this.document(contact, name, 'DAILY_STATUS', { conditions: 'c', actions: 'a', needs: 'none' });
    if (age === 6 && i % 4 === 0) {
      await this.document('csirt.handler', name, 'EVIDENCE_PLAN', { plan: 'NONE_NEEDED', reason: 'nothing was touched' });
      for (const verb of ['eradicate', 'recover', 'resolve']) await this.verb('csirt.handler', name, verb);
    }
    if (i % 10 === 1 && age <= 6) {
      const status = ['', 'INFECTED', 'ISOLATED', 'CLEANED', 'SCAN_CLEAN', 'RESTORED', 'INFECTED'][age];
      await this.act('csirt.handler', 'recordDevices', { name, devices: [{ device: `pc-${i}`, status: `STATUS_${status}` }] });
    }
  }

  /** Most pages arrive; the deputy's never do. */
  async deliver() {
    const bot = await this.world.as('bot');
    for (;;) {
      const { deliveries = [] } = await bot.call('DeliveryService', 'leaseDeliveries', { holder: 'b', incarnation: '1', platforms: ['console'], max: 100 });
      if (deliveries.length === 0) return;
      for (const delivery of deliveries) {
        const outcome = delivery.target === 'people/dop.deputy' ? 'OUTCOME_FAILED' : 'OUTCOME_DELIVERED';
        await bot.call('DeliveryService', 'reportDelivery', { name: delivery.name, holder: 'b', incarnation: '1', outcome, message: { id: '1' }, error: outcome === 'OUTCOME_FAILED' ? 'gone' : '' });
      }
    }
  }

  async play(count) {
    for (let i = 0; i < count; ++i) {
      await this.report(i);
      // Each incident is worked on when the next ones are reported.
      for (let age = 1; age <= 6; ++age) {
        const at = i - age * 2;
        if (at >= 0) await this.work(this.names[at], age);
      }
      if (i % 5 === 4) await this.deliver();
      await this.world.advance(600 + this.random(9000));
    }
    await this.deliver();
  }
}

/** As numbers where proto JSON has texts, and without what it leaves out. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .map(([key, one]) => [key, plain(one)])
      .filter(([, one]) => one !== undefined && one !== 0 && one !== '' && !(Array.isArray(one) && one.length === 0))
      .filter(([, one]) => typeof one !== 'object' || Array.isArray(one) || Object.keys(one).length > 0);
    return Object.fromEntries(entries);
  }
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
}

const SECTIONS = ['total', 'groups', 'duties', 'dutiesByCode', 'dutiesByAgency', 'dutiesByClause', 'repeats', 'reach', 'workload'];

async function visibleTo(world, who) {
  const api = await world.as(who);
  const names = new Set();
  let pageToken = '';
  do {
    const page = await api.call('IncidentService', 'listIncidents', { pageSize: 500, pageToken });
    for (const incident of page.incidents ?? []) names.add(incident.name);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return names;
}

test('belfry stats and a second computation from the events are equal', async (t) => {
  const world = await government(t);
  const player = new Player(world);
  await player.play(COUNT);
  const file = path.join(world.directory, 'all.belfry-record');
  await world.belfry('auditor', 'audit', 'export', file);
  const records = await readEvents(file);
  const { policy: pack } = JSON.parse(await world.belfry('auditor', '-o', 'json', 'policy', 'show'));
  const events = [...records.values()].reduce((sum, list) => sum + list.length, 0);
  const incidents = [...records.keys()].filter((subject) => subject.startsWith('incidents/'));
  // An export has what its reader may see; some incidents close on the way to others.
  assert.equal(incidents.length, (await visibleTo(world, 'auditor')).size);
  assert.ok(incidents.length > COUNT * 0.9);
  let figures = 0;

  const day = (n) => new Date(Date.parse(first) + n * 86_400_000).toISOString();
  const first = new Date(Number(micros(records.get(player.names[0].name)[0].time) / 1000n)).toISOString();
  const cases = [
    ['auditor', {}],
    ['auditor', { drills: true, groupBy: 'category' }],
    ['auditor', { scope: 'entities/dop', groupBy: 'severity' }],
    ['auditor', { scope: 'entities/bor', groupBy: 'month', repeatDays: 1 }],
    ['auditor', { scope: 'secretariats/eox', groupBy: 'agency', drills: true }],
    ['auditor', { severity: 'SEV3', groupBy: 'category' }],
    ['auditor', { category: 'CAT-14', repeatDays: 2 }],
    ['auditor', { from: day(2), to: day(4), repeatDays: 3 }],
    ['dop.contact', { groupBy: 'agency' }],
    ['bor.contact', { groupBy: 'agency', drills: true }],
    ['csirt.handler', {}],
  ];
  for (const [who, query] of cases) {
    const words = ['stats', '--format', 'json', '--from', query.from ?? day(-1)];
    if (query.scope) words.push(query.scope);
    if (query.to) words.push('--to', query.to);
    if (query.groupBy) words.push('--by', query.groupBy);
    if (query.severity) words.push('--severity', query.severity);
    if (query.category) words.push('--category', query.category);
    if (query.repeatDays) words.push('--repeat-days', String(query.repeatDays));
    if (query.drills) words.push('--drills');
    const said = JSON.parse(await world.belfry(who, ...words));
    const computed = measures(records, pack, await visibleTo(world, who), {
      ...query,
      from: micros(query.from ?? day(-1)),
      to: query.to ? micros(query.to) : undefined,
      now: micros(said.asOfTime),
    });
    for (const section of SECTIONS) {
      const [server, truth] = [plain({ x: said[section] }), plain({ x: computed[section] })];
      assert.deepEqual(server, truth, `${who} ${JSON.stringify(query)}: ${section}`);
      figures += JSON.stringify(truth).match(/\d+/g)?.length ?? 0;
    }
    assert.match(said.notice, /evidence and not a verdict/);
  }

  await t.test('the cases are worth comparing', async () => {
    const all = measures(records, pack, await visibleTo(world, 'auditor'), { from: 0n, now: micros(first) + 86_400_000_000n * 30n, drills: true });
    for (const [what, value] of Object.entries({
      acknowledged: all.total.acknowledge.reached.count,
      'never acknowledged or waiting': (all.total.acknowledge.waiting.count ?? 0) + all.total.acknowledge.neverCount,
      contained: all.total.contain.reached.count,
      resolved: all.total.resolve.reached.count,
      withdrawn: all.total.withdrawnCount,
      late: all.duties.lateCount,
      overdue: all.duties.overdueCount,
      // Few duties end by being missed; the long run has some.
      ...(COUNT < 80 ? {} : { missed: all.duties.missedCount }),
      repeats: all.repeats.repeatCount,
      reinfections: all.repeats.reinfectionCount,
      'pages that failed': all.reach.reduce((sum, level) => sum + level.failedCount, 0),
      'pages answered': all.reach.reduce((sum, level) => sum + level.answeredCount, 0),
      leads: all.workload.leads.length - 1,
    })) {
      assert.ok(value > 0, `nothing is ${what}: ${JSON.stringify([...player.refused].map(([method, list]) => [method, list.length, list[0]]))}`);
    }
    const dop = await visibleTo(world, 'dop.contact');
    assert.ok(dop.size < COUNT && dop.size > 0);
  });

  await t.test('compliance files, too', async () => {
    let duties = 0;
    for (const [who, entity, query] of [
      ['auditor', 'entities/dop', {}],
      ['auditor', 'entities/bor', { drills: true }],
      ['auditor', 'secretariats/eox', {}],
      ['dop.contact', 'entities/dop', { from: day(1), to: day(5) }],
    ]) {
      const words = ['compliance', entity, '--format', 'json', '--from', query.from ?? day(-400)];
      if (query.to) words.push('--to', query.to);
      if (query.drills) words.push('--drills');
      const said = JSON.parse(await world.belfry(who, ...words));
      const computed = compliance(records, pack, await visibleTo(world, who), {
        entity,
        ...query,
        from: micros(query.from ?? day(-400)),
        to: query.to ? micros(query.to) : undefined,
        now: micros(said.asOfTime),
      });
      const server = (said.duties ?? []).map((duty) => ({
        record: duty.record,
        instance: duty.instance,
        state: duty.state,
        opened: micros(duty.openTime),
        due: micros(duty.dueTime),
        settled: micros(duty.settleTime),
        lateMs: Number(duty.lateMs ?? 0),
        overdue: duty.overdue ?? false,
        wasOverdue: duty.wasOverdue ?? false,
        events: (duty.events ?? []).map((event) => `${event.version} ${event.kind}`),
      }));
      assert.deepEqual(server, computed, `${who} ${entity}`);
      assert.equal(Number(said.total.aroseCount ?? 0), server.length);
      duties += server.length;
    }
    t.diagnostic(`${duties} duties of compliance files, each with its events`);
  });

  await t.test('tables, CSV and Markdown say the same', async () => {
    const said = JSON.parse(await world.belfry('auditor', 'stats', '--format', 'json', '--from', day(-1)));
    const csv = await world.belfry('auditor', 'stats', '--format', 'csv', '--from', day(-1));
    assert.match(csv, new RegExp(`^total,,incident_count,${said.total.incidentCount}\r$`, 'm'));
    assert.match(csv, new RegExp(`^total,,acknowledge.reached.p90,${said.total.acknowledge.reached.p90}\r$`, 'm'));
    assert.match(csv, new RegExp(`^duties,,late_count,${said.duties.lateCount}\r$`, 'm'));
    const table = await world.belfry('auditor', 'stats', '--from', day(-1));
    assert.match(table, new RegExp(`${said.total.incidentCount} incidents, ${said.total.openCount} open`));
    assert.match(table, /evidence\s+and\s+not\s+a\s+verdict/);
    const markdown = path.join(world.directory, 'dop.md');
    await world.belfry('auditor', 'compliance', 'DOP', '--from', day(-400), '--output', markdown);
    const text = await readFile(markdown, 'utf8');
    assert.match(text, /^# Compliance file of DOP/);
    assert.match(text, /evidence and not a verdict/);
  });
  t.diagnostic(`${figures} numbers of ${cases.length} questions over ${incidents.length} incidents and ${events} events are equal`);
});
