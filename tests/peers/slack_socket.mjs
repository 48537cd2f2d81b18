// Socket Mode: against the emulator as in daily life, and against a Slack that closes, repeats and
// refuses as the real one does on bad days. The bot has no port of its own.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/slack_socket.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { configureBot, configureServer, startBot, startServer } from './lib/belfry.mjs';
import { freePorts, requiredVariable, temporaryDirectory, waitUntil } from './lib/process.mjs';
import { CHANNELS, startSlackEmulator, USERS, WORKSPACE } from './lib/slack_emulator.mjs';
import { startSlackFake } from './lib/slack_fake.mjs';

const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
const botToken = `xoxb-${randomBytes(12).toString('hex')}`;
const appToken = `xapp-${randomBytes(12).toString('hex')}`;
const TITLE = 'Ransom note on three PCs';
// Slack gives up after three seconds.
const ANSWER_MS_MAX = 3000;

async function configureBoth(directory, apiBaseUrl) {
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/bot', rights: ['RIGHT_BOT'] }],
  });
  await configureBot(directory, {
    server: server.address,
    tokenFile: server.tokenFiles['systems/bot'],
    workspace: WORKSPACE,
    apiBaseUrl,
    botToken,
    appToken,
  });
  return server;
}

async function startWithFake(t, options = {}) {
  const directory = await temporaryDirectory(t);
  const fake = await startSlackFake(t, WORKSPACE, options);
  const server = await configureBoth(directory, fake.apiBaseUrl);
  await startServer(t, { bin, directory, address: server.address });
  const bot = await startBot(t, { bin, directory, env: options.env, ready: options.ready });
  return { fake, bot, directory };
}

function command(text, user = 'dop.iso') {
  return {
    team_id: WORKSPACE,
    user_id: USERS[user].id,
    channel_id: CHANNELS['dop-incidents'],
    command: '/incident',
    text,
    trigger_id: randomBytes(8).toString('hex'),
    response_url: 'https://hooks.slack.com/commands/none',
  };
}

test('an incident over the emulator, without a port of our own', async (t) => {
  const directory = await temporaryDirectory(t);
  const [slackPort] = await freePorts(1);
  const server = await configureBoth(directory, `http://127.0.0.1:${slackPort}/api/`);
  const slack = await startSlackEmulator(t, { directory, botToken, appToken, port: slackPort });
  await startServer(t, { bin, directory, address: server.address });
  const bot = await startBot(t, { bin, directory });
  await slack.command('dop.clerk', 'dop-incidents', `open "${TITLE}" sev:3 agency:DOP`);
  const headline = await waitUntil('the headline', async () =>
    (await slack.messages('dop-incidents')).find(
      (message) => message.subtype !== 'ephemeral' && message.text.includes(TITLE),
    ),
  );
  await slack.press('dop.iso', headline, 'Acknowledge');
  await waitUntil('the headline says who', async () =>
    (await slack.messages('dop-incidents')).find(
      (message) => message.ts === headline.ts && /acknowledged by/i.test(message.text),
    ),
  );
  await slack.say('dop.iso', 'dop-incidents', `<@U0BELFRY> show`, headline.ts);
  await waitUntil('an answer in the thread', async () =>
    (await slack.messages('dop-incidents')).find(
      (message) => message.thread_ts === headline.ts && message.bot_id && message.blocks?.length > 2,
    ),
  );
  assert.equal(await bot.stop(), 0, 'stops when it is asked to');
  assert.doesNotMatch(bot.output, new RegExp(`${botToken}|${appToken}`), 'no token in the log');
});

