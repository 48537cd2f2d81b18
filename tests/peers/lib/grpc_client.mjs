// Belfry's API from JavaScript.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

import { ROOT } from './belfry.mjs';

const FILES = ['incident_service', 'delivery_service'].map((name) => `belfry/v1/${name}.proto`);

/**
 * Calls by name, as the principal whose token the file holds:
 *   await connect(t, address, file).call('IncidentService', 'createIncident', { … })
 */
export async function connect(t, address, tokenFile) {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const definition = await protoLoader.load(FILES, {
    includeDirs: [path.join(ROOT, 'proto')],
    enums: String,
    longs: Number,
  });
  const { belfry } = grpc.loadPackageDefinition(definition);
  const clients = new Map();
  t.after(() => clients.forEach((client) => client.close()));
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return {
    call(service, method, request) {
      if (!clients.has(service)) {
        clients.set(service, new belfry.v1[service](address, grpc.credentials.createInsecure()));
      }
      const client = clients.get(service);
      return new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + 20_000 };
        client[method](request, metadata, options, (error, response) => {
          if (error) reject(error);
          else resolve(response);
        });
      });
    },
  };
}

/** All deliveries, newest first. */
export async function listDeliveries(api, filter = {}) {
  const deliveries = [];
  let pageToken = '';
  do {
    const page = await api.call('DeliveryService', 'listDeliveries', {
      ...filter,
      pageSize: 500,
      pageToken,
    });
    deliveries.push(...page.deliveries);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return deliveries;
}
