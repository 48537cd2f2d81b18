// A small government whose notices go to one sink: a mail server, a receiver of webhooks, a
// Mattermost team.
import { randomUUID } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { configureServer, startBot, startServer } from './belfry.mjs';
import { connect, listDeliveries } from './grpc_client.mjs';
import { freePorts, requiredVariable, temporaryDirectory, waitUntil } from './process.mjs';

const text = JSON.stringify;

/** Writes a secret of one line; gives the name of its file, quoted for a configuration. */
export async function secretFile(directory, name, value) {
  const file = path.join(directory, name);
  await writeFile(file, `${value}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return text(file);
}

// `contacts` are those of the agency's primary contact, who is paged when an incident is opened.
function directoryText(channels, contacts, accounts) {
  const other = [
    ['eox.scio', 'SCIO', 'secretariats/eox'], ['dop.iso', 'ISO', 'entities/dop'],
    ['commonhelp', 'CH'], ['csirt.handler', 'CSIRT_H'], ['csirt.executive', 'CSIRT_X'],
    ['itd.duty', 'ITD_DM'], ['ciso', 'CISO'], ['cso', 'CSO'], ['ccio', 'CCIO'],
  ];
  return [
    '# proto-file: proto/belfry/v1/directory.proto',
    '# proto-message: belfry.v1.Directory',
    'secretariats { name: "secretariats/eox" title: "Executive Office X" }',
    'entities { name: "entities/dop" title: "Department of Permits" secretariat: "secretariats/eox" executive_department: true network_member: true binding: BINDING_MANDATORY }',
    `people { name: "people/dop.contact" display_name: "DOP primary contact" entity: "entities/dop" ${contacts} ${accounts} }`,
    'role_assignments { person: "people/dop.contact" role: "PC" scope: "entities/dop" }',
    ...other.flatMap(([person, role, scope]) => [
      `people { name: "people/${person}" display_name: ${text(person)} ${scope === 'entities/dop' ? 'entity: "entities/dop"' : ''} }`,
      `role_assignments { person: "people/${person}" role: ${text(role)} ${scope ? `scope: ${text(scope)}` : ''} }`,
    ]),
    channels,
  ].join('\n');
}

/**
 * Starts belfryd and belfry-bot.
 *   channels, contacts, accounts   text format for the directory
 *   bot({ directory, url })        text format for the bot's configuration
 */
export async function startGovernment(t, { channels, contacts = '', accounts = '', bot }) {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const directory = await temporaryDirectory(t);
  const server = await configureServer(directory, {
    principals: [
      { name: 'systems/bot', rights: ['RIGHT_BOT'] },
      { name: 'systems/admin', rights: ['RIGHT_ADMIN'] },
      { name: 'people/csirt.handler' },
    ],
  });
  await writeFile(
    path.join(directory, 'directory.textproto'),
    directoryText(channels, contacts, accounts),
  );
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  await writeFile(
    path.join(directory, 'belfry-bot.textproto'),
    [
      `server: ${text(server.address)}`,
      `token_file: ${text(server.tokenFiles['systems/bot'])}`,
      'holder: "test-bot"',
      `listen: ${text(`127.0.0.1:${port}`)}`,
      'log_level: "debug"',
      await bot({ directory, url }),
      '',
    ].join('\n'),
  );
  await startServer(t, { bin, directory, address: server.address });
  const handler = await connect(t, server.address, server.tokenFiles['people/csirt.handler']);
  const admin = await connect(t, server.address, server.tokenFiles['systems/admin']);
  const running = await startBot(t, { bin, directory, url });
  return {
    url,
    bot: running,
    directory,
    open: (title, more = {}) =>
      handler
        .call('IncidentService', 'createIncident', {
          title, entity: 'entities/dop', requestId: randomUUID(),
          categories: [{ category: 'CAT-07', subValues: ['SUCCESSFUL'] }], ...more,
        })
        .then(({ incident }) => incident.name),
    note: (name, words) =>
      handler.call('IncidentService', 'addNote', { name, text: words, requestId: randomUUID() }),
    incident: (name) =>
      handler.call('IncidentService', 'getIncident', { name }).then(({ incident }) => incident),
    deliveries: () => listDeliveries(admin),
    /** The first delivery that fits, as soon as there is one. */
    delivery: (what, fits) =>
      waitUntil(what, async () => (await listDeliveries(admin)).find(fits), {
        process: running,
        timeoutMs: 30_000,
      }),
  };
}
