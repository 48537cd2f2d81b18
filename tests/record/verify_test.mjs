// The independent verifier on exports made from the format's description: what is right passes, and
// each kind of wrong is refused, named, by its place. With BELFRY_BIN `belfry audit verify` must say
// the same of each.
//
//   BELFRY_BIN=build/release/bin node --test tests/record/verify_test.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

import * as make from './generate.mjs';
import { parseVerifierKey as parse, verifyFile } from './verify.mjs';

/** The key and the text it came from, for the program. */
const parseVerifierKey = (text) => Object.assign(parse(text), { text });

const INSTANCE = 'mass.example/belfry';
const key = make.makeKey(INSTANCE);
const witness = make.makeKey('witness.example/w1', 'witness');
const KEYS = { keys: [parseVerifierKey(key.verifier)] };
const directory = mkdtempSync(path.join(tmpdir(), 'belfry-verify-'));
test.after(() => rmSync(directory, { recursive: true }));

function record(options = {}) {
  return make.makeRecord({
    instance: INSTANCE, agencies: ['dop', 'dor', '_instance'], records: 60, key, witnesses: [witness],
    random: new make.Seeded('verify_test'), ...options,
  });
}

function verify(frames, { alone = false, ...options } = {}) {
  const file = path.join(directory, 'export.belfry-record');
  writeFileSync(file, Buffer.isBuffer(frames) ? frames : make.fileOf(frames));
  const all = { ...KEYS, ...options };
  const result = verifyFile(file, all);
  if (process.env.BELFRY_BIN && !alone) assert.deepEqual(verifyWithProgram(file, all), gist(result));
  return result;
}

/** What both must agree on, as texts. */
function gist({ ok, reason, log, index, last, subject, version, offset, records, expunged, withheld, bytes }) {
  const text = (value) => (value === undefined ? undefined : String(value));
  return ok
    ? { ok, records: text(records), expunged: text(expunged), withheld: text(withheld), bytes: text(bytes) }
    : { ok, reason, log, index: text(index), last: text(last), subject: subject || undefined, version: text(version), offset: text(offset) };
}

function verifyWithProgram(file, { keys, witnessKeys = [], held = [], strict = false }) {
  const words = ['audit', 'verify', file, '--output', 'json'];
  for (const { text } of keys) words.push('--key', text);
  for (const { text } of witnessKeys) words.push('--witness-key', text);
  held.forEach((note, i) => {
    writeFileSync(`${file}.${i}`, note);
    words.push('--held', `${file}.${i}`);
  });
  if (strict) words.push('--strict');
  const { status, stdout, stderr } = spawnSync(path.join(process.env.BELFRY_BIN, 'belfry'), words, { encoding: 'utf8' });
  assert.ok(status === 0 || status === 1, `${status}: ${stderr}`);
  const result = JSON.parse(stdout);
  assert.equal(result.ok, status === 0);
  return gist(result);
}

/** Frames with another count at the end. */
function recounted(frames) {
  const body = frames.slice(0, -1);
  return [...body, make.endOf(body)];
}

/** Logs with whatever leaves they have, signed as if that were right: a server that does wrong. */
function signedAsIs(logs, order = (leaves) => leaves) {
  const rootOf = (leaves) => make.rootOf(leaves.map(make.leafHash));
  const superLeaves = [];
  const signed = logs.map((log) => {
    const sizes = [Math.ceil(log.entries.length / 3), Math.ceil(log.entries.length / 2), log.entries.length];
    const notes = sizes.map((size) => {
      const root = rootOf(log.entries.slice(0, size).map(({ leaf }) => leaf));
      superLeaves.push(make.superLeafBytes({ origin: log.origin, size, root }));
      return make.signedNote(key, make.checkpointText(log.origin, size, root));
    });
    return { ...log, notes };
  });
  const leaves = order(superLeaves);
  const note = make.signedNote(key, make.checkpointText(INSTANCE, leaves.length, rootOf(leaves)));
  return make.exportFrames({ logs: signed, superLog: { origin: INSTANCE, leaves, notes: [note] } });
}

const isLeafOf = (origin) => (frame) => frame.type === 'L' && frame.bytes.includes(Buffer.from(origin));

