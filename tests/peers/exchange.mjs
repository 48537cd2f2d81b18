// What `belfry export` writes, judged by the schemas of those who own the formats.
//
// Belfry's own schemas (docs/exchange/) and the rules below are always asked. The published schemas
// are not part of this repository; with BELFRY_SCHEMAS naming a folder that has them they are asked,
// too, and otherwise the test says that it did not:
//
//   stix/     a checkout of oasis-open/cti-stix2-json-schemas
//   ocsf/     a checkout of ocsf/ocsf-schema
//   veris/    verisc-merged.json of vz-risk/veris
//   iodef/    iodef-2.0.xsd of RFC 7970, its imports resolved to local files
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import Ajv2020 from 'ajv/dist/2020.js';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

import { ROOT } from './lib/belfry.mjs';
import { OcsfSchema } from './lib/ocsf_schema.mjs';

const BIN = process.env.BELFRY_BIN ?? path.join(ROOT, 'build/release/bin');
const SCHEMAS = process.env.BELFRY_SCHEMAS ?? '';
const COUNT = 200;
const directory = mkdtempSync(path.join(os.tmpdir(), 'belfry-exchange-'));
const played = JSON.parse(
  execFileSync(path.join(BIN, 'exchange_samples'), [directory, String(COUNT)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);
test.after(() => rmSync(directory, { recursive: true }));

const sets = ['all', 'amber', 'one'];
const text = (set, format, ending = 'json') =>
  readFileSync(path.join(directory, `${set}-${format}.${ending}`), 'utf8');
const json = (set, format) => JSON.parse(text(set, format));
const list = (value) => (Array.isArray(value) ? value : [value]);
const own = (name) => JSON.parse(readFileSync(path.join(ROOT, 'docs/exchange', name), 'utf8'));

function explain(validate) {
  return (validate.errors ?? [])
    .slice(0, 5)
    .map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
    .join('\n');
}

function make2020() {
  // The patterns of STIX are not all patterns of Unicode.
  const ajv = new Ajv2020({ strict: false, allErrors: false, unicodeRegExp: false });
  addFormats(ajv);
  return ajv;
}

/** The published schema of a format, or a skipped test that says so. */
function published(t, name) {
  const folder = path.join(SCHEMAS, name);
  if (SCHEMAS !== '' && existsSync(folder)) return folder;
  t.skip(`BELFRY_SCHEMAS has no ${name}/: the published schema was not asked`);
  return undefined;
}

test(`${COUNT} incidents were played`, () => {
  assert.equal(played.played, COUNT);
  assert.ok(played.all.json > COUNT * 0.8, JSON.stringify(played));
  assert.ok(played.amber.json < played.all.json);
  assert.ok(played.all.veris < played.all.json, 'drills are no statistics');
});

// ---- Belfry JSON ----

test('json: fits the schema in docs/exchange', () => {
  const validate = make2020().compile(own('belfry-export.schema.json'));
  for (const set of sets) assert.ok(validate(json(set, 'json')), `${set}: ${explain(validate)}`);
  const broken = json('one', 'json');
  broken.incidents[0].incident.colour = 'red';
  assert.equal(validate(broken), false, 'the schema notices what it does not know');
});

// ---- STIX 2.1 ----

const BELFRY = 'extension-definition--d05b0a55-ced2-54bb-99b0-5b556a26a5c5';
const CORE = 'extension-definition--ef765651-680c-498d-9894-99799f2fa126';

test('stix: the extension fits its schema, core has what it must', () => {
  const validate = make2020().compile(own('stix-extension.schema.json'));
  let incidents = 0;
  for (const set of sets) {
    for (const object of json(set, 'stix').objects) {
      const extension = object.extensions?.[BELFRY];
      if (extension) assert.ok(validate(extension), `${object.id}: ${explain(validate)}`);
      if (object.type !== 'incident') continue;
      incidents += 1;
      const core = object.extensions[CORE];
      assert.equal(core.extension_type, 'property-extension');
      assert.match(core.determination, /^(blocked|confirmed|failed-attempt|false-positive|suspected)$/);
      assert.match(core.investigation_status, /^(new|open|closed)$/);
      assert.ok(Number.isInteger(core.criticality) && core.criticality >= 0 && core.criticality <= 100);
      for (const name of Object.keys(core)) {
        assert.match(
          name,
          /^(extension_type|determination|investigation_status|criticality|incident_types|scores|detection_methods)$/,
        );
      }
    }
  }
  assert.equal(incidents, played.all.stix + played.amber.stix + played.one.stix);
});

test('stix: every object fits the schema of its type', (t) => {
  const folder = published(t, 'stix');
  if (folder === undefined) return;
  const ajv = make2020();
  const ids = {};
  for (const part of ['common', 'sdos', 'sros', 'observables']) {
    for (const name of readdirSync(path.join(folder, 'schemas', part))) {
      if (!name.endsWith('.json')) continue;
      const schema = JSON.parse(readFileSync(path.join(folder, 'schemas', part, name), 'utf8'));
      ajv.addSchema(schema);
      ids[path.basename(name, '.json')] = schema.$id;
    }
  }
  let checked = 0;
  const bundle = ajv.getSchema(ids.bundle);
  for (const set of sets) {
    const value = json(set, 'stix');
    for (const object of value.objects) {
      const validate = ajv.getSchema(ids[object.type]);
      assert.ok(validate, object.type);
      assert.ok(validate(object), `${object.id}: ${explain(validate)}`);
      checked += 1;
    }
    // The published bundle names its types, and takes every other object for two kinds at once; those
    // were asked above.
    const named = ['identity', 'relationship', 'marking-definition'];
    const objects = value.objects.filter((object) => named.includes(object.type)).slice(0, 50);
    assert.ok(bundle({ ...value, objects }), explain(bundle));
  }
  t.diagnostic(`${checked} objects`);
});

// ---- OCSF ----

test('ocsf: what the class requires is there and agrees with itself', () => {
  for (const set of sets) {
    const events = list(json(set, 'ocsf'));
    assert.equal(events.length, played[set].ocsf);
    for (const event of events) {
      assert.equal(event.class_uid, 2005);
      assert.equal(event.category_uid, 2);
      assert.equal(event.type_uid, 200500 + event.activity_id);
      assert.ok([1, 2, 3].includes(event.activity_id));
      assert.ok([1, 2, 3, 4, 5].includes(event.status_id));
      assert.ok(event.severity_id >= 1 && event.severity_id <= 6);
      assert.ok(Number.isInteger(event.time) && event.time > 1.7e12);
      assert.ok(event.finding_info_list.length >= 1 && event.finding_info_list[0].uid);
      assert.ok(event.metadata.product.name && event.metadata.version === '1.8.0');
      assert.ok(event.metadata.profiles.includes('incident'));
      assert.ok(event.assignee || event.assignee_group);
    }
  }
});

test('ocsf: every event fits the compiled class', (t) => {
  const folder = published(t, 'ocsf');
  if (folder === undefined) return;
  const schema = new OcsfSchema(folder);
  let checked = 0;
  for (const set of sets) {
    for (const event of list(json(set, 'ocsf'))) {
      const errors = schema.check('findings/incident_finding', event, ['incident']);
      assert.deepEqual(errors, [], event.unmapped.number);
      checked += 1;
    }
  }
  const broken = structuredClone(json('one', 'ocsf'));
  delete broken.metadata.product;
  broken.colour = 'red';
  broken.status_id = 77;
  assert.equal(schema.check('findings/incident_finding', broken, ['incident']).length, 3);
  t.diagnostic(`${checked} events`);
});

// ---- IODEF ----

function xmllint(args) {
  const ran = spawnSync('xmllint', ['--noout', '--nonet', ...args], { encoding: 'utf8' });
  assert.equal(ran.error, undefined, 'xmllint is in the package libxml2-utils');
  return ran;
}

test('iodef: is well formed and has one Incident for each', () => {
  for (const set of sets) {
    const ran = xmllint([path.join(directory, `${set}-iodef.xml`)]);
    assert.equal(ran.status, 0, ran.stderr.slice(0, 500));
    assert.equal(text(set, 'iodef', 'xml').split('<Incident ').length - 1, played[set].iodef);
  }
});

test('iodef: fits the schema of RFC 7970', (t) => {
  const folder = published(t, 'iodef');
  if (folder === undefined) return;
  for (const set of sets) {
    const ran = xmllint([
      '--schema',
      path.join(folder, 'iodef-2.0.xsd'),
      path.join(directory, `${set}-iodef.xml`),
    ]);
    assert.equal(ran.status, 0, ran.stderr.slice(0, 1000));
  }
});

// ---- VERIS ----

test('veris: what the standard requires is there, and no names', () => {
  for (const set of sets) {
    const records = list(json(set, 'veris'));
    assert.equal(records.length, played[set].veris);
    for (const record of records) {
      for (const name of [
        'schema_version', 'incident_id', 'summary', 'security_incident', 'discovery_method',
        'timeline', 'actor', 'action', 'asset',
      ]) {
        assert.ok(record[name] !== undefined, name);
      }
      assert.match(record.security_incident, /^(Confirmed|Suspected|Near miss|False positive)$/);
      assert.ok(Number.isInteger(record.timeline.incident.year));
      assert.ok(Object.keys(record.action).length > 0 && Object.keys(record.actor).length > 0);
      const { summary, notes, ...rest } = record;
      assert.doesNotMatch(JSON.stringify(rest), /people\/|entities\/|@/);
    }
  }
});

test('veris: every record fits verisc-merged.json', (t) => {
  const folder = published(t, 'veris');
  if (folder === undefined) return;
  const ajv = new Ajv({ strict: false, validateSchema: false });
  addFormats(ajv);
  const schema = JSON.parse(readFileSync(path.join(folder, 'verisc-merged.json'), 'utf8'));
  delete schema.$schema;
  const validate = ajv.compile(schema);
  let checked = 0;
  for (const set of sets) {
    for (const record of list(json(set, 'veris'))) {
      assert.ok(validate(record), `${record.incident_id}: ${explain(validate)}`);
      checked += 1;
    }
  }
  t.diagnostic(`${checked} records`);
});

// ---- CSV ----

/** By the grammar of RFC 4180. */
function parseCsv(source) {
  const rows = [];
  let at = 0;
  while (at < source.length) {
    const row = [];
    for (;;) {
      let cell = '';
      if (source[at] === '"') {
        for (at += 1; ; at += 1) {
          assert.ok(at < source.length, 'a quoted cell ends');
          if (source[at] !== '"') cell += source[at];
          else if (source[at + 1] === '"') cell += source[(at += 1)];
          else break;
        }
        at += 1;
      } else {
        while (at < source.length && !',\r\n'.includes(source[at])) cell += source[at++];
      }
      row.push(cell);
      if (source[at] !== ',') break;
      at += 1;
    }
    assert.equal(source.slice(at, at + 2), '\r\n', `row ${rows.length} ends with CRLF`);
    at += 2;
    rows.push(row);
  }
  return rows;
}

test('csv: is RFC 4180, and no cell is a formula', () => {
  for (const set of sets) {
    const rows = parseCsv(text(set, 'csv', 'csv'));
    assert.equal(rows.length - 1, played[set].csv);
    for (const row of rows) {
      assert.equal(row.length, rows[0].length);
      for (const cell of row) assert.doesNotMatch(cell, /^[ \n]*[=+\-@\t\r|%\uff1d\uff0b\uff0d\uff20]/);
    }
  }
});

// ---- All of them ----

test('no format has personal information or anything TLP:RED below RED', () => {
  for (const name of readdirSync(directory)) {
    const source = readFileSync(path.join(directory, name), 'utf8');
    assert.ok(statSync(path.join(directory, name)).size > 0);
    assert.doesNotMatch(source, /219-09-9999|4111 1111 1111 1111/, name);
    if (name.startsWith('amber-')) {
      assert.doesNotMatch(source, /the name of the source is known/, name);
    }
  }
});
