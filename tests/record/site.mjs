// A real belfryd with a record of three agencies, its keys, and what one does to such a site.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { configureServer, startServer } from '../peers/lib/belfry.mjs';
import { connect } from '../peers/lib/grpc_client.mjs';
import { requiredVariable, temporaryDirectory } from '../peers/lib/process.mjs';
import { parseVerifierKey, verifyFile } from './verify.mjs';

const INSTANCE = 'mass.example';
const AGENCIES = ['dop', 'dor', 'dot'];

/** `witnesses`: verifier keys of those whose cosignatures belfryd takes. */
export class Site {
  static async create(t, { witnesses = [], principals = [] } = {}) {
    const site = new Site();
    site.t = t;
    site.bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
    site.top = await temporaryDirectory(t);
    site.directory = path.join(site.top, 'site');
    site.server = await configureServer(site.directory, {
      principals: [
        ...AGENCIES.map((id) => ({ name: `systems/siem.${id}`, entity: `entities/${id}` })),
        { name: 'people/auditor' },
        ...principals,
      ],
    });
    const people = path.join(site.directory, 'directory.textproto');
    appendFileSync(
      people,
      `${AGENCIES.slice(1).map((id) => `entities { name: "entities/${id}" title: "${id}" secretariat: "secretariats/eox" executive_department: true network_member: true binding: BINDING_MANDATORY }
role_assignments { person: "people/dop.contact" role: "PC" scope: "entities/${id}" }`).join('\n')}
people { name: "people/auditor" display_name: "Auditor" }
role_assignments { person: "people/auditor" role: "AUDITOR" }
`,
    );
    const keyFile = path.join(site.directory, 'record.pem');
    site.key = execFileSync(
      path.join(site.bin, 'belfry'),
      ['audit', 'keygen', keyFile, '--name', `${INSTANCE}/belfry`],
      { encoding: 'utf8' },
    ).trim();
    const config = path.join(site.directory, 'belfryd.textproto');
    appendFileSync(
      config,
      `record { instance: "${INSTANCE}" signing_key_file: "${keyFile}" anchor_file: "${path.join(site.directory, 'anchor')}" ${witnesses.map((key) => `witness_keys: "${key}"`).join(' ')} }
`,
    );
    return site;
  }

  /** A whole copy beside it; the same configuration names the same places, so it is moved in and out. */
  save(name) {
    rmSync(path.join(this.top, name), { recursive: true, force: true });
    cpSync(this.directory, path.join(this.top, name), { recursive: true });
  }
  restore(name, { keep = [] } = {}) {
    const kept = keep.map((file) => [file, readFileSync(path.join(this.directory, file))]);
    rmSync(this.directory, { recursive: true });
    cpSync(path.join(this.top, name), this.directory, { recursive: true });
    for (const [file, bytes] of kept) writeFileSync(path.join(this.directory, file), bytes);
  }

  sql(text) {
    const words = ['-bail', '-json', path.join(this.directory, 'belfry.db')];
    return execFileSync('sqlite3', words, { encoding: 'utf8', input: `${text};\n`, maxBuffer: 1 << 28 });
  }
  rows(text) {
    return JSON.parse(this.sql(text) || '[]');
  }

  start() {
    return startServer(this.t, { bin: this.bin, directory: this.directory, address: this.server.address });
  }

  async belfry(...words) {
    const options = ['--server', this.server.address, '--token-file', this.server.tokenFiles['people/auditor']];
    return (await promisify(execFile)(path.join(this.bin, 'belfry'), [...words, ...options])).stdout;
  }

  async report(count, tag) {
    const apis = [];
    for (const id of AGENCIES) {
      apis.push(await connect(this.t, this.server.address, this.server.tokenFiles[`systems/siem.${id}`]));
    }
    for (let n = 0; n < count; ++n) {
      const { incident } = await apis[n % apis.length].call('IncidentService', 'createIncident', {
        title: `Alert ${tag} ${n}`,
        entity: `entities/${AGENCIES[n % apis.length]}`,
        categories: [{ category: 'CAT-07', subValues: ['SUCCESSFUL'] }],
        requestId: `${tag}-${n}`,
      });
      await apis[n % apis.length].call('IncidentService', 'addNote', {
        name: incident.name, text: `Firewall log of alert ${n} saved`, requestId: `${tag}-note-${n}`,
      });
    }
  }

  /** What the two verifiers say of an export. */
  async verify(file, held, { witnesses = [] } = {}) {
    const note = path.join(this.top, 'held.note');
    writeFileSync(note, held);
    const witnessKeys = witnesses.map(parseVerifierKey);
    const result = verifyFile(file, { keys: [parseVerifierKey(this.key)], witnessKeys, held: [Buffer.from(held)], strict: true });
    const words = ['audit', 'verify', file, '--key', this.key, '--held', note, '--strict', '--output', 'json'];
    for (const key of witnesses) words.push('--witness-key', key);
    const other = await promisify(execFile)(path.join(this.bin, 'belfry'), words).then(
      ({ stdout }) => JSON.parse(stdout),
      (error) => (error.code === 1 ? JSON.parse(error.stdout) : Promise.reject(error)),
    );
    assert.equal(other.ok, result.ok, `${JSON.stringify(other)} but ${result.what}`);
    if (!result.ok) assert.deepEqual([other.reason, other.log, other.offset], [result.reason, result.log, String(result.offset)]);
    return result;
  }
}
