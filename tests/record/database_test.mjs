// Whoever changes the database is found: belfryd refuses to start on it or to export it, or the export
// does not verify, by both verifiers and against a checkpoint kept elsewhere.
//
//   BELFRY_BIN=build/release/bin node --test tests/record/database_test.mjs
//
// BELFRY_TAMPER_SEED and BELFRY_DATABASE_CHANGES say which changes are made; the seed is printed.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import * as make from './generate.mjs';
import { Site } from './site.mjs';
import { namesIt, tamper } from './tamper.mjs';

const SEED = process.env.BELFRY_TAMPER_SEED ?? '20261127';
const CHANGES = Number(process.env.BELFRY_DATABASE_CHANGES ?? 24);
const EXPORT_CHANGES = Number(process.env.BELFRY_TAMPER_CHANGES ?? 100);
const INCIDENTS = 30;

const hex = (bytes) => `x'${Buffer.from(bytes).toString('hex')}'`;

/** A table's blob with one bit of it changed. */
function flip(site, random, table, column, key, where = '1') {
  const rows = site.rows(`SELECT ${key.map((k) => `"${k}"`).join(', ')}, hex(${column}) AS blob FROM ${table} WHERE ${where} AND length(${column}) > 0`);
  if (rows.length === 0) return undefined;
  const row = random.of(rows);
  const blob = Buffer.from(row.blob, 'hex');
  blob[random.below(blob.length)] ^= 1 << random.below(8);
  const match = key.map((k) => `"${k}" = '${row[k]}'`).join(' AND ');
  site.sql(`UPDATE ${table} SET ${column} = ${hex(blob)} WHERE ${match}`);
  return `${table}.${column} ${key.map((k) => row[k]).join(' ')}`;
}

/** Changes to the database of a stopped server; each says what it did, or nothing. */
const DATABASE_CHANGES = {
  'flip a bit of an event': (site, random) => flip(site, random, 'events', 'blob', ['position']),
  'flip a bit of a leaf': (site, random) => flip(site, random, 'log_leaves', 'leaf', ['log', 'idx']),
  'flip a bit of a salt': (site, random) => flip(site, random, 'log_leaves', 'salt', ['log', 'idx'], 'payload_kind > 0'),
  'flip a bit of a change of the directory': (site, random) => flip(site, random, 'directory_changes', 'blob', ['position']),
  'flip a bit of a pack': (site, random) => flip(site, random, 'policies', 'text', ['sequence']),
  'flip a bit of a newest checkpoint': (site, random) =>
    flip(site, random, 'checkpoints', 'note', ['log', 'size'], 'size = (SELECT max(size) FROM checkpoints AS c WHERE c.log = checkpoints.log)'),
  'flip a bit of a root': (site, random) => flip(site, random, 'log_heads', 'root', ['log']),
  'flip a bit of a frontier': (site, random) => flip(site, random, 'log_heads', 'frontier', ['log']),
  'delete an event': (site, random) => {
    const { position } = random.of(site.rows('SELECT position FROM events'));
    site.sql(`PRAGMA foreign_keys = OFF; DELETE FROM events WHERE position = ${position}`);
    return `event ${position}`;
  },
  'delete all events of an incident': (site, random) => {
    const { incident } = random.of(site.rows('SELECT DISTINCT incident FROM events'));
    site.sql(`PRAGMA foreign_keys = OFF; DELETE FROM events WHERE incident = '${incident}'`);
    return incident;
  },
  'call a payload expunged': (site, random) => {
    const { log, idx } = random.of(site.rows('SELECT log, idx FROM log_leaves WHERE payload_kind > 0'));
    site.sql(`UPDATE log_leaves SET salt = x'' WHERE log = '${log}' AND idx = ${idx}`);
    return `${log} ${idx}`;
  },
  'move an event to another time': (site, random) => {
    const { position } = random.of(site.rows('SELECT position FROM events'));
    site.sql(`UPDATE events SET time_us = time_us - 3600000000 WHERE position = ${position}`);
    return `event ${position}`;
  },
  'move an event to another incident': (site, random) => {
    const rows = site.rows('SELECT position, incident FROM events');
    const [event, to] = [random.of(rows), random.of(rows)];
    if (event.incident === to.incident) return undefined;
    site.sql(`UPDATE events SET incident = '${to.incident}', version = 1000 WHERE position = ${event.position}`);
    return `event ${event.position} to ${to.incident}`;
  },
  'slip an event in': (site, random) => {
    const { incident } = random.of(site.rows('SELECT DISTINCT incident FROM events'));
    site.sql(`INSERT INTO events SELECT (SELECT max(position) + 1 FROM events), incident, version + 1, time_us, blob
              FROM events WHERE incident = '${incident}' ORDER BY version DESC LIMIT 1`);
    return incident;
  },
  'delete a leaf': (site, random) => {
    const { log, idx } = random.of(site.rows('SELECT log, idx FROM log_leaves'));
    site.sql(`DELETE FROM log_leaves WHERE log = '${log}' AND idx = ${idx}`);
    return `${log} ${idx}`;
  },
  'swap two events': (site, random) => {
    const rows = site.rows('SELECT position, hex(blob) AS blob FROM events');
    const [a, b] = [random.of(rows), random.of(rows)];
    if (a.blob === b.blob) return undefined;
    site.sql(`UPDATE events SET blob = ${hex(Buffer.from(b.blob, 'hex'))} WHERE position = ${a.position};
              UPDATE events SET blob = ${hex(Buffer.from(a.blob, 'hex'))} WHERE position = ${b.position}`);
    return `${a.position} and ${b.position}`;
  },
  'cut off the newest leaf of a log with its head': (site, random) => {
    const { log, size } = random.of(site.rows("SELECT log, size FROM log_heads WHERE log <> '' AND size > 1"));
    site.sql(`DELETE FROM log_leaves WHERE log = '${log}' AND idx = ${size - 1};
              UPDATE log_heads SET size = ${size - 1} WHERE log = '${log}'`);
    return `${log} ${size - 1}`;
  },
  'rewrite an event with leaf, tree and head': (site, random) => rewrite(site, random),
  'an older copy of everything but the anchor': (site) => {
    site.restore('older', { keep: ['anchor'] });
    return 'the backup';
  },
  'an older copy with its anchor': (site) => {
    site.restore('older');
    return 'the backup';
  },
};

