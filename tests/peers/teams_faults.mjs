// Teams on a bad day: throttled, broken, too large, gone, with expired tokens and repeated presses.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/teams_faults.mjs
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { startTeams } from './lib/teams.mjs';
import { cardText, CHANNEL, TeamsFake } from './lib/teams_fake.mjs';

const ANSWER_MS_MAX = 3000;

test('a bot that could not be safe does not start', async (t) => {
  const all = await startTeams(t);
  const file = path.join(all.directory, 'belfry-bot.textproto');
  const good = await readFile(file, 'utf8');
  const refused = async (config, args = []) => {
    const other = path.join(all.directory, 'other.textproto');
    await writeFile(other, config);
    const run = spawnSync(path.join(all.bin, 'belfry-bot'), ['--config', other, ...args], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(run.status, 1, run.stdout + run.stderr);
    return run.stderr;
  };
  const everywhere = good.replace(/listen: "127\.0\.0\.1:(\d+)"/, 'listen: "0.0.0.0:$1"');
  assert.match(await refused(everywhere, ['--teams-anonymous-loopback']), /loopback address/);
  assert.match(await refused(good.replace(/listen: .*/, '')), /listen: is needed/);
  assert.match(await refused(good.replace(/app_password_file: .*/, '')), /app_password_file/);
  assert.match(await refused(good.replace(/tenant: .*/, '')), /teams\.tenant/);
  assert.match(
    await refused(good.replace('extra_service_hosts: "127.0.0.1"', 'extra_service_hosts: ".net"')),
    /extra_service_hosts/,
  );
  await writeFile(path.join(all.directory, 'teams-webhook'), 'short');
  assert.match(await refused(good), /outgoing_webhooks\.token_file/);
});

test('Teams with faults', async (t) => {
  const all = await startTeams(t);
  const { teams, issuer } = all;
  // Notices open threads of their own; an answer goes into the thread of what was asked.
  const isAnswer = (call) => call.path.endsWith('/activities');
  const said = () => teams.messages.filter((message) => message.thread !== message.id).length;
  const once = (fault) => {
    let left = 1;
    teams.fault = (call) => (isAnswer(call) && left-- > 0 ? fault : undefined);
  };
  const healthy = () => {
    teams.fault = () => undefined;
  };
  const answers = (pattern) => teams.find(pattern).length;
  await teams.install('dop.clerk');

  await t.test('an answer that is throttled comes later, once', async () => {
    for (const status of [429, 412]) {
      const before = answers(/open incidents|no incident|Nothing/i);
      const calls = teams.calls.length;
      once({ status, headers: { 'retry-after': '1' } });
      assert.equal((await teams.say('dop.iso', 'list')).status, 200);
      // Greetings of the installation may come in between, and say similar things.
      const said = () => teams.calls.slice(calls).filter(isAnswer);
      const first = await teams.waitFor(`the answer with ${status}`, () => said().find((call) => call.fault));
      const second = await teams.waitFor(
        `the answer after ${status}`,
        () => answers(/open incidents|no incident|Nothing/i) > before && said().find((call) => call !== first && call.path === first.path),
      );
      assert.equal(first.status, status);
      assert.ok(second.at - first.at >= 900, `came back after ${second.at - first.at} ms: ${JSON.stringify(teams.calls.slice(calls))}`);
      healthy();
    }
  });

  await t.test('an answer that may have arrived is not said twice', async () => {
    for (const fault of [
      { status: 502, when: 'after' },
      { status: 504, when: 'after' },
      { reset: true, when: 'after' },
    ]) {
      const before = said();
      once(fault);
      await teams.say('dop.iso', 'list');
      await teams.waitFor('the message', () => said() > before);
      healthy();
      await teams.say('dop.iso', 'nonsense-to-mark-the-end');
      await teams.waitFor('the end', () => said() > before + 1);
      assert.equal(said(), before + 2);
    }
  });

  await t.test('a token that Teams no longer takes is replaced', async () => {
    issuer.revokeAll();
    const before = said();
    await teams.say('dop.iso', 'list');
    await teams.waitFor('the answer', () => said() > before);
    assert.ok(teams.calls.some((call) => call.status === 401));
  });

  await t.test('a token endpoint that fails delays the answer', async () => {
    issuer.revokeAll();
    issuer.tokenFault = { status: 503, body: {} };
    const before = said();
    await teams.say('dop.iso', 'list');
    await teams.waitFor('a refused call', () => teams.calls.at(-1).status === 401);
    issuer.tokenFault = undefined;
    await teams.waitFor('the answer', () => said() > before, 30_000);
  });

  let headline;
  await t.test('a headline survives throttling and time-outs', async () => {
    let left = 3;
    teams.fault = (call) =>
      call.path === 'v3/conversations' && left-- > 0
        ? { status: [429, 412, 429][left], headers: { 'retry-after': '1' } }
        : undefined;
    await teams.say('dop.clerk', 'open "Ransom note on three PCs" sev:3 agency:DOP');
    headline = await teams.waitFor(
      'the headline',
      () =>
        teams
          .find(/SEV3.*Ransom note/)
          .find(
            (message) =>
              message.conversation === CHANNEL &&
              message.thread === message.id &&
              TeamsFake.action(message.card, 'Acknowledge'),
          ),
      60_000,
    );
    assert.equal(left < 0, true, 'the faults were met');
    healthy();
  });

  await t.test('a press that Teams sends three times is done once', async () => {
    const id = cardText(headline.card).match(/DOP-\d{4}-\d{4}/)[0];
    const action = TeamsFake.action(headline.card, 'Acknowledge');
    const press = () =>
      teams.activity(
        'dop.iso',
        {
          type: 'invoke',
          name: 'adaptiveCard/action',
          replyToId: headline.id,
          value: { action: { type: 'Action.Execute', verb: action.verb, data: action.data } },
        },
        { thread: headline.thread },
      );
    const begun = performance.now();
    const results = await Promise.all([teams.send(press()), teams.send(press()), teams.send(press())]);
    assert.ok(performance.now() - begun < ANSWER_MS_MAX);
    for (const result of results) assert.deepEqual(result, results[0]);
    assert.equal(results[0].body.statusCode, 200);
    await teams.waitFor(
      'the edit',
      () => headline.edits > 0 && /acknowledged/i.test(cardText(headline.card)),
    );
    const said = () =>
      teams
        .find(/acknowledged/i)
        .filter((message) => message.thread === headline.thread && message !== headline);
    await teams.waitFor('the log line', () => said().length > 0);
    assert.equal(said().length, 1, `${id}: one line in the thread`);
  });

  await t.test('a message that is too large comes smaller', async () => {
    teams.sizeMax = 5000;
    const calls = teams.calls.length;
    const before = said();
    await teams.say(
      'dop.iso',
      `note ${cardText(headline.card).match(/DOP-\d{4}-\d{4}/)[0]} "${'long words '.repeat(700)}"`,
    );
    await teams.waitFor('something visible', () => said() > before, 30_000);
    teams.sizeMax = undefined;
    const refused = teams.calls.slice(calls).filter((call) => call.status === 413);
    t.diagnostic(`${refused.length} messages were too large at first`);
  });

  await t.test('who removes the bot is not written to, and nothing else suffers', async () => {
    teams.gone.add('19:elsewhere@thread.tacv2');
    const answer = await teams.say('dop.iso', 'list', { conversation: '19:elsewhere@thread.tacv2' });
    assert.equal(answer.status, 200);
    const before = said();
    await teams.say('dop.iso', 'list');
    await teams.waitFor('an answer elsewhere', () => said() > before);
  });

  await t.test('an outgoing webhook is answered in the response', async () => {
    const ask = async (activity, key = all.webhookToken) => {
      const body = JSON.stringify(activity);
      const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('base64');
      const response = await fetch(`${all.bot.url}/teams/outgoing`, {
        method: 'POST',
        headers: { authorization: `HMAC ${signature}` },
        body,
      });
      return { status: response.status, text: await response.text() };
    };
    const activity = teams.activity('dop.iso', { type: 'message', text: '<at>Belfry</at> list' });
    const answer = await ask(activity);
    assert.equal(answer.status, 200);
    const body = JSON.parse(answer.text);
    assert.match(cardText(body.attachments[0].content), /DOP-\d{4}-\d{4}/);
    assert.equal(body.attachments[0].content.actions, undefined);
    assert.equal((await ask(activity)).text, answer.text, 'played again');
    assert.equal((await ask(activity, Buffer.from('x'.repeat(32)).toString('base64'))).status, 401);
  });

  await t.test('the log holds no token and no password', () => {
    const log = all.botProcess.output;
    assert.ok(!/bot-token-|Bearer /.test(log));
    assert.ok(!log.includes(all.appPassword));
    assert.ok(!log.includes(all.webhookToken));
  });
});
