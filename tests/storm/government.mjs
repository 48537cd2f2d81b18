// Agencies with one channel each, on platforms in turn, and two bots that serve all of them.
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { freePorts } from '../peers/lib/process.mjs';

const PLATFORMS = ['slack', 'slack', 'mattermost', 'webhook', 'email'];
const TEAM = 'teamteamteamteamteamteam01';
const text = JSON.stringify;

/** What the agencies are called and where their notices go. */
export function agencies(count, platforms = PLATFORMS) {
  return Array.from({ length: count }, (_, index) => {
    const name = `A${`${index + 1}`.padStart(2, '0')}`;
    const platform = platforms[index % platforms.length];
    // Two workspaces: a 429 of one must not hold up the other.
    const workspace = { slack: `T${1 + (index % 2)}`, mattermost: TEAM }[platform] ?? '';
    const place = {
      slack: `C${name}`,
      mattermost: `chan${name.toLowerCase()}`.padEnd(26, 'x'),
      webhook: `hook-${name}`,
      email: `${name.toLowerCase()}@example.gov`,
    }[platform];
    return { name, entity: `entities/${name.toLowerCase()}`, platform, workspace, place };
  });
}

// Somebody whom nobody can reach would fill the channels with that.
const mailbox = (person) => `contacts { platform: "email" address: "${person}@example.gov" }`;

export function directoryText(list) {
  const lines = [
    '# proto-file: proto/belfry/v1/directory.proto',
    '# proto-message: belfry.v1.Directory',
    'secretariats { name: "secretariats/eox" title: "Executive Office X" }',
  ];
  for (const { name, entity, platform, workspace, place } of list) {
    const id = entity.split('/')[1];
    lines.push(
      `entities { name: ${text(entity)} title: ${text(`Agency ${name}`)} secretariat: "secretariats/eox" executive_department: true network_member: true binding: BINDING_MANDATORY }`,
      `people { name: "people/${id}.contact" display_name: "Contact of ${name}" entity: ${text(entity)} ${mailbox(`${id}.contact`)} }`,
      `people { name: "people/${id}.iso" display_name: "Security officer of ${name}" entity: ${text(entity)} ${mailbox(`${id}.iso`)} }`,
      `role_assignments { person: "people/${id}.contact" role: "PC" scope: ${text(entity)} }`,
      `role_assignments { person: "people/${id}.iso" role: "ISO" scope: ${text(entity)} }`,
      `channels { name: "channels/${id}" platform: ${text(platform)} workspace: ${text(workspace)} address: ${text(place)} scope: ${text(entity)} }`,
    );
  }
  const central = [
    ['eox.scio', 'SCIO', 'secretariats/eox'], ['commonhelp', 'CH'], ['csirt.handler', 'CSIRT_H'],
    ['csirt.executive', 'CSIRT_X'], ['itd.duty', 'ITD_DM'], ['ciso', 'CISO'], ['cso', 'CSO'],
    ['ccio', 'CCIO'],
  ];
  for (const [person, role, scope] of central) {
    lines.push(
      `people { name: "people/${person}" display_name: ${text(person)} ${mailbox(person)} }`,
      `role_assignments { person: "people/${person}" role: ${text(role)}${scope ? ` scope: ${text(scope)}` : ''} }`,
    );
  }
  return `${lines.join('\n')}\n`;
}

async function secret(directory, name, value) {
  const file = path.join(directory, name);
  await writeFile(file, `${value}\n`, { mode: 0o600 });
  return text(file);
}

/** Writes the configuration of one bot; gives its address for /metrics. */
export async function configureStormBot(
  directory,
  { holder, server, tokenFile, list, platformsUrl, mailPort },
) {
  await mkdir(directory, { recursive: true });
  const [port] = await freePorts(1);
  const lines = [
    `server: ${text(server)}`,
    `token_file: ${text(tokenFile)}`,
    `holder: ${text(holder)}`,
    `listen: ${text(`127.0.0.1:${port}`)}`,
    'log_level: "info"',
  ];
  const random = () => randomBytes(24).toString('hex');
  const used = (platform) => list.some((agency) => agency.platform === platform);
  for (const workspace of used('slack') ? ['T1', 'T2'] : []) {
    lines.push(
      `slack { workspace: ${text(workspace)}`,
      `  signing_secret_files: ${await secret(directory, `${workspace}.signing`, random())}`,
      `  bot_token_file: ${await secret(directory, `${workspace}.token`, `xoxb-${random()}`)}`,
      `  api_base_url: ${text(`${platformsUrl}/slack/${workspace}/`)} }`,
    );
  }
  if (used('mattermost')) lines.push(
    `mattermost { workspace: ${text(TEAM)} base_url: ${text(`${platformsUrl}/mattermost/`)}`,
    `  bot_token_file: ${await secret(directory, 'mattermost.token', random())}`,
    `  command_token_files: ${await secret(directory, 'mattermost.command', random())} }`,
  );
  lines.push(
    `email { url: ${text(`smtp://127.0.0.1:${mailPort}`)} from: "Belfry <belfry@example.gov>" plaintext: true }`,
  );
  const key = await secret(directory, 'hook.secret', `whsec_${randomBytes(24).toString('base64')}`);
  for (const { place } of list.filter(({ platform }) => platform === 'webhook')) {
    const url = await secret(directory, `${place}.url`, `${platformsUrl}/hook/${place}`);
    lines.push(`webhooks { name: ${text(place)} url_file: ${url} kind: KIND_STANDARD secret_files: ${key} }`);
  }
  const file = path.join(directory, 'belfry-bot.textproto');
  await writeFile(file, '');
  await appendFile(file, `${lines.join('\n')}\n`);
  return { url: `http://127.0.0.1:${port}`, file };
}
