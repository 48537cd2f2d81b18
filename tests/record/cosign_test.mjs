// The whole way of a cosignature: belfryd signs, the bot carries, the witness vouches, the export shows
// it; and when an older database is restored, the witness does not vouch and the bot raises an alarm.
//
//   BELFRY_BIN=build/release/bin node --test tests/record/cosign_test.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { freePorts, requiredVariable, start, temporaryDirectory, waitUntil } from '../peers/lib/process.mjs';
import { Site } from './site.mjs';

const NAME = 'witness.example/w1';

test('cosignatures arrive, and a restored backup is an alarm', async (t) => {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const directory = await temporaryDirectory(t);
  const keyFile = path.join(directory, 'witness.pem');
  const words = ['audit', 'keygen', keyFile, '--type', 'witness', '--name', NAME];
  const witnessKey = execFileSync(path.join(bin, 'belfry'), words, { encoding: 'utf8' }).trim();
  const site = await Site.create(t, {
    witnesses: [witnessKey],
    principals: [{ name: 'systems/belfry-bot', rights: ['RIGHT_BOT'] }],
  });
  const [port, botPort] = await freePorts(2);
  const config = path.join(directory, 'witness.textproto');
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}" name: "${NAME}" key_file: "${keyFile}" state_directory: "${directory}/state"
     logs { origin: "mass.example/belfry" verifier_keys: "${site.key}" }`,
  );
  const botConfig = path.join(directory, 'bot.textproto');
  writeFileSync(
    botConfig,
    `server: "${site.server.address}" token_file: "${site.server.tokenFiles['systems/belfry-bot']}" holder: "b"
     listen: "127.0.0.1:${botPort}" witness_interval_seconds: 1
     witnesses { url: "http://127.0.0.1:${port}" verifier_key: "${witnessKey}" }`,
  );
  start(t, 'belfry-witness', path.join(bin, 'belfry-witness'), ['--config', config]);
  let running = await site.start();
  await site.report(6, 'first');
  const bot = start(t, 'belfry-bot', path.join(bin, 'belfry-bot'), ['--config', botConfig]);
  const metric = async (name) => {
    const text = await (await fetch(`http://127.0.0.1:${botPort}/metrics`)).text();
    return Number(text.match(new RegExp(`^${name}\\{witness="${NAME}"\\} (\\d+)$`, 'm'))[1]);
  };
  await waitUntil('a cosignature', async () => (await metric('belfry_bot_witness_size')) > 0, { process: bot });

  const file = path.join(directory, 'export.belfry-record');
  await site.belfry('audit', 'export', file);
  const held = await site.belfry('audit', 'checkpoint', '--verifier-key', site.key);
  const result = await site.verify(file, held, { witnesses: [witnessKey] });
  assert.equal(result.ok, true, result.what);
  assert.ok(result.witnesses[0].size > 0n);

  await running.stop();
  site.save('backup');
  running = await site.start();
  const before = await metric('belfry_bot_witness_size');
  await site.report(6, 'second');
  await waitUntil('another one', async () => (await metric('belfry_bot_witness_size')) > before, { process: bot });
  assert.equal(await metric('belfry_bot_witness_split_view'), 0);
  await running.stop();

  // Somebody restores the backup, its anchor as well, and something else happens.
  site.restore('backup');
  running = await site.start();
  await site.report(1, 'other');
  await waitUntil('the alarm', async () => (await metric('belfry_bot_witness_split_view')) === 1, { process: bot });
  assert.match(bot.output, /SPLIT VIEW/);
});
