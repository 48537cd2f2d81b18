// What is sent on paper: the documents of the acceptance scenarios, as text, page and PDF.
//
// Every value of every field must be found in each of them: in the PDF as poppler extracts its text, in the
// page as a browser shows it. BELFRY_PICTURES names a folder for pictures of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { axe } from '../board/lib/board.mjs';
import { ROOT } from './lib/belfry.mjs';
import { openBrowserPage } from './lib/browser.mjs';
import { requiredVariable, temporaryDirectory } from './lib/process.mjs';

const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
const pictures = process.env.BELFRY_PICTURES ?? '';
const SCENARIOS = ['s01', 's02', 's12'];
// What the three must have sent between them.
const TYPES = ['FOLLOWUP', 'DAILY_STATUS', 'WRITTEN_NOTICE', 'BREACH_ASSESSMENT', 'AGO_FILING',
  'OCABR_FILING', 'RESIDENT_NOTICE', 'EXCEPTION_DECLARATION', 'PIR'];

const seen = [];

// Letters alone: lines break and words are hyphenated in other places.
const squeeze = (text) => text.normalize('NFC').replace(/\s+/gu, '');

function documentsOf(directory) {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const stem = path.join(directory, name.slice(0, -'.json'.length));
      return { ...JSON.parse(readFileSync(`${stem}.json`, 'utf8')), stem };
    });
}

/** What a document does not say in this text. */
function missing(document, text) {
  const all = squeeze(text);
  return (document.fields ?? []).filter(({ value }) => !all.includes(squeeze(value))).map(({ name }) => name);
}

for (const scenario of SCENARIOS) {
  test(`documents of ${scenario}`, async (t) => {
    const directory = await temporaryDirectory(t);
    execFileSync(path.join(bin, 'belfry-scenario'),
      ['--documents', directory, path.join(ROOT, `tests/scenarios/${scenario}.textproto`)], { cwd: ROOT });
    const documents = documentsOf(directory);
    assert.ok(documents.length > 3, `${documents.length} documents`);
    const page = await openBrowserPage(t);
    await page.setViewportSize({ width: 820, height: 1000 });
    for (const document of documents) {
      const name = path.basename(document.stem);
      const text = readFileSync(`${document.stem}.txt`, 'utf8');
      assert.deepEqual(missing(document, text), [], `${name}.txt`);

      const pdf = readFileSync(`${document.stem}.pdf`);
      const extracted = execFileSync('pdftotext', ['-layout', `${document.stem}.pdf`, '-'], { encoding: 'utf8' });
      const raw = execFileSync('pdftotext', ['-raw', `${document.stem}.pdf`, '-'], { encoding: 'utf8' });
      assert.deepEqual(missing(document, raw), [], `${name}.pdf`);
      assert.match(extracted, /Page 1 of \d+/u);
      const info = execFileSync('pdfinfo', [`${document.stem}.pdf`], { encoding: 'utf8' });
      assert.match(info, /Tagged:\s+yes/u, name);
      assert.match(info, new RegExp(`Title:.*${document.document.name.split('/')[1]}`, 'u'));
      assert.match(info, /Page size:\s+612 x 792/u);
      const structure = execFileSync('pdfinfo', ['-struct-text', `${document.stem}.pdf`], { encoding: 'utf8' });
      assert.match(structure, /H1/u, name);
      assert.ok(pdf.subarray(0, 5).equals(Buffer.from('%PDF-')));

      await page.goto(`file://${document.stem}.html`);
      assert.deepEqual(missing(document, await page.locator('body').innerText()), [], `${name}.html`);
      assert.deepEqual(await axe(page), [], `${name}.html`);
      const digest = Buffer.from(document.recordedSha256, 'base64').toString('hex');
      assert.ok((await page.content()).includes(digest), 'the page names the hash of the content');
      assert.equal(createHash('sha256').update(text).digest('base64'), document.sha256);

      if (pictures !== '') {
        mkdirSync(pictures, { recursive: true });
        const stem = path.join(pictures, `${scenario}-${document.document.type.toLowerCase()}`);
        await page.screenshot({ path: `${stem}-page.png`, fullPage: true });
        execFileSync('pdftoppm', ['-png', '-r', '70', '-f', '1', '-l', '1', '-singlefile', `${document.stem}.pdf`, `${stem}-paper`]);
      }
    }
    t.diagnostic(`${documents.length} documents: ${[...new Set(documents.map((one) => one.document.type))].join(', ')}`);
    seen.push(...documents.map((one) => one.document.type));
  });
}

test('the three scenarios sent what they are about', () => {
  assert.deepEqual(TYPES.filter((type) => !seen.includes(type)), []);
});
