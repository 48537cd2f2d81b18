// A client in another language, from the published protos alone: opens an incident and reads it
// back, and is refused where it should be.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/grpc_js.mjs
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

import { configureServer, ROOT, startServer } from './lib/belfry.mjs';
import { requiredVariable, temporaryDirectory } from './lib/process.mjs';

function call(client, method, request, token) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve, reject) => {
    client[method](request, metadata, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

test('an agency system in JavaScript', async (t) => {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const directory = await temporaryDirectory(t);
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/siem.dop', rights: [], entity: 'entities/dop' }],
  });
  await startServer(t, { bin, directory, address: server.address });
  const token = (await readFile(server.tokenFiles['systems/siem.dop'], 'utf8')).trim();

  const definition = await protoLoader.load('belfry/v1/incident_service.proto', {
    includeDirs: [path.join(ROOT, 'proto')],
    enums: String,
  });
  const { belfry } = grpc.loadPackageDefinition(definition);
  const client = new belfry.v1.IncidentService(
    server.address,
    grpc.credentials.createInsecure(),
  );
  t.after(() => client.close());

  const request = {
    title: 'EDR alert: credential dumping',
    entity: 'entities/dop',
    categories: [{ category: 'CAT-07', subValues: ['SUCCESSFUL'] }],
    requestId: 'edr-4711',
  };
  const created = await call(client, 'createIncident', request, token);
  assert.match(created.incident.name, /^incidents\/DOP-\d{4}-0001$/);
  assert.equal(created.incident.state, 'REPORTED');
  assert.ok(created.obligations.some((duty) => duty.code === 'FOLLOWUP-24H'));

  const again = await call(client, 'createIncident', request, token);
  assert.equal(again.replayed, true);
  assert.equal(again.incident.name, created.incident.name);

  const read = await call(client, 'getIncident', { name: created.incident.name }, token);
  assert.equal(read.incident.title, request.title);
  assert.equal(read.incident.reporter, 'systems/siem.dop');

  await assert.rejects(
    call(client, 'getIncident', { name: created.incident.name }),
    (error) => error.code === grpc.status.UNAUTHENTICATED,
  );
  await assert.rejects(
    call(client, 'createIncident', { title: 'x', entity: 'entities/nope' }, token),
    (error) => error.code === grpc.status.INVALID_ARGUMENT && /entity/.test(error.details),
  );
});
