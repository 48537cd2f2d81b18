// belfryd and belfry-bot with Teams in front of them.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { configureServer, ROOT, startBot, startServer } from './belfry.mjs';
import { freePorts, requiredVariable, temporaryDirectory } from './process.mjs';
import { CHANNEL, startTeamsFake, TENANT, USERS } from './teams_fake.mjs';
import { startTeamsIssuer } from './teams_issuer.mjs';

const quote = (value) => JSON.stringify(value);

/** The test's agency, its people and channels in Teams instead of Slack. */
export async function writeTeamsDirectory(
  directory,
  { tenant = TENANT, users = USERS, channel = CHANNEL } = {},
) {
  const slack = await readFile(path.join(ROOT, 'tests/peers/config/directory.textproto'), 'utf8');
  const ids = {
    U0CLERK: 'dop.clerk',
    U0CONTACT: 'dop.contact',
    U0ISO: 'dop.iso',
    U0CSIRT: 'csirt.handler',
    U0EXECUTIVE: 'csirt.executive',
    U0SCIO: 'eox.scio',
    U0CCIO: 'ccio',
    U0CSO: 'cso',
    U0HELP: 'commonhelp',
  };
  let teams = slack.replaceAll('"slack"', '"teams"').replaceAll('"T0GOV"', quote(tenant));
  for (const [id, name] of Object.entries(ids)) {
    teams = teams.replaceAll(quote(id), quote(users[name] ?? name));
  }
  teams = teams
    .replaceAll('"C0DOP"', quote(channel))
    .replaceAll('"C0ITD"', quote('19:itd@thread.tacv2'));
  await writeFile(path.join(directory, 'directory.textproto'), teams);
}

async function writeSecret(file, text) {
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  return file;
}

/** Fills `directory` with everything belfry-bot needs to serve one tenant. */
export async function configureTeamsBot(
  directory,
  { server, tokenFile, appId, appPassword, issuer, tenant = TENANT, port, webhookToken },
) {
  port ??= (await freePorts(1))[0];
  const passwordFile = await writeSecret(path.join(directory, 'teams-password'), appPassword);
  const webhook = webhookToken
    ? `outgoing_webhooks { name: "dop" token_file: ${quote(
        await writeSecret(path.join(directory, 'teams-webhook'), webhookToken),
      )} }`
    : '';
  await writeFile(
    path.join(directory, 'belfry-bot.textproto'),
    `server: ${quote(server)}
token_file: ${quote(tokenFile)}
holder: "test-bot"
listen: ${quote(`127.0.0.1:${port}`)}
teams {
  tenant: ${quote(tenant)}
  app_id: ${quote(appId)}
  app_password_file: ${quote(passwordFile)}
  openid_metadata_url: ${quote(issuer.metadataUrl)}
  token_url: ${quote(issuer.tokenUrl)}
  extra_service_hosts: "127.0.0.1"
  ${webhook}
}
`,
  );
  return { port, url: `http://127.0.0.1:${port}` };
}

/** Everything: issuer, connector, server, bot. */
export async function startTeams(t, { start = true } = {}) {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const directory = await temporaryDirectory(t);
  const appId = randomUUID();
  const appPassword = randomBytes(16).toString('hex');
  const webhookToken = randomBytes(32).toString('base64');
  const issuer = await startTeamsIssuer(t, { appId, appPassword });
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/bot', rights: ['RIGHT_BOT'] }],
  });
  await writeTeamsDirectory(directory);
  const bot = await configureTeamsBot(directory, {
    server: server.address,
    tokenFile: server.tokenFiles['systems/bot'],
    appId,
    appPassword,
    issuer,
    webhookToken,
  });
  const teams = await startTeamsFake(t, { issuer, botUrl: bot.url, botAppId: appId });
  const all = { bin, directory, issuer, server, bot, teams, appId, appPassword, webhookToken };
  if (start) {
    all.serverProcess = await startServer(t, { bin, directory, address: server.address });
    all.botProcess = await startBot(t, { bin, directory, url: bot.url });
  }
  return all;
}
