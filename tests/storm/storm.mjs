// A storm of faults: many notices over many channels through the real server and two real bots, while
// every platform misbehaves at three calls in ten and the bots are killed every few seconds.
//
//   BELFRY_BIN=build/release/bin node --test tests/storm/storm.mjs
//
//   BELFRY_STORM_CHANNELS  20     BELFRY_STORM_NOTES  notes for each channel, 5; the long run has 95
//   BELFRY_STORM_SEED             BELFRY_STORM_KILL_MS  time between kills, 4000
//   BELFRY_STORM_HANGS     0.01   share of the faults that never answer: each costs a time-out
//   BELFRY_STORM_PLATFORMS        some of slack,mattermost,webhook,email, by commas
//   BELFRY_STORM_TRUTH            where to keep the file of what arrived
//
// Every note arrives; the notes of a channel arrive in order; nothing is seen twice where the platform
// can be asked (Slack, Mattermost); where it cannot (mail, webhooks) a message is seen twice only when
// its first time was uncertain: a fault after it was taken, or a kill.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { configureServer, startServer } from '../peers/lib/belfry.mjs';
import { connect, listDeliveries } from '../peers/lib/grpc_client.mjs';
import { startMailServer } from '../peers/lib/mail_server.mjs';
import { requiredVariable, start, temporaryDirectory, waitUntil } from '../peers/lib/process.mjs';
import { randomFrom, startFakePlatforms } from './fake_platforms.mjs';
import { agencies, configureStormBot, directoryText } from './government.mjs';
import { Truth } from './truth.mjs';

const setting = (name, otherwise) => Number(process.env[`BELFRY_STORM_${name}`] ?? otherwise);
const CHANNELS = setting('CHANNELS', 20);
const NOTES = setting('NOTES', 5);
const KILL_MS = setting('KILL_MS', 4000);
const HANGS = setting('HANGS', 0.01);
const SEED = setting('SEED', Math.floor(Math.random() * 2 ** 32));
const FAULT_SHARE = 0.3;
const BOTS = 2;
const COUNTERS = ['delivered', 'retried', 'failed', 'not_attempted', 'ambiguous', 'ambiguous_leases',
  'lookups', 'doubles_avoided', 'possible_doubles'];

// Mail has its own words for the same troubles.
function mailFault(fault, accept) {
  if (fault === 'none') return accept('none');
  if (['429', '500', 'reset', 'garbage', 'hang'].includes(fault)) return { code: 451, text: '4.3.0 later' };
  accept(fault);
  return 'reset-after';
}

function contentOf(raw) {
  const delivery = /^X-Belfry-Delivery: (\S+)/m.exec(raw)?.[1];
  const to = /^To: (\S+)/m.exec(raw)?.[1];
  return { delivery, to, text: raw.replaceAll('=\r\n', '') };
}

// One bot that is started again whenever it was killed.
class Bot {
  constructor(t, { bin, name, file, url }) {
    Object.assign(this, { t, bin, name, file, url, kills: 0, totals: new Map() });
    this.run();
  }
  run() {
    this.running = start(this.t, this.name, path.join(this.bin, 'belfry-bot'), ['--config', this.file]);
  }
  async readCounters() {
    const body = await (await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(500) })).text();
    return new Map(COUNTERS.map((name) => [
      name, Number(new RegExp(`^belfry_bot_${name}_total (\\d+)$`, 'm').exec(body)?.[1] ?? 0),
    ]));
  }
  keep(counters) {
    for (const [name, value] of counters) this.totals.set(name, (this.totals.get(name) ?? 0) + value);
  }
  async killAndRestart(truth) {
    // What it counted dies with it, so ask just before.
    const counters = await this.readCounters().catch(() => new Map());
    truth.kill(this.name);
    await this.running.kill();
    this.keep(counters);
    this.kills += 1;
    this.run();
  }
}

async function fill(api, list) {
  const incidents = new Map();
  for (const { name, entity } of list) {
    const created = await api.call('IncidentService', 'createIncident', {
      title: `Storm over ${name}`, entity, requestId: `storm-${name}`,
      categories: [{ category: 'CAT-07', subValues: ['SUCCESSFUL'] }],
    });
    incidents.set(name, created.incident.name);
  }
  for (let i = 1; i <= NOTES; ++i) {
    const number = `${i}`.padStart(4, '0');
    await Promise.all(list.map(({ name }) => api.call('IncidentService', 'addNote', {
      name: incidents.get(name), text: `note ${number} of ${name}`, requestId: `${name}-${number}`,
    })));
  }
}

const isOpen = ({ state }) => state === 'STATE_PENDING' || state === 'STATE_LEASED';
const isOurs = ({ target }) => target.startsWith('channels/');

