// Microsoft's renderer judges and draws every kind of card that belfry-bot makes.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/teams_cards.mjs
//
// BELFRY_PICTURES is a directory for teams-NAME.png and teams-NAME-phone.png; without it the
// pictures go with the test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { ROOT } from './lib/belfry.mjs';
import { openBrowserPage } from './lib/browser.mjs';
import { requiredVariable, temporaryDirectory } from './lib/process.mjs';
import { openRenderer } from './lib/teams_renderer.mjs';

const PHONE = 390;
const DESKTOP = 760;
// Worth a picture in the documentation.
const PICTURES = [
  'headline',
  'page',
  'reminder',
  'overdue',
  'list',
  'form',
  'form_errors',
  'ask',
  'unlinked',
  'restricted',
  'workflow',
];

function makeCards() {
  const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
  const policy = path.join(ROOT, 'deploy/policy/itd-sec-4.3.textproto');
  const made = spawnSync(path.join(bin, 'teams_cards'), [policy], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return JSON.parse(made.stdout);
}

test('cards in the renderer of Microsoft', async (t) => {
  const cards = makeCards();
  const directory = process.env.BELFRY_PICTURES ?? (await temporaryDirectory(t));
  await mkdir(directory, { recursive: true });
  const first = await openBrowserPage(t);
  const browser = first.context().browser();
  const desktop = await openRenderer(browser, { width: DESKTOP });
  const phone = await openRenderer(browser, { width: PHONE });

  await t.test('every card is valid, drawn, and fits a phone', async () => {
    for (const [name, card] of Object.entries(cards)) {
      assert.ok(JSON.stringify(card).length <= 25 * 1024, name);
      for (const [renderer, suffix] of [
        [desktop, ''],
        [phone, '-phone'],
      ]) {
        const drawn = await renderer.render(card);
        assert.deepEqual(drawn.problems, [], name);
        assert.ok(drawn.text.length > 10, name);
        assert.equal(drawn.overflows, false, `${name} is wider than the screen`);
        if (PICTURES.includes(name)) {
          await renderer.picture(path.join(directory, `teams-${name.replace('_', '-')}${suffix}.png`));
        }
      }
    }
  });

  await t.test('nothing typed becomes markup', async () => {
    const drawn = await desktop.render(cards.hostile);
    assert.deepEqual(drawn.links, []);
    for (const typed of [
      '[click](https://evil.example)',
      '**bold**',
      '# heading',
      '<script>',
      '&amp;',
      '`code`',
    ]) {
      assert.ok(drawn.text.includes(typed), `${typed} is shown as it was typed`);
    }
    assert.match(drawn.text.replaceAll('\u2060', ''), /\{\{DATE\(2020-01-01T00:00:00Z\)\}\}/);
  });

  await t.test('times are in the zone of the reader', async () => {
    const tokyo = await openRenderer(browser, { width: DESKTOP, timezoneId: 'Asia/Tokyo' });
    const here = await desktop.render(cards.reminder);
    const there = await tokyo.render(cards.reminder);
    assert.match(here.text, /Tue, Nov 24, 2026\s+1:30\sPM/);
    assert.match(there.text, /Wed, Nov 25, 2026\s+3:30\sAM/);
    await tokyo.close();
  });

  await t.test('buttons send what they stand for', async () => {
    await desktop.render(cards.headline);
    await desktop.press('Acknowledge');
    await desktop.press('Update');
    const [acknowledge, update] = await desktop.sent();
    assert.equal(acknowledge.type, 'Action.Execute');
    assert.equal(acknowledge.verb, 'belfry');
    assert.equal(acknowledge.data.belfry, 'ack DOP-2026-0007');
    assert.ok(update.data.belfry.startsWith('update DOP-2026-0007'));
  });

  await t.test('a question is asked before the button that means it', async () => {
    await desktop.render(cards.ask);
    await desktop.press('Close…');
    assert.deepEqual(await desktop.sent(), []);
    await desktop.picture(path.join(directory, 'teams-ask-open.png'));
    await phone.render(cards.ask);
    await phone.press('Close…');
    await phone.picture(path.join(directory, 'teams-ask-open-phone.png'));
    await desktop.press('Yes: Close');
    assert.equal((await desktop.sent())[0].data.belfry, 'close DOP-2026-0007 confirm:yes');
  });

  await t.test('a form demands what it needs and sends what was typed', async () => {
    const { page } = desktop;
    await desktop.render(cards.form);
    await desktop.press('Send to ITD');
    assert.deepEqual(await desktop.sent(), [], 'nothing is sent while something is missing');
    await page.getByText('Conditions is needed').waitFor();
    await page.getByLabel(/^Conditions/).fill('Two PCs "locked"');
    await page.getByLabel(/^Actions/).fill('Unplugged');
    await page.getByText('Forensics').click();
    await desktop.press('Send to ITD');
    const [sent] = await desktop.sent();
    assert.deepEqual(sent.data, {
      belfry: 'update DOP-2026-0007',
      'belfry.kind': 'form',
      'belfry.on': 'answer',
      'field.conditions': 'Two PCs "locked"',
      'field.actions': 'Unplugged',
      'field.needs': 'forensics',
      'field.severity': '2',
    });
    await desktop.render(cards.form);
    await desktop.press('Cancel');
    assert.equal((await desktop.sent())[0].data['belfry.kind'], 'cancel');
  });

  await t.test('an error keeps what was typed', async () => {
    const drawn = await desktop.render(cards.form_errors);
    assert.match(drawn.text, /Say more than one word/);
    assert.equal(await desktop.page.getByLabel(/^Actions/).inputValue(), 'Unplugged the PCs.');
  });

  await t.test('long lists are cut, saying so', async () => {
    const drawn = await phone.render(cards.long_list);
    assert.match(drawn.text, /and \d+ more/);
    assert.match(drawn.text, /Shortened to fit/);
  });
});
