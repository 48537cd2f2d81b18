// belfry-witness as it is shipped: spoken to over HTTP as C2SP tlog-witness says, killed in the
// middle, and shown two histories.
//
//   BELFRY_BIN=build/release/bin node --test tests/record/witness_test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { freePorts, requiredVariable, start, temporaryDirectory, waitUntil } from '../peers/lib/process.mjs';
import * as make from './generate.mjs';
import { parseCheckpoint, parseVerifierKey } from './verify.mjs';

const ORIGIN = 'mass.example/belfry';
const OTHER = 'city.example/belfry';
const NAME = 'witness.example/w1';
const KILLS = Number(process.env.BELFRY_WITNESS_KILLS ?? 12);

class World {
  static async create(t) {
    const world = new World();
    world.t = t;
    world.bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
    world.directory = await temporaryDirectory(t);
    [world.port] = await freePorts(1);
    world.keys = new Map([ORIGIN, OTHER].map((origin) => [origin, make.makeKey(origin)]));
    const keyFile = path.join(world.directory, 'witness.pem');
    const words = ['audit', 'keygen', keyFile, '--type', 'witness', '--name', NAME];
    world.verifier = execFileSync(path.join(world.bin, 'belfry'), words, { encoding: 'utf8' }).trim();
    world.config = path.join(world.directory, 'witness.textproto');
    const logs = [...world.keys].map(([origin, key]) => `logs { origin: "${origin}" verifier_keys: "${key.verifier}" }`);
    writeFileSync(
      world.config,
      `listen: "127.0.0.1:${world.port}" name: "${NAME}" key_file: "${keyFile}"
       state_directory: "${path.join(world.directory, 'state')}" ${logs.join('\n')}`,
    );
    await world.start();
    return world;
  }

