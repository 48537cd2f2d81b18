// Pictures of a night at the desk, for eyes: every view, at a desk, on a wall, on a
// phone and on paper.
//
//   BELFRY_BIN=build/release/bin BELFRY_PICTURES=DIRECTORY node --test tests/board/pictures.mjs
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { advanceClock } from '../peers/lib/belfry.mjs';
import { temporaryDirectory, waitUntil } from '../peers/lib/process.mjs';
import { assertUntroubled, row, Site } from './lib/board.mjs';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** A night in three agencies, by the server's own clock. Returns the incident that has seen most. */
async function night(t, site) {
  const turn = await advanceClock(t, site.server);
  const act = (as, method, id, more = {}) => site.call(as, 'IncidentService', method, { name: `incidents/${id}`, ...more });
  const facts = (given) => Object.entries(given).map(([name, value]) => ({ name, value, reason: 'As the analyst on duty found' }));
  const handler = 'people/csirt.handler';

  const flood = await site.report('Permit portal is flooded and unreachable', {
    summary: 'The permit portal answers with errors. The carrier sees packets from abroad. Citizens cannot file; the counter works on paper.',
    categories: [{ category: 'CAT-10', subValues: ['PACKET_FLOOD'] }],
  });
  await turn(40 * MINUTE);
  await act('people/commonhelp', 'linkTicket', flood, { ticket: { system: 'E2E', number: '48113' } });
  const laptop = await site.report('Laptop with case files is missing', { as: 'people/dor.contact', agency: 'dor', categories: [{ category: 'CAT-15' }] });
  await turn(3 * HOUR + 30 * MINUTE);
  await act('people/dop.iso', 'acknowledgeIncident', flood);
  await act('people/dop.iso', 'changeSeverity', flood, { severity: 'SEV3', reason: 'Permits only on paper' });
  await act(handler, 'transitionIncident', flood, { verb: 'take' });
  await turn(50 * MINUTE);
  await act(handler, 'recordFacts', flood, {
    facts: facts({ verdict: 'CONFIRMED', attack_intrusion: 'NO', criminal: 'RULED_OUT', personal_information: 'NONE', public_safety: 'NO', third_party: 'NO', statewide: 'NO' }),
  });
  await act(handler, 'transitionIncident', flood, { verb: 'declare' });
  await act(handler, 'acknowledgeIncident', flood);
  await turn(9 * HOUR);
  await act('people/dop.contact', 'submitDocument', flood, {
    type: 'FOLLOWUP', fields: [['summary', 'Packets from abroad flooded the portal'], ['impact', 'Permits only on paper'], ['actions', 'A filter at the carrier'], ['next', 'Observe']].map(([name, value]) => ({ name, value })),
  });
  const phish = await site.report('Phishing wave against payroll', { as: 'people/bor.contact', agency: 'bor', categories: [{ category: 'CAT-08' }] });
  await turn(2 * HOUR);
  await act('people/bor.iso', 'acknowledgeIncident', phish);
  await site.report('EDR: credential dumping on a domain controller', {
    as: 'systems/siem.dor', agency: 'dor', severity: 'SEV2', categories: [{ category: 'CAT-07', subValues: ['SUCCESSFUL'] }],
  });
  await turn(25 * MINUTE);
  const ransom = await site.report('Ransom note on three workstations of the licensing counter', { as: 'people/bor.iso', agency: 'bor', severity: 'SEV1' });
  await act('people/commonhelp', 'linkTicket', ransom, { ticket: { system: 'E2E', number: '48114' } });
  await act(handler, 'transitionIncident', ransom, { verb: 'take' });
  await site.report('Practice: mass mailing with macro', { as: 'people/dor.iso', agency: 'dor', drill: true });
  await site.report('Harassing mail to a member of staff', { as: 'people/dop.iso', restricted: true });
  await act('people/commonhelp', 'linkTicket', laptop, { ticket: { system: 'E2E', number: '48115' } });
  await act(handler, 'transitionIncident', laptop, { verb: 'take' });
  await turn(12 * MINUTE);
  await act('people/dop.contact', 'addNote', flood, { text: 'The carrier filters since 22:05; the portal answers again, slowly.' });
  return flood;
}

test('a night at the desk', async (t) => {
  const directory = process.env.BELFRY_PICTURES ?? (await temporaryDirectory(t));
  const site = await Site.start(t, { clock: 'virtual', env: { BELFRY_VIRTUAL_START: '2026-11-26T10:00:00-05:00' } });
  const flood = await night(t, site);
  const page = await site.pageOf('people/csirt.handler');
  await row(page, flood).waitFor();
  const board = `${site.url}/#/`;
  const incident = `${site.url}/#/incidents/${flood}`;
  const show = async (url) => {
    await page.goto(url);
    await page.locator(url === board ? '.list .row' : '.drawing').first().waitFor();
    await waitUntil('nothing is new any more', async () => (await page.locator('.fresh').count()) === 0);
  };
  const shoot = (name, options) => page.screenshot({ path: path.join(directory, `${name}.png`), ...options });

  await show(board);
  assert.ok((await page.locator('.overdue li').count()) > 0, 'something is late by now');
  await shoot('board');
  await show(incident);
  await shoot('incident', { fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot('incident-dark', { fullPage: true });
  await page.setViewportSize({ width: 1920, height: 1080 });
  await show(board);
  await shoot('board-wall-dark');
  site.tap.cut();
  await page.locator('#link').filter({ hasText: 'old' }).and(page.locator('[data-state="board"]')).waitFor();
  await shoot('board-stale');
  site.tap.mend();
  await page.locator('#link[data-state="live"]').waitFor();
  await page.emulateMedia({ colorScheme: 'light' });

  // A4 at 96 dots to the inch, without its margins.
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  await page.setViewportSize({ width: 695, height: 998 });
  await show(board);
  await shoot('board-print');
  await show(incident);
  await shoot('incident-print', { fullPage: true });
  if (process.env.BELFRY_PICTURES) {
    await page.pdf({ path: path.join(directory, 'incident.pdf'), preferCSSPageSize: true });
  }
  await assertUntroubled(page);

  const phone = await site.pageOf('people/csirt.handler', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await row(phone, flood).waitFor();
  await phone.screenshot({ path: path.join(directory, 'board-phone.png') });
  await phone.goto(incident);
  await phone.locator('.drawing').waitFor();
  await phone.screenshot({ path: path.join(directory, 'incident-phone.png') });
  await assertUntroubled(phone);
});
