// Mattermost's protocol, played by a fake that is strict where the server is: slash commands, buttons,
// forms, posts, threads and edits; and what somebody gets who forges any of them.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/mattermost.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';

import { CHANNEL, startMattermost, TEAM } from './lib/mattermost_fake.mjs';
import { waitUntil } from './lib/process.mjs';
import { secretFile, startGovernment } from './lib/sinks.mjs';

const CONTACT = 'usercontactcontactcontact1';
const STRANGER = 'userstrangerstrangerstran1';
const CHANNELS = `channels { name: "channels/dop" platform: "mattermost" workspace: "${TEAM}" address: "${CHANNEL}" scope: "entities/dop" }`;

async function startEverything(t) {
  const secret = () => randomBytes(24).toString('hex');
  const secrets = { botToken: secret(), commandToken: secret(), action: secret() };
  const mattermost = await startMattermost(t, secrets);
  const government = await startGovernment(t, {
    channels: CHANNELS,
    contacts: `contacts { platform: "mattermost" workspace: "${TEAM}" address: "@${CONTACT}" }`,
    accounts: `chat_accounts { platform: "mattermost" workspace: "${TEAM}" user_id: "${CONTACT}" }`,
    bot: async ({ directory, url }) => `mattermost {
      workspace: "${TEAM}" base_url: "${mattermost.base}" callback_url: "${url}/"
      bot_token_file: ${await secretFile(directory, 'bot-token', secrets.botToken)}
      command_token_files: ${await secretFile(directory, 'command-token', secrets.commandToken)}
      action_secret_file: ${await secretFile(directory, 'action-secret', secrets.action)} }`,
  });
  mattermost.serve(government.url);
  return { mattermost, government, secrets };
}

const shown = (body) => JSON.stringify(body);
const textOf = (post) => `${post.message} ${shown(post.props?.attachments)}`;

test('an incident from report to acknowledgement', async (t) => {
  const { mattermost, government, secrets } = await startEverything(t);
  const inChannel = () => [...mattermost.posts.values()].filter(({ channel_id: id }) => id === CHANNEL);

  const answer = await mattermost.type(CONTACT, 'open "Ransom note @all **now**" sev:3 agency:DOP confirm:yes');
  assert.equal(answer.status, 200);
  assert.equal(answer.body.response_type, 'ephemeral');
  assert.match(shown(answer.body), /DOP-\d{4}-0001/);

  const headline = await waitUntil('the headline', () => inChannel().find((post) => textOf(post).includes('Ransom')));
  assert.doesNotMatch(textOf(headline), /@all/, 'nobody is woken');
  assert.match(headline.message, /\\\*\\\*now/, 'nothing typed is bold');
  assert.match(headline.props.belfry_delivery, /^deliveries\//);
  const id = /DOP-\d{4}-0001/.exec(textOf(headline))[0];

  await t.test('the page goes to the person and its button acknowledges', async () => {
    const page = await waitUntil('the page', () => [...mattermost.posts.values()].find(
      (post) => post.channel_id !== CHANNEL && shown(post).includes('Acknowledge')));
    assert.doesNotMatch(shown(page), new RegExp(secrets.action));
    const forged = [
      (body) => ({ ...body, context: { ...body.context, command: `close ${id}` } }),
      (body) => ({ ...body, context: { ...body.context, seal: '0'.repeat(64) } }),
      (body) => ({ ...body, context: { command: body.context.command } }),
    ];
    for (const change of forged) {
      assert.equal((await mattermost.press(CONTACT, page, 'Acknowledge', change)).status, 403);
    }
    // What helps a stranger has buttons, so it is told beside the answer.
    await mattermost.press(STRANGER, page, 'Acknowledge');
    const told = await waitUntil('a word to the stranger', () =>
      [...mattermost.posts.values()].find((post) => /linked to no person/.test(textOf(post))));
    assert.notEqual(told.channel_id, CHANNEL, 'for the stranger alone');
    const pressed = await mattermost.press(CONTACT, page, 'Acknowledge');
    assert.equal(pressed.status, 200);
    assert.equal(typeof pressed.body, 'object');
    await waitUntil('the line in the thread', () => inChannel().some((post) => post.root_id === headline.id && /cknowledged/.test(textOf(post))));
  });

  await t.test('the headline is edited in place', async () => {
    await waitUntil('an edit', () => headline.edit_at);
    assert.equal(inChannel().filter((post) => !post.root_id && textOf(post).includes('Ransom')).length, 1);
  });

  await t.test('somebody without the token gets nothing', async () => {
    const before = mattermost.posts.size;
    assert.equal((await mattermost.type(CONTACT, 'list', { token: 'guess' })).status, 401);
    assert.equal((await mattermost.type(CONTACT, 'list', { token: '' })).status, 401);
    assert.equal(mattermost.posts.size, before);
    const metrics = await (await fetch(`${government.url}/metrics`)).text();
    assert.match(metrics, /belfry_bot_rejected_requests_total\{reason="wrong"\} 1/);
  });

  await t.test('every delivery is there once', () => {
    // Answers to one person are no deliveries.
    const marks = [...mattermost.posts.values()].map(({ props }) => props.belfry_delivery).filter(Boolean);
    assert.equal(new Set(marks).size, marks.length);
  });
  for (const secret of Object.values(secrets)) assert.ok(!government.bot.output.includes(secret));
});
