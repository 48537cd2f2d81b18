// The main cards as Slack shows them, at the width of a phone and of a window: real messages and views
// of a real bot, drawn by a renderer of Block Kit. Fails when one is wider than the phone.
//
//   BELFRY_BIN=… BELFRY_PICTURES=docs/chat node --test tests/peers/slack_pictures.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { advanceClock, configureBot, configureServer, startBot, startServer } from './lib/belfry.mjs';
import { openBrowserPage } from './lib/browser.mjs';
import { requiredVariable, temporaryDirectory, waitUntil } from './lib/process.mjs';
import { CHANNELS, USERS, WORKSPACE } from './lib/slack_emulator.mjs';
import { startSlackFake } from './lib/slack_fake.mjs';

// The renderer requires an ES module, which Node.js can since 20.19; Debian 12 has 18.
const [major, minor] = process.versions.node.split('.').map(Number);
const skip = major > 20 || (major === 20 && minor >= 19) ? false : 'the renderer needs Node.js 20.19';
const { draw, WIDTHS } = skip ? {} : await import('./lib/slack_render.mjs');

const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
const TITLE = 'Ransom note on three PCs in the permit office';

function command(text, user = 'dop.iso') {
  return {
    team_id: WORKSPACE,
    user_id: USERS[user].id,
    channel_id: CHANNELS['dop-incidents'],
    command: '/incident',
    text,
    trigger_id: randomBytes(8).toString('hex'),
    response_url: 'https://hooks.slack.com/commands/none',
  };
}

test('the cards', { skip }, async (t) => {
  const directory = await temporaryDirectory(t);
  const pictures = process.env.BELFRY_PICTURES ?? directory;
  await mkdir(pictures, { recursive: true });
  const fake = await startSlackFake(t, WORKSPACE);
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/bot', rights: ['RIGHT_BOT'] }],
    clock: 'virtual',
  });
  await configureBot(directory, {
    server: server.address,
    tokenFile: server.tokenFiles['systems/bot'],
    workspace: WORKSPACE,
    apiBaseUrl: fake.apiBaseUrl,
    botToken: 'xoxb-pictures',
    appToken: 'xapp-pictures',
  });
  await startServer(t, { bin, directory, address: server.address });
  const advance = await advanceClock(t, server);
  await startBot(t, { bin, directory });
  const page = await openBrowserPage(t);

  const posts = (check) =>
    fake.calls
      .filter(({ method }) => method === 'chat.postMessage' || method === 'chat.update')
      .map(({ args }) => args)
      .filter(check);
  // A night's notices wait in line: Slack takes one in a second for each channel.
  const post = (what, check) => waitUntil(what, () => posts(check).at(-1), { timeoutMs: 120_000 });
  const picture = async (name, content) => {
    for (const [size, width] of Object.entries(WIDTHS)) {
      const file = path.join(pictures, `slack-${name}${size === 'phone' ? '-phone' : ''}.png`);
      const { problems } = await draw(page, content, width, file);
      assert.deepEqual(problems, [], `${name} on a ${size}`);
    }
  };
  const say = async (text, user) => (await fake.envelope('slash_commands', command(text, user))).payload;
  // The modal that a line opens, when it has been filled with its content.
  const modal = async (text) => {
    const before = fake.callsOf('views.update').length;
    const answer = await say(text);
    if (answer !== undefined) return undefined;
    return waitUntil('the modal', () => fake.callsOf('views.update')[before]?.args.view);
  };
  const inChannel = (args) => args.channel === CHANNELS['dop-incidents'] && !args.thread_ts;

  await say(`open "${TITLE}" sev:3 agency:DOP type:CAT-04 summary:"The note asks for money. The PCs are off the network; the file server looks untouched."`, 'dop.clerk');
  const headline = await post('the headline', (args) => inChannel(args) && args.text.includes(TITLE));
  await picture('headline', headline);
  const paged = await post('a page', (args) => args.channel.startsWith('U') && /paged/i.test(args.text));
  await picture('page', paged);
  await picture('list', await say('list'));
  await picture('help', await say('help'));

  const id = headline.text.match(/DOP-\d{4}-\d{4}/)[0];
  await say(`ack ${id}`);
  await picture('form', await modal(`update ${id}`));
  // An act that is told to everybody who was told of the incident.
  const confirm = await say(`dismiss ${id} "The note was part of a vendor's drill"`, 'csirt.handler');
  assert.match(JSON.stringify(confirm), /confirm:yes/);
  await picture('confirm', confirm);
  await fake.envelope('events_api', {
    type: 'event_callback',
    team_id: WORKSPACE,
    event: { type: 'app_home_opened', user: USERS['dop.iso'].id, channel: 'D1', tab: 'home', event_ts: '1' },
  });
  const home = await fake.awaitCall('views.publish');
  await picture('home', home.args.view);

  await advance(20.5 * 3600);
  const reminder = await post('a reminder', (args) => /is due in/i.test(args.text));
  await picture('reminder', reminder);
  if (process.env.BELFRY_PICTURES !== undefined) {
    // By hand, for it takes minutes: a night's notices wait in line, one in a second for each channel.
    // Answered, the card that asked becomes the receipt.
    await post('the reminder of the report', (args) => /FOLLOWUP-24H[^]*is due in/i.test(args.text));
    await say(`followup ${id} summary:"A note on three PCs" impact:"Nobody can print" actions:"Taken off the network" next:"Images"`, 'dop.iso');
    await picture('receipt', await post('the receipt', (args) => args.ts !== undefined && /✓ Done/.test(JSON.stringify(args))));
  }
  await advance(5 * 3600);
  const overdue = await post('an overdue duty', (args) => /overdue/i.test(args.text));
  await picture('overdue', overdue);
  if (process.env.BELFRY_PICTURES !== undefined) {
    await picture('digest', await post('a digest', (args) => /\d open incident/.test(args.text)));
  }
});
