// The Standard Webhooks library judges what belfry-bot sends: every signature is one it accepts, with
// the new secret and with the old one; and a receiver's answers are heeded.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/webhook.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import test from 'node:test';

import { Webhook } from 'standardwebhooks';

import { secretFile, startGovernment } from './lib/sinks.mjs';
import { waitUntil } from './lib/process.mjs';

const CHANNELS = 'channels { name: "channels/siem" platform: "webhook" address: "siem" scope: "entities/dop" }';
const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

// Keeps what it gets, and answers what `answer` says: { status, headers }.
async function startReceiver(t, answer) {
  const requests = [];
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const one = {
      at: Date.now(), path: request.url, method: request.method, headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    requests.push(one);
    const { status = 204, headers = {} } = answer(one, requests) ?? {};
    response.writeHead(status, headers);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}/hook`, requests };
}

async function startWith(t, answer, secrets = [newSecret()]) {
  const receiver = await startReceiver(t, answer);
  const government = await startGovernment(t, {
    channels: CHANNELS,
    bot: async ({ directory }) => {
      const files = await Promise.all(secrets.map((secret, i) => secretFile(directory, `secret-${i}`, secret)));
      return `webhooks { name: "siem" kind: KIND_STANDARD url_file: ${await secretFile(directory, 'url', receiver.url)}
        ${files.map((file) => `secret_files: ${file}`).join(' ')} }`;
    },
  });
  return { receiver, government, secrets };
}

test('the library accepts every message, with either secret while one is being replaced', async (t) => {
  const { receiver, government, secrets } = await startWith(t, () => {}, [newSecret(), newSecret()]);
  const name = await government.open('Mail is encrypted · é€𝄞');
  await government.note(name, 'Switched off the switch');
  await waitUntil('the note arrives', () => receiver.requests.some(({ body }) => body.includes('Switched off')));
  for (const { headers, body, method, path } of receiver.requests) {
    assert.equal(`${method} ${path}`, 'POST /hook');
    for (const secret of secrets) assert.ok(new Webhook(secret).verify(body, headers));
    assert.throws(() => new Webhook(newSecret()).verify(body, headers));
    assert.throws(() => new Webhook(secrets[0]).verify(`${body} `, headers));
    const { type, timestamp, data } = JSON.parse(body);
    assert.equal(type, 'belfry.notice.v1');
    assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
    assert.equal(data.delivery, `deliveries/${headers['webhook-id']}`);
  }
  const headline = receiver.requests.map(({ body }) => JSON.parse(body).data).find(({ notice }) => notice.kind === 'KIND_HEADLINE' && notice.incident.name === name);
  assert.equal(headline.notice.incident.title, 'Mail is encrypted · é€𝄞');
  const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, ids.length, 'each once');
  for (const secret of secrets) assert.ok(!government.bot.output.includes(secret.slice(6)));
});

test('of a restricted incident only that it is there', async (t) => {
  const { receiver, government } = await startWith(t, () => {});
  const open = await government.open('Plain sight');
  const hidden = await government.open('Insider under suspicion', { restricted: true });
  await government.note(hidden, 'The suspect is away');
  await government.note(open, 'Seen by all');
  await waitUntil('the plain note arrives', () => receiver.requests.some(({ body }) => body.includes('Seen by all')));
  for (const { body } of receiver.requests) assert.doesNotMatch(body, /Insider|suspect/);
});

test('410 ends it; 429 is waited for; redirects are not followed', async (t) => {
  await t.test('410', async (t) => {
    const { government } = await startWith(t, () => ({ status: 410 }));
    await government.open('Gone');
    const dead = await government.delivery('a dead delivery', ({ state }) => state === 'STATE_DEAD');
    assert.match(dead.lastError, /410/);
    assert.equal(dead.attempt, 1);
  });
  await t.test('429', async (t) => {
    const { receiver, government } = await startWith(t, (_, { length }) =>
      length === 1 ? { status: 429, headers: { 'retry-after': '2' } } : {});
    await government.open('Busy');
    await waitUntil('the second attempt', () => receiver.requests.length >= 2);
    const [first, second] = receiver.requests;
    assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
    assert.ok(second.at - first.at >= 2_000, `after ${second.at - first.at} ms`);
  });
  await t.test('redirect', async (t) => {
    const { receiver, government } = await startWith(t, () => ({ status: 302, headers: { location: '/elsewhere' } }));
    await government.open('Moved');
    const dead = await government.delivery('a dead delivery', ({ state }) => state === 'STATE_DEAD');
    assert.match(dead.lastError, /redirect/);
    assert.ok(receiver.requests.every(({ path }) => path === '/hook'));
  });
});
