// The wall board in a real browser, before a real belfryd: live, through cuts and restarts, for those
// who may see and for nobody else.
//
//   BELFRY_BIN=build/release/bin node --test tests/board/board.mjs
import assert from 'node:assert/strict';
import test from 'node:test';

import { waitUntil } from '../peers/lib/process.mjs';
import { assertUntroubled, axe, ready, row, Site } from './lib/board.mjs';

const text = (page, selector) => page.locator(selector).innerText();

test('live', async (t) => {
  const site = await Site.start(t);
  const first = await site.report('Permit portal is flooded and unreachable');
  const page = await site.pageOf('people/csirt.handler');
  await row(page, first).waitFor();

  await t.test('an incident opened elsewhere appears within a second', async () => {
    // The page tells itself when it is there; both clocks are this machine's.
    await page.evaluate(() => {
      window.came = new Promise((resolve) => {
        new MutationObserver((_, observer) => {
          if (!document.querySelector('.table').innerText.includes('Ransom note')) return;
          observer.disconnect();
          resolve(Date.now());
        }).observe(document.getElementById('main'), { subtree: true, childList: true, characterData: true });
      });
    });
    const second = await site.report('Ransom note on three workstations', { agency: 'dor', as: 'people/dor.contact' });
    const answered = Date.now();
    const came = await page.evaluate(() => window.came);
    assert.ok(came - answered < 1000, `it took ${came - answered} ms`);
    assert.equal(await row(page, second).count(), 1);
    await waitUntil('it is said once', async () => (await text(page, '#say')).includes(second));
  });

  await t.test('an acknowledgement is seen', async () => {
    assert.match(await row(page, first).innerText(), /No ack, level 1/);
    await site.call('people/dop.iso', 'IncidentService', 'acknowledgeIncident', { name: `incidents/${first}` });
    await row(page, first).getByText('Ack dop.iso').waitFor();
  });

  await t.test('filters stand in the address', async () => {
    await page.getByLabel('Agency').selectOption('entities/dor');
    await waitUntil('only DOR', async () => (await row(page, first).count()) === 0);
    assert.match(page.url(), /agency=entities%2Fdor/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await row(page, first).waitFor();
  });

  await t.test('keys', async () => {
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('j');
    const focused = () => page.evaluate(() => document.activeElement.closest('.row')?.innerText ?? '');
    const one = await focused();
    await page.keyboard.press('j');
    const two = await focused();
    assert.notEqual(one, two);
    await page.keyboard.press('k');
    assert.equal(await focused(), one);
    await page.keyboard.press('Enter');
    await page.locator('.detail-body').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.list').waitFor();
    assert.equal(await focused(), one, 'the focus comes back to where one was');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Next incident').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('d');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.keyboard.press('d');
  });

  await t.test('one incident follows what happens to it', async () => {
    await page.goto(`${site.url}/#/incidents/${first}`);
    await page.locator('.drawing').waitFor();
    await page.getByRole('region', { name: 'Duties, as a table' }).getByText('Follow-up report to the CSIRT').waitFor();
    await site.call('people/dop.iso', 'IncidentService', 'addNote', { name: `incidents/${first}`, text: 'The carrier filters since 22:00' });
    await page.getByText('The carrier filters since 22:00').waitFor();
    await page.goto(`${site.url}/#/incidents/DOP-2026-9999`);
    await page.getByText('There is no incident DOP-2026-9999 that you may see').waitFor();
    await page.goto(`${site.url}/#/`);
    await row(page, first).waitFor();
  });

  await t.test('nothing moves for those who want it so', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const third = await site.report('Still waters');
    await page.locator('.row.fresh').filter({ hasText: third }).waitFor();
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  });

  await t.test('a session is a cookie that scripts cannot read, and signing out ends it', async () => {
    const token = await site.token('people/csirt.handler');
    const [cookie, ...others] = await page.context().cookies();
    assert.deepEqual(others, []);
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
    const readable = await page.evaluate(() => `${document.cookie} ${JSON.stringify(localStorage)} ${JSON.stringify(sessionStorage)} ${document.documentElement.outerHTML}`);
    assert.ok(!readable.includes(token) && !readable.includes(cookie.value));
    assert.ok(!site.tap.bytes().includes(token));
    await assertUntroubled(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your token').waitFor();
    assert.equal(await page.locator('.row').count(), 0);
    const again = await page.evaluate(async (value) => (await fetch('/api/session', { headers: { 'X-Tried': value } })).status, cookie.value);
    assert.equal(again, 401);
  });
});

test('signing in fails clearly, and not for ever', async (t) => {
  const site = await Site.start(t);
  const page = await site.openPage();
  const attempt = async (token) => {
    await page.getByLabel('Your token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.error:not(:empty)').waitFor();
    return text(page, '.error');
  };
  assert.match(await attempt('this is no token'), /token: is needed/i);
  for (let i = 0; i < 10; ++i) assert.match(await attempt(`${i}`.repeat(64)), /not valid/);
  assert.match(await attempt(await site.token('people/dop.iso')), /too many attempts/i);
  assert.equal(await page.locator('.row').count(), 0);
  await assertUntroubled(page);
  assert.ok(!site.board.output.includes(await site.token('people/dop.iso')), 'no token is logged');
});

test('cut, killed and started again, without a reload', async (t) => {
  const site = await Site.start(t);
  const first = await site.report('Before everything');
  const page = await site.pageOf('people/csirt.handler');
  const wall = await site.openPage({ url: site.wallUrl() });
  await ready(wall);
  const count = () => page.locator('.table .row').count();
  const old = (why) => page.locator('#link').filter({ hasText: new RegExp(`${why}.*What you see is \\d`, 's') }).waitFor();

  await t.test('the line is cut', async () => {
    site.tap.cut();
    await old('No connection to the board');
    assert.ok(await page.evaluate(() => document.documentElement.classList.contains('stale')));
    assert.equal(await count(), 1, 'what was seen stays, marked as old');
    const missed = await site.report('While nobody looked');
    const before = site.tap.bytes().length;
    site.tap.mend();
    await row(page, missed).waitFor();
    await row(wall, missed).waitFor();
    await ready(page);
    assert.equal(await count(), 2);
    const again = site.tap.bytes().subarray(before);
    assert.ok(again.includes('While nobody looked'));
    assert.ok(!again.includes('Before everything'), 'only what is new is sent again');
    assert.ok(!(await page.evaluate(() => document.documentElement.classList.contains('stale'))));
  });

  await t.test('belfryd is killed', async () => {
    await site.belfryd.kill();
    await old('belfryd does not answer');
    await site.startServer();
    const later = await site.report('After belfryd came back');
    await row(page, later).waitFor();
    await ready(page);
    assert.equal(await count(), 3);
    assert.equal(await row(page, first).count(), 1);
  });

  await t.test('the board is killed', async () => {
    await site.board.kill();
    await old('No connection to the board');
    assert.equal(await count(), 3);
    await site.startBoard();
    // The board kept nothing; who looks says again who they are, in the same page.
    await page.getByLabel('Your token').waitFor();
    assert.equal(await count(), 0, 'nothing stays for whoever comes next');
    await site.signIn(page, 'people/csirt.handler');
    assert.equal(await count(), 3);
    await ready(wall);
    assert.equal(await wall.locator('.table .row').count(), 3, 'the wall signs in by itself');
  });
  await assertUntroubled(page);
  await assertUntroubled(wall);
});

test('what is not for one never comes near one', async (t) => {
  const site = await Site.start(t);
  const CANARY = 'canary-5d1f0c77';
  const seen = await site.report('Open to BOR', { as: 'people/bor.contact', agency: 'bor' });
  const secret = await site.report(`Restricted ${CANARY}`, { as: 'people/dop.iso', restricted: true });
  const foreign = await site.report(`Of another agency ${CANARY}`);
  const page = await site.pageOf('people/bor.contact');
  await row(page, seen).waitFor();
  // Things happen while the page listens.
  for (const id of [secret, foreign]) {
    await site.call('people/dop.iso', 'IncidentService', 'addNote', { name: `incidents/${id}`, text: CANARY });
  }
  for (const id of [secret, foreign]) {
    await page.goto(`${site.url}/#/incidents/${id}`);
    await page.getByText('that you may see').waitFor();
    const direct = await page.evaluate(async (one) => (await fetch(`/api/incidents/${one}`)).status, id);
    assert.equal(direct, 404);
  }
  await page.goto(`${site.url}/#/`);
  const later = await site.report('Open to BOR, too', { as: 'people/bor.contact', agency: 'bor' });
  await row(page, later).waitFor();
  const bytes = site.tap.bytes();
  assert.ok(bytes.includes('Open to BOR, too'), 'the tap hears what the page gets');
  assert.ok(!bytes.includes(CANARY));
  await assertUntroubled(page);

  // Who may see it does, with its marks.
  const own = await site.pageOf('people/dop.iso');
  await row(own, secret).getByText('Restricted', { exact: true }).waitFor();
  assert.ok(site.tap.bytes().includes(CANARY));
});

test('nobody else’s page reaches the board, and its rules are strict', async (t) => {
  const site = await Site.start(t);
  const page = await site.openPage();
  const headers = (await page.request.get(`${site.url}/`)).headers();
  assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(headers['content-security-policy'], /unsafe/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal(headers['cache-control'], 'no-store');
  const token = await site.token('people/dop.iso');
  for (const wrong of [{ Origin: 'https://evil.example' }, { Origin: 'null' }, {}, { Origin: site.url, Host: 'rebound.example' }]) {
    const answer = await page.request.post(`${site.url}/api/session`, { data: { token }, headers: wrong });
    assert.equal(answer.status(), 403, JSON.stringify(wrong));
  }
  // Markup in a title is text.
  await site.report('<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>');
  await site.signIn(page, 'people/dop.iso');
  await page.getByText('<img src=x').first().waitFor();
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  await assertUntroubled(page);
});

test('for everybody: axe finds nothing serious, light and dark, and nothing runs over on a phone', async (t) => {
  const site = await Site.start(t);
  const id = await site.report('Permit portal is flooded and unreachable');
  await site.report('Lost laptop with case files', { as: 'people/dop.iso', restricted: true });
  await site.report('A practice', { drill: true, severity: 'SEV1' });
  const page = await site.pageOf('people/dop.iso');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const view of ['/', `/incidents/${id}`, '/overdue', '/incidents/DOP-2026-9999']) {
      await page.goto(`${site.url}/#${view}`);
      await page.locator('.list, .detail-body:not([hidden]), .notice:not(:empty)').first().waitFor();
      assert.deepEqual(await axe(page), [], `${view} ${colorScheme}`);
      await page.setViewportSize({ width: 360, height: 780 });
      const over = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${view} runs over by ${over} px on a phone`);
      assert.deepEqual(await axe(page), [], `${view} ${colorScheme}, phone`);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await page.goto(`${site.url}/#/`);
    await page.keyboard.press('?');
    assert.deepEqual(await axe(page), [], `help ${colorScheme}`);
    await page.keyboard.press('Escape');
  }
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.tools').isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.getByLabel('Your token').waitFor();
    assert.deepEqual(await axe(page), [], `sign-in ${colorScheme}`);
  }
  await assertUntroubled(page);
});
