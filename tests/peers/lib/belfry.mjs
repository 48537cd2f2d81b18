// belfryd and belfry-bot from a directory with their configuration.
import { createHash, randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';

import { freePorts, start, waitUntil } from './process.mjs';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

async function writeSecret(file, text) {
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}

function textFormat(value) {
  return JSON.stringify(value); // quotes and escapes of JSON strings are also those of text format
}

/**
 * Fills `directory` with everything belfryd needs to start: config, directory, tokens, store.
 *   principals: [{ name, rights: ['RIGHT_BOT'], entity }]; each gets a token file NAME.token
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
  for (const { name, rights = [], entity = '' } of principals) {
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
      '}',
    );
  }
  await writeFile(path.join(directory, 'belfryd.textproto'), `${lines.join('\n')}\n`);
  return { address, tokenFiles };
}

/** Fills `directory` with everything belfry-bot needs to serve one Slack workspace. */
export async function configureBot(
  directory,
  { server, tokenFile, workspace, apiBaseUrl, signingSecret, botToken },
) {
  const [port] = await freePorts(1);
  const secretFile = path.join(directory, 'slack-signing-secret');
  const botTokenFile = path.join(directory, 'slack-bot-token');
  await writeSecret(secretFile, signingSecret);
  await writeSecret(botTokenFile, botToken);
  await writeFile(
    path.join(directory, 'belfry-bot.textproto'),
    `server: ${textFormat(server)}
token_file: ${textFormat(tokenFile)}
holder: "test-bot"
listen: ${textFormat(`127.0.0.1:${port}`)}
slack {
  workspace: ${textFormat(workspace)}
  signing_secret_files: ${textFormat(secretFile)}
  bot_token_file: ${textFormat(botTokenFile)}
  api_base_url: ${textFormat(apiBaseUrl)}
  extra_response_hosts: ${textFormat(new URL(apiBaseUrl).hostname)}
}
`,
  );
  return { port, url: `http://127.0.0.1:${port}` };
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

/** Returns when the bot is ready. */
export async function startBot(t, { bin, directory, url }) {
  const config = path.join(directory, 'belfry-bot.textproto');
  const running = start(t, 'belfry-bot', path.join(bin, 'belfry-bot'), ['--config', config], {
    cwd: directory,
  });
  await waitUntil('belfry-bot is ready', async () => (await fetch(`${url}/readyz`)).ok, {
    process: running,
  });
  return running;
}