test('a clean export holds', () => {
  const result = verify(make.exportFrames(record()), { witnessKeys: [parseVerifierKey(witness.verifier)], strict: true });
  assert.equal(result.ok, true, result.what);
  assert.equal(result.records, 60);
  assert.equal(result.logs.length, 3);
  assert.equal(result.witnesses[0].size, result.superLog.size);
});

test('every size of a tree holds', () => {
  for (let records = 1; records <= 70; ++records) {
    const frames = make.exportFrames(record({ records, agencies: ['dop'], every: 3 }), { notes: 99 });
    const result = verify(frames, { alone: records % 10 !== 0 });
    assert.equal(result.ok, true, `${records}: ${result.what}`);
  }
});

test('P-256 signs as well', () => {
  const p256 = make.makeKey(INSTANCE, 'p256');
  const frames = make.exportFrames(record({ key: p256 }));
  assert.equal(verify(frames, { keys: [parseVerifierKey(p256.verifier)] }).ok, true);
  assert.equal(verify(frames).reason, 'SIGNATURE');
});

test('what was expunged or is withheld leaves the proofs as they are', () => {
  const some = record({ expunged: (index) => index % 3 === 1 });
  const payloads = (log, index) => (log.entries[index].expungedBy ? 'X' : index % 3 === 2 ? 'W' : 'P');
  const result = verify(make.exportFrames(some, { payloads }));
  assert.equal(result.ok, true, result.what);
  assert.ok(result.expunged > 0 && result.withheld > 0);
});

test('who takes a payload away cannot call it expunged', () => {
  for (const expunged of [() => false, (index) => index % 3 === 1]) {
    const frames = make.exportFrames(record({ agencies: ['dop'], expunged }));
    assert.equal(verify(frames).ok, true);
    // The last record of the log: nothing behind it can say anything.
    const at = frames.findLastIndex(({ type }) => type === 'P');
    frames[at] = { type: 'X', bytes: Buffer.alloc(0) };
    const result = verify(frames);
    const index = BigInt(frames.slice(0, at).filter(({ type }) => type === 'L').length - 1);
    assert.deepEqual([result.reason, result.index], ['EXPUNGED', index]);
    assert.equal(result.offset, make.framesOf(make.fileOf(frames))[at].offset);
  }
  // One record says so of one payload.
  const twice = make.exportFrames(record({ agencies: ['dop'], expunged: (index) => index === 1 }));
  const gone = twice.findIndex(({ type }) => type === 'X');
  const subject = /incidents\/dop-2026-\d{4}/.exec(twice[gone - 1].bytes.toString('latin1'))[0];
  const other = twice.findIndex(({ type, bytes }, at) => at > gone && type === 'L' && bytes.includes(subject));
  twice[other + 1] = { type: 'X', bytes: Buffer.alloc(0) };
  assert.deepEqual([verify(twice).reason, verify(twice).subject], ['EXPUNGED', subject]);
});

test('a changed payload is named', () => {
  const frames = make.exportFrames(record());
  const at = frames.findIndex((frame) => frame.type === 'O' && frame.bytes.equals(Buffer.from(`${INSTANCE}/dor`)));
  frames[at + 6].bytes[40] ^= 1; // O, L P, L P, L P: record 2
  const result = verify(frames);
  assert.equal(result.reason, 'COMMITMENT');
  assert.equal(result.log, `${INSTANCE}/dor`);
  assert.equal(result.index, 2n);
  assert.match(result.subject, /^incidents\/dor-2026-/);
  assert.equal(result.version, 3n);
  assert.equal(result.offset, make.framesOf(make.fileOf(frames))[at + 6].offset);
});

test('a changed leaf lies between two roots', () => {
  const frames = make.exportFrames(record({ agencies: ['dop'], every: 5 }), { notes: 99 });
  const leaves = frames.filter(isLeafOf(`${INSTANCE}/dop`));
  const principal = leaves[13].bytes.lastIndexOf('people/') >= 0 ? 'people/' : 'system';
  leaves[13].bytes[leaves[13].bytes.lastIndexOf(principal)] ^= 1;
  const result = verify(frames);
  assert.deepEqual([result.reason, result.index, result.last], ['ROOT', 10n, 14n]);
});

test('a leaf of another place is named exactly', () => {
  const frames = make.exportFrames(record({ agencies: ['dop'] }));
  const leaves = frames.filter(isLeafOf(`${INSTANCE}/dop`));
  [leaves[20].bytes, leaves[21].bytes] = [leaves[21].bytes, leaves[20].bytes];
  assert.deepEqual([verify(frames).reason, verify(frames).index], ['ORDER', 20n]);
});

