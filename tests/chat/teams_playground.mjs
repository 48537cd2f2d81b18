// The story of an incident in Microsoft's Agents Playground, as a person types and clicks it. Started
// by teams-playground.sh.
//
// The Playground asks for no token and sends none, so the bot runs with --teams-anonymous-loopback.
// It has no dialogs; the bot then answers a button with a form as a card.
import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { configureServer, startServer } from '../peers/lib/belfry.mjs';
import { openBrowserPage } from '../peers/lib/browser.mjs';
import {
  freePorts,
  requiredVariable,
  start,
  temporaryDirectory,
  waitUntil,
} from '../peers/lib/process.mjs';
import { writeTeamsDirectory } from '../peers/lib/teams.mjs';

// Those of the Playground's own configuration.
const TENANT = '00000000-0000-0000-0000-0000000000001';
const PERSON = '00000000-0000-0000-0000-0000000000020';
const TITLE = 'Ransom note on three PCs';

async function startEverything(t) {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const playground = requiredVariable('BELFRY_PLAYGROUND', 'where the Playground is installed');
  const directory = await temporaryDirectory(t);
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/bot', rights: ['RIGHT_BOT'] }],
  });
  const [botPort, pagePort] = await freePorts(2);
  await writeTeamsDirectory(directory, { tenant: TENANT, users: { 'dop.iso': PERSON } });
  await writeFile(
    path.join(directory, 'belfry-bot.textproto'),
    `server: ${JSON.stringify(server.address)}
token_file: ${JSON.stringify(server.tokenFiles['systems/bot'])}
holder: "playground-bot"
listen: "127.0.0.1:${botPort}"
teams { tenant: "${TENANT}" app_id: "playground" extra_service_hosts: "localhost" }
`,
  );
  await startServer(t, { bin, directory, address: server.address });
  const bot = start(
    t,
    'belfry-bot',
    path.join(bin, 'belfry-bot'),
    ['--config', path.join(directory, 'belfry-bot.textproto'), '--teams-anonymous-loopback'],
    { cwd: directory },
  );
  const botUrl = `http://127.0.0.1:${botPort}`;
  await waitUntil('belfry-bot is ready', async () => (await fetch(`${botUrl}/readyz`)).ok, {
    process: bot,
  });

  // It opens a browser by itself and ends when it cannot.
  const fake = path.join(directory, 'bin');
  await mkdir(fake);
  await writeFile(path.join(fake, 'xdg-open'), '#!/bin/sh\nexit 0\n');
  await chmod(path.join(fake, 'xdg-open'), 0o755);
  const running = start(
    t,
    'playground',
    process.execPath,
    [
      path.join(playground, 'node_modules/@microsoft/m365agentsplayground/cli.js'),
      'start',
      '-e',
      `${botUrl}/api/messages`,
      '-c',
      'msteams',
      '-p',
      String(pagePort),
      '--dt',
    ],
    { cwd: directory, env: { PATH: `${fake}:${process.env.PATH}` } },
  );
  const url = `http://127.0.0.1:${pagePort}/`;
  await waitUntil('the Playground', async () => (await fetch(url)).ok, {
    process: running,
    timeoutMs: 30_000,
  });
  return { url, bot, directory };
}

test('an incident in the Playground', async (t) => {
  const all = await startEverything(t);
  if (process.env.BELFRY_PLAYGROUND_LOOK) {
    process.stderr.write(`\nOpen ${all.url} and write: open "${TITLE}"\nCtrl-C ends everything.\n`);
    await new Promise((resolve) => process.once('SIGINT', resolve));
    return;
  }
  const pictures = process.env.BELFRY_PICTURES ?? (await temporaryDirectory(t));
  await mkdir(pictures, { recursive: true });
  const page = await openBrowserPage(t);
  await page.route(/cdn\.office\.net/, (route) => route.abort());
  await page.goto(all.url);
  await page.getByText('Connected.').waitFor();
  const type = async (text) => {
    const box = page.locator('[data-lexical-editor=true]');
    await box.click();
    await box.pressSequentially(text);
    await page.getByRole('button', { name: 'Send Message' }).click();
  };
  const picture = (name) =>
    page.screenshot({ path: path.join(pictures, `teams-playground-${name}.png`) });

  let id;
  await t.test('typing opens an incident', async () => {
    await type(`open "${TITLE}" sev:3 agency:DOP`);
    const said = page.getByText(/DOP-\d{4}-\d{4}/).first();
    await said.waitFor();
    id = (await said.innerText()).match(/DOP-\d{4}-\d{4}/)[0];
    await picture('opened');
  });

  await t.test('the one who is paged acknowledges with a button', async () => {
    const button = page.getByRole('button', { name: 'Acknowledge', exact: true }).last();
    await button.waitFor();
    await button.scrollIntoViewIfNeeded();
    await button.click();
    await page
      .getByText(/acknowledged/i)
      .last()
      .waitFor();
    await picture('acknowledged');
  });

  await t.test('a list is a card', async () => {
    await type('list');
    await page
      .getByText(/open incident|1 incident/i)
      .last()
      .waitFor();
    await type(`show ${id}`);
    await page.getByText(TITLE).last().waitFor();
    await picture('list');
  });

  await t.test('what goes wrong says what to type', async () => {
    await type('acknowlege x');
    await page.getByText(/help/).last().waitFor();
  });

  await t.test('nothing failed on the way', async () => {
    assert.ok(!/could not be delivered|refused/.test(all.bot.output), all.bot.output);
  });
});
