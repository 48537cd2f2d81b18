// belfryd and belfry-bot from a directory with their configuration.
import { createHash, randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

import { freePorts, start, waitUntil } from './process.mjs';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

// Of all governments that these tests make up.
const WORKSPACES = [
  'console',
  'slack/T0GOV',
  'slack/T1',
  'slack/T2',
  'teams/aaaaaaaa-0000-4000-8000-000000000001',
  'teams/00000000-0000-0000-0000-0000000000001',
  'mattermost/teamteamteamteamteamteam01',
];

async function writeSecret(file, text) {
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}

function textFormat(value) {
  return JSON.stringify(value); // quotes and escapes of JSON strings are also those of text format
}

/**
 * Fills `directory` with everything belfryd needs to start: config, directory, tokens, store.
 *   principals: [{ name, rights: ['RIGHT_BOT'], entity, workspaces }]; each gets a token file
 *     NAME.token, and a bot serves every workspace of the tests when none are named
 *   clock:      'real' or 'virtual'
 */
export async function configureServer(directory, { principals, clock = 'real' }) {
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  await mkdir(directory, { recursive: true });
  const people = path.join(directory, 'directory.textproto');
  await copyFile(path.join(ROOT, 'tests/peers/config/directory.textproto'), people);
  const lines = [
    `listen: ${textFormat(address)}`,
    `store: ${textFormat(`sqlite:${path.join(directory, 'belfry.db')}`)}`,
    `policy_file: ${textFormat(path.join(ROOT, 'deploy/policy/itd-sec-4.3.textproto'))}`,
    `directory_file: ${textFormat(people)}`,
    `clock: ${textFormat(clock)}`,
  ];
  const tokenFiles = {};
  for (const { name, rights = [], entity = '', workspaces } of principals) {
    const token = randomBytes(32).toString('hex');
    const file = path.join(directory, `${name.replace('/', '-')}.token`);
    await writeSecret(file, token);
    await writeSecret(`${file}.sha256`, createHash('sha256').update(token).digest('hex'));
    tokenFiles[name] = file;
    lines.push(
      'principals {',
      `  name: ${textFormat(name)}`,
      `  token_sha256_file: ${textFormat(`${file}.sha256`)}`,
      ...rights.map((right) => `  rights: ${right}`),
      ...(entity ? [`  entity: ${textFormat(entity)}`] : []),
      ...(workspaces ?? (rights.includes('RIGHT_BOT') ? WORKSPACES : [])).map((workspace) => `  workspaces: ${textFormat(workspace)}`),
      '}',
    );
  }
  await writeFile(path.join(directory, 'belfryd.textproto'), `${lines.join('\n')}\n`);
  return { address, tokenFiles };
}

/**
 * Fills `directory` with everything belfry-bot needs to serve one Slack workspace: with an
 * `appToken` over Socket Mode and without any port of its own, otherwise over HTTP.
 */
export async function configureBot(
  directory,
  { server, tokenFile, workspace, apiBaseUrl, signingSecret, botToken, appToken },
) {
  const [port] = await freePorts(1);
  const secretFile = path.join(directory, 'slack-signing-secret');
  const botTokenFile = path.join(directory, 'slack-bot-token');
  const appTokenFile = path.join(directory, 'slack-app-token');
  await writeSecret(botTokenFile, botToken);
  if (appToken) {
    await writeSecret(appTokenFile, appToken);
  } else {
    await writeSecret(secretFile, signingSecret);
  }
  await writeFile(
    path.join(directory, 'belfry-bot.textproto'),
    `server: ${textFormat(server)}
token_file: ${textFormat(tokenFile)}
holder: "test-bot"
${appToken ? '' : `listen: ${textFormat(`127.0.0.1:${port}`)}`}
slack {
  workspace: ${textFormat(workspace)}
  ${appToken ? `app_token_file: ${textFormat(appTokenFile)}` : `signing_secret_files: ${textFormat(secretFile)}`}
  bot_token_file: ${textFormat(botTokenFile)}
  api_base_url: ${textFormat(apiBaseUrl)}
  extra_response_hosts: ${textFormat(new URL(apiBaseUrl).hostname)}
}
`,
  );
  return appToken ? {} : { port, url: `http://127.0.0.1:${port}` };
}

const SERVING = Buffer.from([0x08, 0x01]); // grpc.health.v1.HealthCheckResponse{status: SERVING}

async function isServing(client) {
  const answer = await new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      (bytes) => bytes,
      (bytes) => bytes,
      Buffer.alloc(0),
      { deadline: Date.now() + 2000 },
      (error, bytes) => (error ? reject(error) : resolve(bytes)),
    );
  });
  return answer.equals(SERVING);
}

/** Returns when the server says it serves. */
export async function startServer(t, { bin, directory, address, env }) {
  const config = path.join(directory, 'belfryd.textproto');
  const running = start(t, 'belfryd', path.join(bin, 'belfryd'), ['--config', config], {
    cwd: directory,
    env,
  });
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    // Ask again soon while it is not up.
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
  });
  try {
    await waitUntil('belfryd serves', () => isServing(client), { process: running });
  } finally {
    client.close();
  }
  return running;
}

/** For a server with a virtual clock: a function that turns it on by so many seconds. */
export async function advanceClock(t, server) {
  const definition = await protoLoader.load('belfry/testing/v1/clock_service.proto', {
    includeDirs: [path.join(ROOT, 'proto')],
  });
  const { belfry } = grpc.loadPackageDefinition(definition);
  const clock = new belfry.testing.v1.ClockService(server.address, grpc.credentials.createInsecure());
  t.after(() => clock.close());
  const token = (await readFile(Object.values(server.tokenFiles)[0], 'utf8')).trim();
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const call = (method, request) =>
    new Promise((resolve, reject) => {
      clock[method](request, metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  return async (seconds) => {
    const { time } = await call('getTime', {});
    return call('advanceTo', { time: { seconds: Number(time.seconds) + seconds, nanos: 0 } });
  };
}

/** Returns when the bot is ready; without a `url`, when it is connected to Slack. */
export async function startBot(t, { bin, directory, url, env, ready }) {
  const config = path.join(directory, 'belfry-bot.textproto');
  const running = start(t, 'belfry-bot', path.join(bin, 'belfry-bot'), ['--config', config], {
    cwd: directory,
    env,
  });
  ready ??= url
    ? async () => (await fetch(`${url}/readyz`)).ok
    : async () => / connected/.test(running.output);
  await waitUntil('belfry-bot is ready', () => ready(running), { process: running });
  return running;
}
