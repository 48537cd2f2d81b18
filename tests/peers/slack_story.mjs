// A responder reports an incident in the emulator's web page; the agency's security officer acknowledges
// it there; the headline is edited in place and its thread is the log.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/slack_story.mjs
//
// The test starts all programs itself. With BELFRY_SLACK_URL it uses an emulator that runs already,
// with a bot behind it:
//   BELFRY_SLACK_URL           the web page, "http://127.0.0.1:3300"
//   BELFRY_SLACK_CHANNEL       name of the channel, "dop-incidents"
//   BELFRY_SLACK_REPORTER      who reports, as the page shows the name
//   BELFRY_SLACK_ACKNOWLEDGER  who acknowledges
// BELFRY_PICTURES is a directory for slack-opened.png and slack-channel.png; without it the
// pictures go with the test.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { startBot, startServer } from './lib/belfry.mjs';
import { openBrowserPage, SlackModal, SlackPage } from './lib/browser.mjs';
import { requiredVariable, temporaryDirectory, waitUntil } from './lib/process.mjs';
import { USERS } from './lib/slack_emulator.mjs';
import { stageSlack } from './lib/slack_stage.mjs';

const TITLE = 'Ransom note on three PCs';
const COMMAND = `/incident open "${TITLE}" sev:3 agency:DOP`;
const SECOND = 'Mail of the permit office is encrypted';
// The three parts of a daily status.
const STATUS = {
  Conditions: 'Three PCs are off the network',
  Actions: 'Images are being taken',
  Needs: 'Nothing yet',
};
const STATUS_SAID = /status/i;
// Slack gives up after three seconds.
const ANSWER_MS_MAX = 3000;

async function startEverything(t) {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const directory = await temporaryDirectory(t);
  const {
    server,
    bot,
    router,
    emulator: slack,
  } = await stageSlack(t, directory, {
    principals: [{ name: 'systems/bot', rights: ['RIGHT_BOT'] }],
  });
  await startServer(t, { bin, directory, address: server.address });
  await startBot(t, { bin, directory, url: bot.url });
  return {
    url: slack.url,
    channel: 'dop-incidents',
    reporter: USERS['dop.clerk'].title,
    acknowledger: USERS['dop.iso'].title,
    exchanges: router.exchanges,
  };
}

function runningAlready() {
  return {
    url: process.env.BELFRY_SLACK_URL,
    channel: requiredVariable('BELFRY_SLACK_CHANNEL', 'name of the channel'),
    reporter: requiredVariable('BELFRY_SLACK_REPORTER', 'who reports'),
    acknowledger: requiredVariable('BELFRY_SLACK_ACKNOWLEDGER', 'who acknowledges'),
    exchanges: [],
  };
}

test('an incident in the web page of Slack', async (t) => {
  const place = process.env.BELFRY_SLACK_URL ? runningAlready() : await startEverything(t);
  const pictures = process.env.BELFRY_PICTURES ?? (await temporaryDirectory(t));
  await mkdir(pictures, { recursive: true });
  const page = await openBrowserPage(t);
  const slack = new SlackPage(page);
  await slack.open(place.url);
  await slack.chooseChannel(place.channel);

  let ts;
  let before;
  await t.test('a command becomes a headline with buttons', async () => {
    await slack.actAs(place.reporter);
    await slack.type(COMMAND);
    const acknowledge = page.getByRole('button', { name: 'Acknowledge', exact: true });
    const headline = slack
      .messages()
      .filter({ hasText: TITLE })
      .filter({ has: acknowledge })
      .last();
    await headline.waitFor();
    ts = await headline.getAttribute('data-ts');
    before = await headline.innerText();
    assert.match(before, /DOP-\d{4}-\d{4}/);
    assert.match(before, /SEV3/);
    for (const label of ['Acknowledge', 'Update', 'Escalate']) {
      assert.ok(
        await headline.getByRole('button', { name: label, exact: true }).isVisible(),
        `button ${label}`,
      );
    }
    await slack.picture(path.join(pictures, 'slack-opened.png'));
  });

  await t.test('Acknowledge edits the headline in place', async () => {
    const id = before.match(/DOP-\d{4}-\d{4}/)[0];
    const headlines = () => slack.messages().filter({ hasText: id }).filter({ hasText: TITLE });
    const count = await headlines().count();
    await slack.actAs(place.acknowledger);
    await slack.message(ts).getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await slack.message(ts).filter({ hasText: /acknowledged by/i }).waitFor();
    assert.notEqual(await slack.message(ts).innerText(), before);
    assert.equal(await headlines().count(), count, 'no second headline');
  });

  await t.test('the thread is the log', async () => {
    await slack.openThread(slack.message(ts));
    await slack.replies().filter({ hasText: /acknowledged/i }).first().waitFor();
    // What follows is said in the thread, too, and seen at once.
    await slack.message(ts).scrollIntoViewIfNeeded();
    await slack.picture(path.join(pictures, 'slack-channel.png'));
  });

  await t.test('Update opens a form; what is wrong is said, what is right is recorded', async () => {
    await slack.closeThread();
    await slack.actAs(place.acknowledger);
    await slack.message(ts).getByRole('button', { name: 'Update', exact: true }).click();
    const modal = new SlackModal(page);
    await modal.submitButton().waitFor();
    await slack.picture(path.join(pictures, 'slack-form.png'));
    await modal.submit();
    await modal.errors().first().waitFor();
    for (const [label, text] of Object.entries(STATUS)) await modal.fill(label, text);
    await modal.submit();
    await modal.closeAnswer();
    await slack.openThread(slack.message(ts));
    await slack.replies().filter({ hasText: STATUS_SAID }).first().waitFor();
  });

  await t.test('a shortcut of the words: a line without a title opens the form of a report', async () => {
    await slack.closeThread();
    await slack.actAs(place.reporter);
    await slack.type('/incident open');
    const modal = new SlackModal(page);
    await modal.fill('What happened', SECOND);
    await modal.submit();
    await slack.messages().filter({ hasText: SECOND }).first().waitFor();
    await modal.closeAnswer();
  });

  await t.test('every request was answered in time', async () => {
    // The record of an exchange is complete a moment after the page has seen its effect.
    const done = () => place.exchanges.every((exchange) => exchange.milliseconds !== undefined);
    await waitUntil('answers', done);
    for (const { path: where, status, milliseconds } of place.exchanges) {
      assert.equal(status, 200, where);
      assert.ok(milliseconds < ANSWER_MS_MAX, `${where} took ${milliseconds} ms`);
    }
  });
});
