// Many open incidents on one page: how soon something can be read, how it scrolls, how late changes
// come, what it costs. The run of CTest is a short one; a long one by hand:
//
//   BELFRY_BIN=build/release/bin BELFRY_BOARD_INCIDENTS=5000 node --test tests/board/load.mjs
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

import { waitUntil } from '../peers/lib/process.mjs';
import { assertUntroubled, ready, Site } from './lib/board.mjs';

const INCIDENTS = Number(process.env.BELFRY_BOARD_INCIDENTS ?? 400);
const UPDATES = 40;
const AT_ONCE = 32;

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const MIB = 1 << 20;

async function residentMib(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

test(`${INCIDENTS} open incidents`, async (t) => {
  const site = await Site.start(t);
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let i = next++; i < INCIDENTS; i = next++) {
        const agency = ['dop', 'dor', 'bor'][i % 3];
        await site.report(`Incident ${i} of a long night`, { as: `systems/siem.${agency}`, agency, severity: `SEV${1 + (i % 5)}` });
      }
    }),
  );
  const before = await residentMib(site.board.pid);
  const page = await site.pageOf('people/csirt.handler');
  // From the cookie to the board, as a second page is.
  await page.addInitScript(() => {
    const watch = new MutationObserver(() => {
      if (window.firstRow === undefined && document.querySelector('.row')) {
        window.firstRow = Infinity;
        requestAnimationFrame(() => setTimeout(() => { window.firstRow = performance.now(); }, 0));
      }
    });
    document.addEventListener('DOMContentLoaded', () => watch.observe(document.body, { subtree: true, childList: true }));
  });
  await page.reload();
  await page.evaluate(() => { window.untouched = true; });
  await ready(page);
  const all = async () => Number(await page.locator('.phase b').first().innerText()) === INCIDENTS;
  await waitUntil('all are there', all, { timeoutMs: 60_000 });
  const firstRow = await page.evaluate(() => window.firstRow);
  const complete = await page.evaluate(() => performance.now());

  const rows = await page.locator('.table .row').count();
  const frames = await page.evaluate(async () => {
    const times = [];
    const height = document.documentElement.scrollHeight;
    const steps = 240;
    await new Promise((resolve) => {
      let before = performance.now();
      let step = 0;
      const frame = (now) => {
        times.push(now - before);
        before = now;
        if (++step > steps) resolve();
        else {
          scrollTo(0, (height * step) / steps);
          requestAnimationFrame(frame);
        }
      };
      requestAnimationFrame(frame);
    });
    return times.slice(2);
  });
  await page.evaluate(() => scrollTo(0, 0));

  // How many are open stands in sight, whatever else does.
  await page.evaluate(() => {
    window.came = {};
    new MutationObserver(() => {
      for (const [id] of document.querySelector('.phases').innerText.matchAll(/^\d+/g)) window.came[id] ??= Date.now();
    }).observe(document.querySelector('.phases'), { subtree: true, childList: true, characterData: true });
  });
  const latencies = [];
  for (let i = 1; i <= UPDATES; ++i) {
    await site.report(`News ${i}`, { as: 'systems/siem.dop' });
    const answered = Date.now();
    const number = String(INCIDENTS + i);
    const came = await waitUntil(`the page counts ${number}`, () => page.evaluate((n) => window.came[n], number));
    latencies.push(came - answered);
  }
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  await client.send('Performance.enable');
  const { metrics } = await client.send('Performance.getMetrics');
  const metric = (name) => metrics.find((one) => one.name === name).value;
  const figures = {
    incidents: INCIDENTS,
    'rows in the page': rows,
    'first rows painted, ms': Math.round(firstRow),
    'all there, ms': Math.round(complete),
    'scroll frames p50 / p95 / max, ms': [0.5, 0.95, 1].map((q) => quantile(frames, q).toFixed(1)).join(' / '),
    'update latency p50 / p95 / max, ms': [0.5, 0.95, 1].map((q) => quantile(latencies, q)).join(' / '),
    'heap of the page, MiB': (metric('JSHeapUsedSize') / MIB).toFixed(1),
    'nodes of the page': metric('Nodes'),
    'board before and with one page, MiB': `${before.toFixed(0)} / ${(await residentMib(site.board.pid)).toFixed(0)}`,
    'bytes to the browser, two loads, MiB': (site.tap.bytes().length / MIB).toFixed(1),
  };
  for (const [name, value] of Object.entries(figures)) t.diagnostic(`${name}: ${value}`);
  assert.ok(rows < 160, `${rows} rows are in the page`);
  assert.ok(quantile(latencies, 0.95) < 1000, 'changes come within a second');
  await assertUntroubled(page);
});