test('records that are missing at the end are missed', () => {
  const frames = make.exportFrames(record({ agencies: ['dop'] }));
  const first = frames.findIndex(({ type }) => type === 'C');
  const result = verify(recounted([...frames.slice(0, first - 2), ...frames.slice(first)]));
  assert.deepEqual([result.reason, result.index], ['MISSING', 59n]);
});

test('records behind the newest checkpoint are not covered by it', () => {
  const whole = record({ agencies: ['dop'] });
  const [log] = whole.logs;
  const salt = Buffer.alloc(32, 1);
  const payload = Buffer.from('slipped in');
  const leaf = make.leafBytes({
    origin: log.origin, index: log.entries.length, timeMicros: 1_790_000_000_000_000, kind: 'incident.note_added', version: 99,
    subject: 'incidents/dop-2026-0001', principal: 'people/ann', requestId: '', commitment: make.commitmentOf(salt, payload),
  });
  const frames = make.exportFrames({ ...whole, logs: [{ ...log, entries: [...log.entries, { leaf, salt, payload }] }] });
  const result = verify(frames);
  assert.deepEqual([result.reason, result.log], ['CHECKPOINT', log.origin]);
  assert.match(result.what, /covers all 61/);
});

test('a file that was cut is no export', () => {
  const whole = make.fileOf(make.exportFrames(record()));
  const frames = make.framesOf(whole);
  for (const frame of frames.slice(1)) {
    assert.equal(verify(whole.subarray(0, frame.offset), { alone: frame.offset % 5 !== 0 }).ok, false, `cut at ${frame.offset}`);
    assert.equal(verify(whole.subarray(0, frame.offset + 3), { alone: true }).reason, 'TRUNCATED');
  }
});

test('a file that was cut between two logs is called that, whatever else it lacks', () => {
  const all = record();
  const whole = make.fileOf(make.exportFrames(all));
  const { offset } = make.framesOf(whole).find(({ type }) => type === 'S');
  const result = verify(whole.subarray(0, offset), { held: [Buffer.from(all.superLog.notes.at(-1))] });
  assert.deepEqual([result.reason, result.offset], ['TRUNCATED', offset]);
});

test('a bad checkpoint is no record, even where the framing breaks behind it', () => {
  const frames = make.exportFrames(record());
  const whole = make.fileOf(frames);
  const note = make.framesOf(whole).find(({ type }) => type === 'C');
  const inside = note.offset + 20;
  const result = verify(Buffer.concat([whole.subarray(0, inside), Buffer.from([0xff]), whole.subarray(inside)]));
  assert.deepEqual([result.reason, result.offset, result.index], ['CHECKPOINT', note.offset, undefined]);
});

test('an older export holds, but not against a checkpoint held elsewhere', () => {
  const old = record({ records: 40 });
  const now = record();
  const held = [Buffer.from(now.superLog.notes.at(-1))];
  assert.equal(verify(make.exportFrames(old)).ok, true);
  assert.equal(verify(make.exportFrames(old), { held }).reason, 'MISSING');
  assert.equal(verify(make.exportFrames(now), { held: [Buffer.from(old.superLog.notes[3])] }).ok, true);
  const other = record({ random: new make.Seeded('another history') });
  assert.equal(verify(make.exportFrames(other), { held: [Buffer.from(old.superLog.notes[3])] }).reason, 'ROOT');
});

test('another key, another name, another log', () => {
  const stranger = make.makeKey(INSTANCE);
  assert.equal(verify(make.exportFrames(record({ key: stranger }))).reason, 'SIGNATURE');
  const foreign = make.makeKey('other.example/belfry');
  assert.equal(verify(make.exportFrames(record({ key: foreign })), { keys: [parseVerifierKey(foreign.verifier)] }).reason, 'SIGNATURE');
  const frames = make.exportFrames(record());
  const notes = frames.filter(({ type }) => type === 'C');
  [notes[0].bytes, notes[5].bytes] = [notes[5].bytes, notes[0].bytes];
  assert.equal(verify(frames).reason, 'CHECKPOINT');
});

