// Slack's SDK judges the signatures that belfry-bot computes.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/signature_oracle.mjs
//
// BELFRY_TEST_SEED repeats a run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';

import { requiredVariable } from './lib/process.mjs';
import { slackAccepts } from './lib/slack_sdk.mjs';

const REQUESTS = 200;
// Larger bodies have a sample of their bytes flipped.
const FLIP_ALL_MAX = 512;
const FLIP_SAMPLE = 32;

const seed = Number(process.env.BELFRY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32));
let state = seed >>> 0;

// Mulberry32: enough for test data, and repeatable.
function random(below) {
  state = (state + 0x6d2b79f5) >>> 0;
  let x = state;
  x = Math.imul(x ^ (x >>> 15), x | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) % below;
}

function pick(list) {
  return list[random(list.length)];
}

// What Slack's SDK can judge is text: it decodes the body as UTF-8 before it looks.
const PIECES = ['text=', '&', '%20', '+', '\0', '\n', '\r\n', '\t', ':', 'v0:', 'é', '€', '𝄞', '"', '{}', '\\'];

function randomBody(index) {
  if (index === 0) return Buffer.alloc(0);
  const length = index % 50 === 1 ? 64 * 1024 : random(400);
  let text = '';
  while (text.length < length) {
    text += random(4) === 0 ? pick(PIECES) : String.fromCharCode(0x20 + random(0x5f));
  }
  return Buffer.from(text, 'utf8');
}

function randomSecret() {
  const alphabet = 'abcdef0123456789';
  return Array.from({ length: pick([1, 32, 32, 32, 64, 65, 200]) }, () => pick(alphabet)).join('');
}

function flipped(bytes, at) {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1 + random(255);
  return copy;
}

// A pure ASCII text with one character replaced by another printable one.
function changed(text, at) {
  let other;
  do {
    other = String.fromCharCode(0x21 + random(0x5e));
  } while (other === text[at]);
  return text.slice(0, at) + other + text.slice(at + 1);
}

const now = 1_800_000_000;
const requests = Array.from({ length: REQUESTS }, (_, index) => ({
  secret: randomSecret(),
  timestamp: String(now - random(300)),
  body: randomBody(index),
  now,
}));

function sign(list) {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const input = list
    .map(({ secret, timestamp, body }) => `${secret}\t${timestamp}\t${body.toString('base64')}\n`)
    .join('');
  const result = spawnSync(path.join(bin, 'slack_sign'), { input, maxBuffer: 1 << 26 });
  if (result.error) throw result.error;
  assert.equal(result.status, 0, result.stderr.toString());
  const signatures = result.stdout.toString().split('\n');
  assert.equal(signatures.pop(), '', 'the last line is complete');
  assert.equal(signatures.length, list.length, 'one signature for each line');
  return signatures;
}

test(`with seed ${seed}`, async (t) => {
  const signed = sign(requests).map((signature, index) => ({ ...requests[index], signature }));

  await t.test(`Slack accepts ${REQUESTS} signatures of ours`, () => {
    for (const [index, request] of signed.entries()) {
      assert.match(request.signature, /^v0=[0-9a-f]{64}$/);
      assert.ok(slackAccepts(request), `request ${index}`);
    }
  });

  await t.test('Slack refuses a body with any byte changed', () => {
    for (const [index, request] of signed.entries()) {
      const { length } = request.body;
      const places =
        length <= FLIP_ALL_MAX
          ? Array.from({ length }, (_, at) => at)
          : Array.from({ length: FLIP_SAMPLE }, () => random(length));
      for (const at of places) {
        assert.ok(
          !slackAccepts({ ...request, body: flipped(request.body, at) }),
          `request ${index}, byte ${at}`,
        );
      }
    }
  });

  await t.test('Slack refuses a body one byte longer or shorter', () => {
    for (const [index, request] of signed.entries()) {
      const longer = Buffer.concat([request.body, Buffer.from([0])]);
      assert.ok(!slackAccepts({ ...request, body: longer }), `request ${index}, longer`);
      if (request.body.length === 0) continue;
      const shorter = request.body.subarray(0, -1);
      assert.ok(!slackAccepts({ ...request, body: shorter }), `request ${index}, shorter`);
    }
  });

  await t.test('Slack refuses another secret, time or signature', () => {
    for (const [index, request] of signed.entries()) {
      for (const field of ['secret', 'timestamp', 'signature']) {
        const value = changed(request[field], random(request[field].length));
        assert.ok(!slackAccepts({ ...request, [field]: value }), `request ${index}, ${field}`);
      }
    }
  });

  await t.test("the example of Slack's documentation", () => {
    const example = {
      secret: '8f742231b10e8888abcd99yyyzzz85a5',
      timestamp: '1531420618',
      body: Buffer.from(
        'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow' +
          '&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner' +
          '&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
          '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
          '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
      ),
      now: 1531420618,
    };
    const [signature] = sign([example]);
    assert.equal(signature, 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503');
    assert.ok(slackAccepts({ ...example, signature }));
  });
});