/** As somebody would who knows the format but has no key: everything fits but the signatures. */
function rewrite(site, random) {
  const { log } = random.of(site.rows("SELECT log FROM log_heads WHERE log <> '' AND size BETWEEN 2 AND 255"));
  const rows = site.rows(`SELECT idx, hex(leaf) AS leaf, hex(salt) AS salt, payload_ref, payload_kind FROM log_leaves WHERE log = '${log}' ORDER BY idx`);
  const row = random.of(rows.filter(({ payload_kind }) => payload_kind > 0));
  const leaves = rows.map(({ leaf }) => Buffer.from(leaf, 'hex'));
  const leaf = leaves[row.idx];
  const [event] = site.rows(`SELECT position, hex(blob) AS blob FROM events WHERE position = ${row.payload_ref}`);
  if (event === undefined) return undefined;
  const blob = Buffer.from(event.blob, 'hex');
  const salt = Buffer.from(row.salt, 'hex');
  if (!make.commitmentOf(salt, blob).equals(leaf.subarray(-32))) return undefined; // of another table
  blob[blob.length - 1] ^= 1;
  make.commitmentOf(salt, blob).copy(leaf, leaf.length - 32);
  const hashes = leaves.map(make.leafHash);
  const frontier = [];
  for (let left = hashes.length, at = 0; left > 0; ) {
    let width = 1;
    while (width * 2 <= left) width *= 2;
    frontier.push(make.rootOf(hashes.slice(at, at + width)));
    at += width;
    left -= width;
  }
  site.sql(`UPDATE events SET blob = ${hex(blob)} WHERE position = ${event.position};
            UPDATE log_leaves SET leaf = ${hex(leaf)} WHERE log = '${log}' AND idx = ${row.idx};
            UPDATE log_heads SET root = ${hex(make.rootOf(hashes))}, frontier = ${hex(Buffer.concat(frontier))} WHERE log = '${log}'`);
  return `${log} ${row.idx}`;
}

test(`${CHANGES} changes to a database and ${EXPORT_CHANGES} to its export, seed ${SEED}`, async (t) => {
  const site = await Site.create(t);
  const random = new make.Seeded(SEED);
  const file = path.join(site.top, 'export.belfry-record');

  // Half of the record, kept as a backup; then the rest.
  let running = await site.start();
  await site.report(INCIDENTS / 2, 'first');
  await site.belfry('audit', 'export', file);
  const older = [readFileSync(file)];
  await running.stop();
  site.save('older');
  running = await site.start();
  await site.report(INCIDENTS / 2, 'second');
  await site.belfry('audit', 'export', file);
  const held = await site.belfry('audit', 'checkpoint', '--verifier-key', site.key);
  await running.stop();
  site.save('clean');
  const clean = readFileSync(file);
  const whole = await site.verify(file, held);
  assert.equal(whole.ok, true, whole.what);
  assert.ok(whole.records > 200, `${whole.records} records`);
  // Nobody can check what is withheld from this export, so nothing may be.
  assert.equal(whole.withheld, 0);
  t.diagnostic(`${whole.records} records in ${whole.logs.length} logs, ${whole.bytes} bytes`);

  await t.test('the export', async () => {
    for (let n = 0; n < EXPORT_CHANGES; ++n) {
      const change = tamper({ file: clean, older, random });
      writeFileSync(file, change.file);
      const result = await site.verify(file, held);
      assert.equal(result.ok, false, `change ${n}, "${change.kind}"`);
      assert.ok(namesIt(change, result), `change ${n}, "${change.kind}": ${result.log} ${result.index} ${result.what}, expected ${change.log} ${change.index}`);
    }
  });

  await t.test('the database', async () => {
    const found = new Map();
    for (let n = 0; n < CHANGES; ++n) {
      const names = Object.keys(DATABASE_CHANGES);
      const kind = n < names.length ? names[n] : random.of(names);
      site.restore('clean');
      const what = DATABASE_CHANGES[kind](site, random);
      if (what === undefined) continue;
      const by = await detect(site, file, held);
      assert.notEqual(by, undefined, `change ${n}, "${kind}", ${what}: nobody noticed`);
      const line = `${kind}: ${by}`;
      found.set(line, (found.get(line) ?? 0) + 1);
    }
    for (const [line, count] of [...found].sort()) t.diagnostic(`${String(count).padStart(4)}  ${line}`);
    // And nothing is wrong with what was not changed.
    site.restore('clean');
    assert.equal(await detect(site, file, held), undefined);
  });
});

/** By whom the change is noticed, or undefined. */
async function detect(site, file, held) {
  let running;
  try {
    running = await site.start();
  } catch (error) {
    return 'belfryd does not start';
  }
  try {
    rmSync(file, { force: true });
    try {
      await site.belfry('audit', 'export', file);
    } catch (error) {
      return 'belfryd does not export';
    }
    const result = await site.verify(file, held);
    if (!result.ok) return `the verifiers, ${result.reason}`;
    return result.withheld > 0 ? 'something is withheld' : undefined;
  } finally {
    await running.kill();
  }
}