test('Slack asks for a new connection: nothing is lost, and there is one in the end', async (t) => {
  const { fake } = await startWithFake(t);
  const [first] = fake.open();
  fake.disconnect('warning');
  await waitUntil('a second connection', () => fake.sockets.length === 2);
  assert.ok(!first.closed, 'the old one is still there');
  // Both get work meanwhile, as Slack deals it to any of them.
  const answers = await Promise.all(
    [first, fake.sockets[1]].map((socket) =>
      fake.envelope('slash_commands', command('help'), { socket }),
    ),
  );
  for (const answer of answers) {
    assert.match(JSON.stringify(answer.payload), /ephemeral/);
    assert.ok(answer.milliseconds < ANSWER_MS_MAX, `${answer.milliseconds} ms`);
  }
  await waitUntil('the old one ends', () => first.closed);
  assert.equal(fake.open().length, 1);
  assert.equal(fake.callsOf('apps.connections.open').length, 2);
});

test('a connection that breaks is replaced, with one attempt at a time', async (t) => {
  const { fake } = await startWithFake(t);
  fake.fail('apps.connections.open', { status: 503 }, 1);
  fake.fail('apps.connections.open', 'reset', 1);
  fake.fail(
    'apps.connections.open',
    { status: 429, headers: { 'retry-after': '2' }, body: { ok: false, error: 'ratelimited' } },
    1,
  );
  fake.sockets[0].drop();
  await waitUntil('a new connection', () => fake.sockets.length === 2, { timeoutMs: 30_000 });
  const asked = fake.callsOf('apps.connections.open').map((call) => call.time);
  assert.equal(asked.length, 5);
  for (let i = 2; i < asked.length; ++i) {
    assert.ok(asked[i] - asked[i - 1] >= 450, `attempt ${i} came ${asked[i] - asked[i - 1]} ms later`);
  }
  assert.ok(asked[4] - asked[3] >= 1950, 'as long as Slack asked for');
  const answer = await fake.envelope('slash_commands', command('help'));
  assert.match(JSON.stringify(answer.payload), /ephemeral/);
});

test('the same envelope twice is done once; a broken one is acknowledged and counted', async (t) => {
  const { fake } = await startWithFake(t);
  const report = command(`open "${TITLE}" sev:3 agency:DOP`, 'dop.clerk');
  const first = await fake.envelope('slash_commands', report, { id: 'same' });
  const second = await fake.envelope('slash_commands', report, { id: 'same' });
  assert.deepEqual(second.payload, first.payload);
  // The same act in another envelope: the server knows it again.
  await fake.envelope('slash_commands', report, { id: 'another' });
  const broken = await fake.envelope('interactive', { type: 'block_actions' });
  assert.equal(broken.payload, undefined);
  await fake.awaitCall('chat.postMessage', (args) => args.text.includes(TITLE));
  const list = await fake.envelope('slash_commands', command('list'));
  const ids = new Set(JSON.stringify(list.payload).match(/DOP-\d{4}-\d{4}/g));
  assert.equal(ids.size, 1, `one incident, not ${[...ids]}`);
});

test('Socket Mode turned off, or too many connections: the bot waits', async (t) => {
  const { fake, bot } = await startWithFake(t);
  fake.disconnect('link_disabled');
  await waitUntil('the connection ends', () => fake.open().length === 0);
  await waitUntil('it says why', () => /turned off/.test(bot.output));
  assert.equal(fake.callsOf('apps.connections.open').length, 1);
  assert.equal(await bot.stop(), 0);
});

test('TLS: a certificate that nobody vouches for gets nothing', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = (name) => path.join(directory, name);
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key.pem'), '-out', file('ca.pem')],
  ], { stdio: 'ignore' });
  const tls = { key: await readFile(file('key.pem')), cert: await readFile(file('ca.pem')) };
  await t.test('refused', async (inner) => {
    const { fake, bot } = await startWithFake(inner, {
      tls,
      ready: async (running) => /no new connection: TLS/.test(running.output),
    });
    assert.equal(fake.sockets.length, 0);
    assert.doesNotMatch(bot.output, /ticket=/, 'the address is a secret');
  });
  await t.test('accepted when it is trusted', async (inner) => {
    const { fake } = await startWithFake(inner, { tls, env: { SSL_CERT_FILE: file('ca.pem') } });
    const answer = await fake.envelope('slash_commands', command('help'));
    assert.match(JSON.stringify(answer.payload), /ephemeral/);
  });
});
