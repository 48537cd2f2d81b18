// Whoever changes one thing in an export is found by both verifiers, and the right record is named.
//
//   BELFRY_BIN=build/release/bin node --test tests/record/tamper_test.mjs
//
// BELFRY_TAMPER_SEED and BELFRY_TAMPER_CHANGES (1,000 for the long run) say which changes are made;
// the seed is printed, and a failure keeps its file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import * as make from './generate.mjs';
import { namesIt, tamper } from './tamper.mjs';
import { parseVerifierKey, verifyFile } from './verify.mjs';

const SEED = process.env.BELFRY_TAMPER_SEED ?? '20261127';
const CHANGES = Number(process.env.BELFRY_TAMPER_CHANGES ?? 150);
const BIN = process.env.BELFRY_BIN;
const INSTANCE = 'mass.example/belfry';

const directory = mkdtempSync(path.join(tmpdir(), 'belfry-tamper-'));
let keep = false;
test.after(() => keep || rmSync(directory, { recursive: true }));

/** What `belfry audit verify` says, as verifyFile() does. */
async function verifyWithProgram(file, { key, witness, held }) {
  const words = ['audit', 'verify', file, '--key', key, '--witness-key', witness, '--strict', '--held', held];
  try {
    const { stdout } = await promisify(execFile)(path.join(BIN, 'belfry'), [...words, '--output', 'json']);
    return JSON.parse(stdout);
  } catch (error) {
    if (error.code !== 1) throw error;
    return JSON.parse(error.stdout);
  }
}

export async function tryChanges({ clean, older, key, witness, heldNote, changes, random }) {
  const held = path.join(directory, 'held.note');
  writeFileSync(held, heldNote);
  const options = {
    keys: [parseVerifierKey(key)], witnessKeys: [parseVerifierKey(witness)], held: [Buffer.from(heldNote)], strict: true,
  };
  const file = path.join(directory, 'export.belfry-record');
  writeFileSync(file, clean);
  const first = verifyFile(file, options);
  assert.equal(first.ok, true, `the clean one: ${first.what}`);
  if (BIN) assert.equal((await verifyWithProgram(file, { key, witness, held })).ok, true);
  for (const old of older) {
    // By themselves they are as good as the new one.
    writeFileSync(file, old);
    assert.equal(verifyFile(file, { ...options, held: [] }).ok, true);
  }
  const seen = new Map();
  for (let n = 0; n < changes; ++n) {
    const change = tamper({ file: clean, older, random });
    writeFileSync(file, change.file);
    const say = (result, who) => {
      const text = `change ${n}, "${change.kind}", ${who}: ${JSON.stringify(result, (_, v) => (typeof v === 'bigint' ? String(v) : v))}, expected ${change.log} ${change.index}; ${file}`;
      return text;
    };
    try {
      const result = verifyFile(file, options);
      assert.equal(result.ok, false, say(result, 'verify.mjs'));
      assert.ok(namesIt(change, result), say(result, 'verify.mjs'));
      if (BIN) {
        const other = await verifyWithProgram(file, { key, witness, held });
        assert.equal(other.ok, false, say(other, 'belfry'));
        assert.ok(namesIt(change, other), say(other, 'belfry'));
        // Two implementations that share nothing say the same.
        assert.deepEqual(
          [other.reason, other.log, other.index, other.last, other.offset],
          [result.reason, result.log, result.index, result.last, result.offset].map((v) => (typeof v === 'bigint' || typeof v === 'number' ? String(v) : v)),
          say(other, 'belfry'),
        );
      }
    } catch (error) {
      keep = true;
      throw error;
    }
    seen.set(change.kind, (seen.get(change.kind) ?? 0) + 1);
  }
  return seen;
}

test(`${CHANGES} changes to an export, seed ${SEED}`, async (t) => {
  if (!BIN) t.diagnostic('BELFRY_BIN is not set: only verify.mjs is tried');
  const random = new make.Seeded(SEED);
  const key = make.makeKey(INSTANCE);
  const witness = make.makeKey('witness.example/w1', 'witness');
  const all = make.makeRecord({
    instance: INSTANCE, agencies: ['dop', 'dor', 'dot', '_instance'], records: 300, key, witnesses: [witness],
    random, every: 9, expunged: (index) => index % 40 === 7,
  });
  // What the same record was before: each log and the super-log, cut at a checkpoint.
  const older = [100, 200, 270].map((length) => make.fileOf(make.exportFrames(before(all, length, key, witness))));
  const seen = await tryChanges({
    clean: make.fileOf(make.exportFrames(all)), older, key: key.verifier, witness: witness.verifier,
    heldNote: all.superLog.notes.at(-1), changes: CHANGES, random,
  });
  for (const [kind, count] of [...seen].sort()) t.diagnostic(`${String(count).padStart(4)}  ${kind}`);
});

/** The record as it was after so many of its super-log's checkpoints had been made. */
function before({ logs, superLog }, records, key, witness) {
  const upTo = Math.floor(records / 9);
  const sizes = new Map();
  for (const leaf of superLog.leaves.slice(0, upTo)) {
    const length = leaf.readUInt16BE(1);
    sizes.set(leaf.subarray(3, 3 + length).toString(), Number(leaf.readBigUInt64BE(3 + length)));
  }
  const cut = logs
    .filter(({ origin }) => sizes.has(origin))
    .map((log) => {
      const size = sizes.get(log.origin);
      return {
        ...log,
        entries: log.entries.slice(0, size),
        notes: log.notes.filter((note) => Number(note.split('\n')[1]) <= size),
      };
    });
  return {
    logs: cut,
    superLog: { ...superLog, leaves: superLog.leaves.slice(0, upTo), notes: superLog.notes.slice(0, upTo) },
  };
}