test('the super-log must name the newest checkpoint and never shrink', () => {
  const whole = record();
  const without = { logs: whole.logs, superLog: { ...whole.superLog, leaves: whole.superLog.leaves.slice(0, -1) } };
  const hashes = without.superLog.leaves.map(make.leafHash);
  without.superLog.notes = [make.signedNote(key, make.checkpointText(INSTANCE, hashes.length, make.rootOf(hashes)))];
  assert.equal(verify(make.exportFrames(without)).reason, 'SUPER_LOG');
  const back = { logs: whole.logs, superLog: { ...whole.superLog, leaves: [...whole.superLog.leaves].reverse() } };
  const reversed = back.superLog.leaves.map(make.leafHash);
  back.superLog.notes = [make.signedNote(key, make.checkpointText(INSTANCE, reversed.length, make.rootOf(reversed)))];
  assert.equal(verify(make.exportFrames(back)).reason, 'SUPER_LOG');
});

test('what a server signs must still be right', () => {
  const { logs } = record({ agencies: ['dop'] });
  assert.equal(verify(signedAsIs(logs)).ok, true);
  const changed = (index, change) => {
    const entries = logs[0].entries.map((entry, at) => (at === index ? { ...entry, leaf: change(entry.leaf) } : entry));
    return verify(signedAsIs([{ ...logs[0], entries }]));
  };
  const foreign = changed(7, (leaf) => Buffer.from(leaf).fill('dor', 1 + 2 + INSTANCE.length + 1, 1 + 2 + INSTANCE.length + 4));
  assert.deepEqual([foreign.reason, foreign.index], ['ORDER', 7n]);
  assert.match(foreign.what, /belfry\/dor/);
  const longer = changed(8, (leaf) => Buffer.concat([leaf, Buffer.from([0])]));
  assert.deepEqual([longer.reason, longer.index], ['LEAF', 8n]);
  const newer = changed(9, (leaf) => Buffer.from([2, ...leaf.subarray(1)]));
  assert.deepEqual([newer.reason, newer.index], ['LEAF', 9n]);
  const binary = changed(10, (leaf) => Buffer.from(leaf).fill(0xff, 1 + 2 + INSTANCE.length + 1, 1 + 2 + INSTANCE.length + 2));
  assert.deepEqual([binary.reason, binary.index], ['LEAF', 10n]);
  // The newest one is named last, but one before it is smaller than the one before that.
  const shrunk = verify(signedAsIs(logs, ([a, b, c]) => [b, a, c]));
  assert.deepEqual([shrunk.reason, shrunk.index], ['SUPER_LOG', 1n]);
});

test('base64 has one spelling', () => {
  const frames = make.exportFrames(record());
  const note = frames.find(({ type }) => type === 'C');
  const text = note.bytes.toString();
  // 32 bytes leave two unused bits in the last character before "=".
  const last = text.indexOf('=') - 1;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  note.bytes = Buffer.from(text.slice(0, last) + letters[letters.indexOf(text[last]) ^ 1] + text.slice(last + 1));
  assert.equal(verify(frames).reason, 'CHECKPOINT');
});

test('a log that was left out is missed', () => {
  const whole = record();
  const result = verify(make.exportFrames({ ...whole, logs: whole.logs.slice(1) }));
  assert.deepEqual([result.reason, result.log], ['MISSING', INSTANCE]);
  assert.match(result.what, /belfry\/dop/);
});

test('a witness that was asked for must have signed', () => {
  const frames = make.exportFrames(record({ witnesses: [] }));
  assert.equal(verify(frames, { witnessKeys: [parseVerifierKey(witness.verifier)] }).reason, 'COSIGNATURE');
  assert.equal(verify(make.exportFrames(record()), { strict: true }).reason, 'SIGNATURE');
});

test('no changed bit goes unseen', () => {
  const whole = make.fileOf(make.exportFrames(record({ records: 8, agencies: ['dop', 'dor'], payloadBytes: 20 }), { notes: 1 }));
  const options = { witnessKeys: [parseVerifierKey(witness.verifier)], strict: true };
  assert.equal(verify(whole, options).ok, true);
  // Each third byte, so that every kind of field is met.
  for (let at = 0; at < whole.length; at += 3) {
    const changed = Buffer.from(whole);
    changed[at] ^= 1 << at % 8;
    assert.equal(verify(changed, { ...options, alone: at % 10 !== 0 }).ok, false, `byte ${at}`);
  }
});