  async start() {
    this.running = start(this.t, 'belfry-witness', path.join(this.bin, 'belfry-witness'), ['--config', this.config]);
    await waitUntil('the witness listens', async () => (await fetch(`${this.url}/healthz`)).ok, { process: this.running });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  note(origin, hashes) {
    return make.signedNote(this.keys.get(origin), make.checkpointText(origin, hashes.length, make.rootOf(hashes)));
  }

  /** Offers the tree over `hashes` to who has cosigned `from` of them. */
  async offer(origin, hashes, from, { note = this.note(origin, hashes) } = {}) {
    const proof = make.consistencyProof(hashes, Math.min(from, hashes.length)).map((hash) => `${hash.toString('base64')}\n`);
    const response = await fetch(`${this.url}/add-checkpoint`, { method: 'POST', body: `old ${from}\n${proof.join('')}\n${note}` });
    return { status: response.status, type: response.headers.get('content-type'), body: await response.text(), note };
  }
}

const leaves = (count, history = '') => Array.from({ length: count }, (_, i) => make.leafHash(Buffer.from(`${history}${i}`)));

test('cosigns what grows, and its line checks with its key', async (t) => {
  const world = await World.create(t);
  const all = leaves(40);
  let size = 0;
  for (const next of [1, 2, 8, 8, 23, 40]) {
    const answer = await world.offer(ORIGIN, all.slice(0, next), size);
    assert.equal(answer.status, 200, answer.body);
    const checkpoint = parseCheckpoint(Buffer.from(answer.note + answer.body));
    assert.equal(checkpoint.signatures.length, 2);
    assert.equal(checkpoint.signatures[1].name, NAME);
    assert.ok(checkpoint.signatures[1].id.equals(parseVerifierKey(world.verifier).id));
    size = next;
  }
  // Logs do not know of each other.
  assert.equal((await world.offer(OTHER, leaves(3, 'other'), 0)).status, 200);
});

test('answers as the specification says', async (t) => {
  const world = await World.create(t);
  const all = leaves(20);
  assert.equal((await world.offer(ORIGIN, all.slice(0, 9), 0)).status, 200);
  const conflict = await world.offer(ORIGIN, all, 4);
  assert.deepEqual([conflict.status, conflict.type, conflict.body], [409, 'text/x.tlog.size', '9\n']);
  assert.equal((await world.offer(ORIGIN, all.slice(0, 5), 9)).status, 400);
  assert.equal((await world.offer(ORIGIN, [...all.slice(0, 4), ...leaves(9, 'b')], 9)).status, 422);
  assert.equal((await world.offer(ORIGIN, leaves(9, 'b'), 9)).status, 409);
  const unknown = make.signedNote(make.makeKey('x.example/belfry'), make.checkpointText('x.example/belfry', 9, make.rootOf(all)));
  assert.equal((await world.offer(ORIGIN, all, 9, { note: unknown })).status, 404);
  const forged = make.signedNote(make.makeKey(ORIGIN), make.checkpointText(ORIGIN, 20, make.rootOf(all)));
  assert.equal((await world.offer(ORIGIN, all, 9, { note: forged })).status, 403);
  for (const body of ['', 'old 9', 'old 9\n\n', 'old x\n\nnote', `old 9\n${'A'.repeat(200_000)}\n\n`]) {
    const { status } = await fetch(`${world.url}/add-checkpoint`, { method: 'POST', body });
    assert.ok([400, 413].includes(status), `${status} for ${body.slice(0, 20)}`);
  }
  assert.equal((await fetch(`${world.url}/add-checkpoint`)).status, 405);
  assert.equal((await world.offer(ORIGIN, all, 9)).status, 200);
  assert.match(world.running.output, /SPLIT VIEW/);
});

test(`vouches for one history although it is killed ${KILLS} times`, async (t) => {
  const world = await World.create(t);
  const histories = [leaves(4000), leaves(4000, 'b')];
  let cosigned = 0; // the largest size anybody has a cosignature for
  let size = 0; // that the witness says it has
  let signatures = 0;
  for (let kill = 0; kill < KILLS; ++kill) {
    let stop = false;
    const asker = (async () => {
      while (!stop) {
        const next = Math.min(size + 1 + (size % 7), histories[0].length);
        const answer = await world.offer(ORIGIN, histories[0].slice(0, next), size).catch(() => undefined);
        if (answer === undefined) break;
        if (answer.status === 200) {
          cosigned = size = next;
          ++signatures;
        } else if (answer.status === 409) {
          size = Number(answer.body);
        } else {
          assert.fail(`${answer.status}: ${answer.body}`);
        }
      }
    })();
    // Somewhere behind the next few, in the middle of something.
    const goal = signatures + 1 + (kill % 4);
    await Promise.race([asker, waitUntil('some are cosigned', () => signatures >= goal)]);
    await world.running.kill();
    stop = true;
    await asker;
    await world.start();
    // Nothing that was cosigned is forgotten, so the other history gets nothing.
    const probe = await world.offer(ORIGIN, histories[1].slice(0, cosigned + 5), 0);
    assert.equal(probe.status, 409);
    size = Number(probe.body);
    assert.ok(size >= cosigned, `cosigned ${cosigned}, remembers ${size}`);
    assert.equal((await world.offer(ORIGIN, histories[1].slice(0, size + 3), size)).status, 422);
  }
  t.diagnostic(`${signatures} cosignatures up to size ${cosigned} over ${KILLS} kills`);
});

test('two witnesses do not share a state', async (t) => {
  const world = await World.create(t);
  const [port] = await freePorts(1);
  const config = path.join(world.directory, 'second.textproto');
  const text = execFileSync('cat', [world.config], { encoding: 'utf8' });
  writeFileSync(config, text.replace(`:${world.port}"`, `:${port}"`));
  const second = start(t, 'second', path.join(world.bin, 'belfry-witness'), ['--config', config]);
  assert.equal(await second.exited(), 1);
  assert.match(second.output, /another witness/);
});
