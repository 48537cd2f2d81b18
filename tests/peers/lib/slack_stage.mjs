// The programs behind a Slack emulator over HTTP, configured and not yet started.
import { randomBytes } from 'node:crypto';

import { configureBot, configureServer } from './belfry.mjs';
import { freePorts } from './process.mjs';
import { startSlackEmulator, WORKSPACE } from './slack_emulator.mjs';
import { startSlackRouter } from './slack_router.mjs';

/**
 * `principals` and `clock` as of configureServer(); start `server` and `bot` with startServer() and
 * startBot(). Requests go through a router that keeps every exchange. `secrets` must stand in no log.
 */
export async function stageSlack(t, directory, { principals, clock }) {
  const signingSecret = randomBytes(16).toString('hex');
  const botToken = `xoxb-${randomBytes(12).toString('hex')}`;
  const [port] = await freePorts(1);
  const server = await configureServer(directory, { principals, clock });
  const bot = await configureBot(directory, {
    server: server.address,
    tokenFile: server.tokenFiles['systems/bot'],
    workspace: WORKSPACE,
    apiBaseUrl: `http://127.0.0.1:${port}/api/`,
    signingSecret,
    botToken,
  });
  const router = await startSlackRouter(t, bot.url);
  const emulator = await startSlackEmulator(t, {
    directory,
    requestUrl: router.url,
    signingSecret,
    botToken,
    port,
  });
  return { server, bot, router, emulator, secrets: [signingSecret, botToken] };
}