test(`a storm with seed ${SEED}`, async (t) => {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const directory = await temporaryDirectory(t);
  const truth = new Truth(process.env.BELFRY_STORM_TRUTH ?? path.join(directory, 'truth.jsonl'));
  const list = agencies(CHANNELS, process.env.BELFRY_STORM_PLATFORMS?.split(','));
  const server = await configureServer(directory, {
    principals: [
      { name: 'systems/bot', rights: ['RIGHT_BOT'] },
      { name: 'systems/admin', rights: ['RIGHT_ADMIN'] },
      { name: 'people/csirt.handler' },
    ],
  });
  await writeFile(path.join(directory, 'directory.textproto'), directoryText(list));
  await startServer(t, { bin, directory, address: server.address });
  const handler = await connect(t, server.address, server.tokenFiles['people/csirt.handler']);
  const admin = await connect(t, server.address, server.tokenFiles['systems/admin']);

  const platforms = await startFakePlatforms(t, {
    random: randomFrom(SEED), share: FAULT_SHARE, hangs: HANGS, truth,
  });
  const mail = await startMailServer(t, {
    onData: (raw) => {
      const { delivery, to, text } = contentOf(raw);
      return mailFault(platforms.choose(), (fault) => {
        truth.accept({ platform: 'email', place: to, delivery, text, fault });
      });
    },
  });
  await fill(handler, list);

  const began = Date.now();
  const bots = [];
  for (let i = 1; i <= BOTS; ++i) {
    const configured = await configureStormBot(path.join(directory, `bot-${i}`), {
      holder: `bot-${i}`, server: server.address, tokenFile: server.tokenFiles['systems/bot'],
      list, platformsUrl: platforms.url, mailPort: mail.port,
    });
    bots.push(new Bot(t, { bin, name: `bot-${i}`, ...configured }));
  }
  let open = [];
  let done = false;
  const killer = (async () => {
    for (let next = 0; !done; next = (next + 1) % BOTS) {
      await pause(KILL_MS);
      if (!done) await bots[next].killAndRestart(truth);
    }
  })();
  await waitUntil('every notice is out', async () => {
    await pause(250); // the whole list is long, and the machine is busy enough
    open = (await listDeliveries(admin)).filter((one) => isOurs(one) && isOpen(one));
    return open.length === 0;
  }, { timeoutMs: setting('TIMEOUT_MS', 150_000 + NOTES * 6_000) }).catch((error) => {
    const said = bots.map(({ running }) => running.describe()).join('\n');
    throw new Error(`${error.message}; the first of ${open.length}: ${JSON.stringify(open.at(-1))}\n${said}`);
  });
  done = true;
  const seconds = (Date.now() - began) / 1000;
  await killer;
  for (const bot of bots) {
    bot.keep(await waitUntil('the bot says what it counted', () => bot.readCounters()));
    await bot.running.stop(); if (process.env.BELFRY_STORM_LOGS) console.log(bot.running.output);
  }
  await pause(1_000); // what is late has arrived
  await truth.close();

  const ours = (await listDeliveries(admin)).filter(isOurs);
  const dead = ours.filter(({ state }) => state === 'STATE_DEAD');
  const { rows, problems } = truth.judge(
    list.map(({ name, platform, place }) => ({ name, platform, place, notes: NOTES })),
  );
  const faults = [...platforms.counts].filter(([name]) => name !== 'none').reduce((sum, [, n]) => sum + n, 0);
  const calls = faults + (platforms.counts.get('none') ?? 0);
  console.log(`\n${ours.length} notices over ${CHANNELS} channels in ${seconds.toFixed(1)} s; ` +
    `${truth.kills.length} kills of ${BOTS} bots; ${faults} of ${calls} calls over HTTP went wrong`);
  console.table(rows);
  console.log(`faults: ${[...platforms.counts].map(([name, n]) => `${name} ${n}`).join(', ')}`);
  for (const name of COUNTERS) {
    console.log(`belfry_bot_${name}_total ${bots.reduce((sum, bot) => sum + (bot.totals.get(name) ?? 0), 0)}`);
  }
  assert.deepEqual(dead.map(({ name, lastError }) => `${name}: ${lastError}`), [], 'nothing was given up');
  assert.deepEqual(problems, [], 'everything arrived, in order, and no more often than it had to');
  for (const row of rows) {
    if (row.platform === 'slack' || row.platform === 'mattermost') {
      assert.equal(row.doubles, 0, `${row.platform} can be asked`);
    }
    assert.ok(row.doubles <= row.uncertain, `${row.platform}: no more doubles than uncertain attempts`);
  }
  assert.ok(truth.kills.length > 0 && faults > 0, 'there was a storm');
});
