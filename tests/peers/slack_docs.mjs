// docs/slack.md, tried: every command of its walk-through against the emulator, both its
// configurations with --check, and the manifests against what the bot knows.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { configureBot, configureServer, ROOT, startBot, startServer } from './lib/belfry.mjs';
import { freePorts, requiredVariable, temporaryDirectory, waitUntil } from './lib/process.mjs';
import { startSlackEmulator, WORKSPACE } from './lib/slack_emulator.mjs';

const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
const run = promisify(execFile);
const page = await readFile(path.join(ROOT, 'docs/slack.md'), 'utf8');
const blocks = [...page.matchAll(/^```\n(.*?)^```$/gms)].map((match) => match[1]);

test('every command of the page does something', async (t) => {
  const directory = await temporaryDirectory(t);
  const [slackPort] = await freePorts(1);
  const botToken = `xoxb-${randomBytes(12).toString('hex')}`;
  const appToken = `xapp-${randomBytes(12).toString('hex')}`;
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/bot', rights: ['RIGHT_BOT'] }],
  });
  await configureBot(directory, {
    server: server.address,
    tokenFile: server.tokenFiles['systems/bot'],
    workspace: WORKSPACE,
    apiBaseUrl: `http://127.0.0.1:${slackPort}/api/`,
    botToken,
    appToken,
  });
  const slack = await startSlackEmulator(t, { directory, botToken, appToken, port: slackPort });
  await startServer(t, { bin, directory, address: server.address });
  await startBot(t, { bin, directory });
  const commands = blocks.join('').match(/^\/incident .*$/gm);
  assert.ok(commands.length >= 7, 'the page has commands');
  const year = new Date().getUTCFullYear();
  for (const line of commands) {
    // The page was written in one year and is read in others.
    const text = line.replace('/incident ', '').replaceAll('DOP-2026', `DOP-${year}`);
    const before = (await slack.messages('dop-incidents')).length;
    await slack.command('dop.iso', 'dop-incidents', text);
    const answer = await waitUntil(`an answer to ${line}`, async () =>
      (await slack.messages('dop-incidents'))
        .slice(before)
        .find((message) => message.subtype === 'ephemeral'),
    );
    // "ack" alone asks which incident where the channel does not tell.
    assert.doesNotMatch(answer.text, /not understood|no verb|cannot|Unknown/i, line);
  }
});

test('both configurations of the page are valid but for their files', async (t) => {
  const configurations = blocks.filter((block) => block.includes('slack {') && block.includes('holder'));
  assert.equal(configurations.length, 2);
  const directory = await temporaryDirectory(t);
  for (const [name, text] of [
    ['bot.token', 'x'],
    ['slack.bot-token', 'xoxb-x'],
    ['slack.app-token', 'xapp-x'],
    ['slack.signing-secret', 'x'],
  ]) {
    await writeFile(path.join(directory, name), `${text}\n`);
  }
  const file = path.join(directory, 'bot.textproto');
  const check = () => run(path.join(bin, 'belfry-bot'), ['--config', file, '--check']);
  for (const text of configurations) {
    const here = text.replaceAll('/etc/belfry', directory);
    await writeFile(file, here);
    assert.match((await check()).stdout, /valid/);
    // Exchanged by mistake: said now, not by Slack later.
    await writeFile(file, here.replace('slack.bot-token', 'slack.signing-secret'));
    await assert.rejects(check(), /slack\.bot_token_file: must hold a token that begins with "xoxb-"/);
    await writeFile(file, here.replace(/^ *(app_token_file|signing_secret_files).*$/m, ''));
    await assert.rejects(check(), /app_token_file .*signing_secret_files/s);
  }
});

test('the manifests name the shortcuts that the bot knows, within Slack\'s limits', async () => {
  const header = await readFile(path.join(ROOT, 'bot/platform/slack/inbound.h'), 'utf8');
  const known = new Set([...header.matchAll(/Shortcut\[\] = "(\w+)"/g)].map((match) => match[1]));
  assert.equal(known.size, 3);
  const directory = path.join(ROOT, 'deploy/slack');
  const names = await readdir(directory);
  assert.equal(names.length, 3);
  for (const name of names) {
    const manifest = await readFile(path.join(directory, name), 'utf8');
    const named = new Set([...manifest.matchAll(/callback_id: (\w+)/g)].map((match) => match[1]));
    assert.deepEqual(named, known, name);
    for (const [, shortcut] of manifest.matchAll(/^ {4}- name: (.*)$/gm)) {
      assert.ok(shortcut.length <= 24, `${name}: ${shortcut}`);
    }
    for (const [, text] of manifest.matchAll(/^ *description: (.*)$/gm)) {
      assert.ok(text.length <= 140, `${name}: ${text}`);
    }
    const socket = /socket_mode_enabled: true/.test(manifest);
    assert.equal(socket, !/url: https/.test(manifest), `${name}: Socket Mode has no addresses`);
  }
});
