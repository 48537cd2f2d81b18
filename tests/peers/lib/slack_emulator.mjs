// The Slack emulator: Web API, signed requests to the bot, and a web page for people.
//
// Where it is more lenient than Slack, tests must not lean on it: tokens are not checked, nothing
// is rate-limited, message metadata is dropped, `conversations.history` ignores `limit` and shows
// ephemeral messages, and a response URL without `response_type` posts for everybody to see. It
// listens on all addresses, and forgets everything when it ends.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { freePorts, start, waitUntil } from './process.mjs';

const require = createRequire(import.meta.url);

export const WORKSPACE = 'T0GOV';
export const CHANNELS = { 'dop-incidents': 'C0DOP', 'itd-desk': 'C0ITD' };
/** Slack user ids; the names are those of the people in config/directory.textproto. */
export const USERS = {
  'dop.clerk': { id: 'U0CLERK', title: 'Permit clerk' },
  'dop.contact': { id: 'U0CONTACT', title: 'DOP primary contact' },
  'dop.iso': { id: 'U0ISO', title: 'DOP Information Security Officer' },
  'csirt.handler': { id: 'U0CSIRT', title: 'CSIRT handler' },
  'csirt.executive': { id: 'U0EXECUTIVE', title: 'CSIRT executive' },
  'eox.scio': { id: 'U0SCIO', title: 'CIO of Executive Office X' },
  ccio: { id: 'U0CCIO', title: 'Commonwealth CIO' },
  cso: { id: 'U0CSO', title: 'Chief Security Officer' },
  commonhelp: { id: 'U0HELP', title: 'CommonHelp operator' },
};
const BOT_USER = 'U0BELFRY';

export class SlackEmulator {
  constructor(url, running, port) {
    this.url = url;
    this.apiBaseUrl = `${url}/api/`;
    this.running = running;
    this.port = port;
  }

  async #get(where) {
    const response = await fetch(this.url + where);
    return response.json();
  }
  async #post(where, body) {
    const response = await fetch(this.url + where, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  /** All messages of a channel, oldest first, as stored; thread replies among them. */
  async messages(channel) {
    return (await this.#get(`/_control/messages/${CHANNELS[channel] ?? channel}`)).messages;
  }
  /** What went to and came from the bot, in order. */
  async log() {
    return (await this.#get('/_control/log')).log;
  }
  /** Types "/incident …" as somebody. Returns when the bot has answered the request. */
  command(user, channel, text, command = '/incident') {
    return this.#post('/_control/command', {
      user: USERS[user].id,
      channel: CHANNELS[channel],
      command,
      text,
    });
  }
  /** Presses the button with this label on a message as given by messages(). */
  press(user, message, label) {
    for (const block of message.blocks ?? []) {
      for (const element of block.elements ?? []) {
        if (element.type !== 'button' || element.text?.text !== label) continue;
        return this.#post('/_control/interact', {
          user: USERS[user].id,
          channel: message.channel,
          messageTs: message.ts,
          action: { ...element, block_id: block.block_id },
        });
      }
    }
    throw new Error(`no button "${label}" on ${JSON.stringify(message)}`);
  }
  /** Writes a message as somebody, in a thread when one is given. */
  say(user, channel, text, thread) {
    return this.#post('/_control/message', {
      user: USERS[user].id,
      channel: CHANNELS[channel],
      text,
      ...(thread ? { thread_ts: thread } : {}),
    });
  }
  react(user, channel, ts, name) {
    return this.#post('/_control/reaction', {
      user: USERS[user].id,
      channel: CHANNELS[channel],
      ts,
      name,
    });
  }
  edit(user, channel, ts, text) {
    return this.#post('/_control/edit-message', {
      user: USERS[user].id,
      channel: CHANNELS[channel],
      ts,
      text,
    });
  }
  erase(user, channel, ts) {
    return this.#post('/_control/delete-message', {
      user: USERS[user].id,
      channel: CHANNELS[channel],
      ts,
    });
  }
  openHome(user) {
    return this.#post('/_control/open-home', { user: USERS[user].id });
  }
}

/**
 * With an `appToken` the app is in Socket Mode. Otherwise `requestUrl` gets slash commands, button
 * presses and events alike: the emulator knows one address for each app; see slack_router.mjs.
 * `port` is for starting it again where it was.
 */
export async function startSlackEmulator(
  t,
  { directory, requestUrl, signingSecret, botToken, appToken, port },
) {
  port ??= (await freePorts(1))[0];
  const members = [...Object.values(USERS).map((user) => user.id), BOT_USER];
  const config = {
    workspace: { name: 'Commonwealth', domain: 'commonwealth', teamId: WORKSPACE },
    apps: [
      {
        appId: 'A0BELFRY',
        botUserId: BOT_USER,
        botName: 'belfry',
        botToken,
        signingSecret: signingSecret ?? 'unused',
        ...(appToken ? { mode: 'socket', appToken } : { mode: 'events', requestUrl }),
      },
    ],
    users: Object.entries(USERS).map(([name, user]) => ({
      id: user.id,
      name,
      real_name: user.title,
      email: `${name}@example.gov`,
    })),
    channels: Object.entries(CHANNELS).map(([name, id]) => ({ id, name, members })),
  };
  const file = path.join(directory, 'slack-emulator.json');
  await writeFile(file, JSON.stringify(config, null, 2));
  const binary = require.resolve('local-slack-linux-x64/bin/local-slack');
  const running = start(
    t,
    'slack emulator',
    binary,
    // Response URLs are made of the base host.
    ['--config', file, '--port', String(port), '--base-host', '127.0.0.1', '--files-dir', directory],
    { cwd: directory },
  );
  const url = `http://127.0.0.1:${port}`;
  await waitUntil('slack emulator answers', async () => (await fetch(`${url}/_control/state`)).ok, {
    process: running,
  });
  return new SlackEmulator(url, running, port);
}
