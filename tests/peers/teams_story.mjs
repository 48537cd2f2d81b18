// A responder reports an incident in Teams; the security officer acknowledges it with a button; the
// headline is edited in place and its thread is the log. By the protocol itself, signed as Microsoft
// signs.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/teams_story.mjs
import assert from 'node:assert/strict';
import test from 'node:test';

import { startBot } from './lib/belfry.mjs';
import { startTeams } from './lib/teams.mjs';
import { cardText, CHANNEL, TeamsFake } from './lib/teams_fake.mjs';

const ANSWER_MS_MAX = 3000;

test('an incident in Teams', async (t) => {
  const all = await startTeams(t);
  const { teams } = all;
  const timed = async (what, answer) => {
    const begun = performance.now();
    const result = await answer;
    assert.ok(performance.now() - begun < ANSWER_MS_MAX, `${what} took ${performance.now() - begun} ms`);
    assert.equal(result.status, 200, what);
    return result;
  };
  await timed('installation', teams.install('dop.clerk'));
  await timed('installation', teams.install('dop.iso', { personal: true }));
  await t.test('who installs the bot for themselves is shown what it can do', async () => {
    await teams.waitFor('help', () =>
      teams.messages.some((message) => message.conversation === 'a:dop.iso'),
    );
  });

  let headline;
  let id;
  await t.test('a message becomes a headline with buttons', async () => {
    await timed('open', teams.say('dop.clerk', 'open "Ransom note on three PCs" sev:3 agency:DOP'));
    headline = await teams.waitFor('the headline', () =>
      teams.messages.find(
        (message) =>
          message.conversation === CHANNEL &&
          message.thread === message.id &&
          TeamsFake.action(message.card, 'Acknowledge'),
      ),
    );
    id = cardText(headline.card).match(/DOP-\d{4}-\d{4}/)[0];
    assert.equal(headline.conversation, CHANNEL);
    assert.match(headline.summary, /DOP-\d{4}-\d{4}/, 'a notification says what it is about');
    assert.match(cardText(headline.card), /SEV3/);
    assert.equal(headline.card.version, '1.5');
    const reply = await teams.waitFor('the answer', () =>
      teams.messages.find((message) => message !== headline && cardText(message.card).includes(id)),
    );
    assert.notEqual(reply.thread, headline.thread, 'the reporter is answered where they wrote');
  });

  await t.test('Acknowledge edits the headline in place, and the thread is the log', async () => {
    const answer = await timed('ack', teams.press('dop.iso', headline, 'Acknowledge'));
    assert.equal(answer.body.statusCode, 200);
    await teams.waitFor('the edit', () => /acknowledged by/i.test(cardText(headline.card)));
    const count = teams.messages.filter(
      (message) =>
        message.conversation === CHANNEL &&
        message.thread === message.id &&
        cardText(message.card).includes(id),
    ).length;
    assert.equal(count, 1, 'no second headline');
    await teams.waitFor('a log line', () =>
      teams.messages.find(
        (message) =>
          message.thread === headline.id &&
          message !== headline &&
          /acknowledged/i.test(cardText(message.card)),
      ),
    );
  });

  await t.test('Update opens a dialog', async () => {
    const update = headline.card.actions.find((action) => action.title === 'Update');
    // Until the command has a form, the button runs the command and its answer says what to type.
    const name = update.type === 'Action.Submit' ? 'task/fetch' : undefined;
    if (name === undefined) {
      await timed('update', teams.press('dop.iso', headline, 'Update'));
      return;
    }
    const opened = await timed('dialog', teams.dialog('dop.iso', headline, name, update.data));
    assert.equal(opened.body.task.type, 'continue');
    const card = opened.body.task.value.card.content;
    const submit = card.actions.find((action) => action.type === 'Action.Submit');
    const inputs = {};
    for (const input of card.body.filter((element) => element.type.startsWith('Input.'))) {
      inputs[input.id] = input.value ?? input.choices?.[0]?.value ?? 'Three PCs are off the network.';
    }
    const sent = await timed(
      'submit',
      teams.dialog('dop.iso', headline, 'task/submit', { ...submit.data, ...inputs }),
    );
    assert.ok(['continue', 'message'].includes(sent.body.task.type));
  });

  await t.test('typing in the thread and in a one-to-one chat', async () => {
    const before = teams.messages.length;
    await timed(
      'note',
      teams.say('dop.iso', `note ${id} "The file server is clean."`, { thread: headline.id }),
    );
    await teams.waitFor('the note', () => teams.find(/file server is clean/).length > 0);
    await timed('show', teams.say('dop.iso', `show ${id}`, { personal: true }));
    await teams.waitFor('the answer', () =>
      teams.messages
        .slice(before)
        .some((message) => message.conversation === 'a:dop.iso' && cardText(message.card).includes(id)),
    );
  });

  await t.test('a stranger is told how to be known, and nothing happens', async () => {
    const activity = teams.activity('dop.iso', { type: 'message', text: `ack ${id}` });
    activity.from = {
      id: '29:stranger',
      name: 'Stranger',
      aadObjectId: 'c0000000-0000-4000-8000-00000000000f',
    };
    await timed('stranger', teams.send(activity));
    await teams.waitFor('the answer', () => teams.find(/linked to no person/).length > 0);
  });

  await t.test('after a restart the headline is still edited in place', async () => {
    await all.botProcess.kill();
    all.botProcess = await startBot(t, { bin: all.bin, directory: all.directory, url: all.bot.url });
    const edits = headline.edits;
    await timed('escalate', teams.say('dop.iso', `sev ${id} 2 reason:"more PCs" confirm:yes`));
    await teams.waitFor(
      'the edit',
      () => headline.edits > edits && /SEV2/.test(cardText(headline.card)),
      30_000,
    );
  });
});
