// Mail through a mail server in JavaScript: TLS or nothing, letters that another program can read,
// threads, and what becomes of a letter when the server says no, later, or nothing.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/mail.mjs
//
// BELFRY_PICTURES is a directory for mail-light.png and mail-dark.png.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { chromium } from 'playwright-core';

import { BROWSER } from './lib/browser.mjs';
import { startMailServer } from './lib/mail_server.mjs';
import { temporaryDirectory, waitUntil } from './lib/process.mjs';
import { secretFile, startGovernment } from './lib/sinks.mjs';

const PASSWORD = 'correct horse battery staple';
const CHANNELS = 'channels { name: "channels/dop" platform: "email" address: "dop-incidents@example.gov" scope: "entities/dop" }';

async function certificate(t, host = '127.0.0.1') {
  const directory = await temporaryDirectory(t);
  const file = (name) => path.join(directory, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${host}`,
    '-addext', `subjectAltName=${/^[\d.]+$/.test(host) ? 'IP' : 'DNS'}:${host}`,
    '-keyout', file('key.pem'), '-out', file('cert.pem')], { stdio: 'ignore' });
  return { key: readFileSync(file('key.pem')), cert: readFileSync(file('cert.pem')), caFile: file('cert.pem') };
}

// scheme, ca_file and login as they are given; everything else as it has to be.
async function startWith(t, { mail, scheme = 'smtp', caFile, login = true, plaintext = false, contacts }) {
  return startGovernment(t, {
    channels: CHANNELS,
    contacts,
    bot: async ({ directory }) => `email {
      url: "${scheme}://127.0.0.1:${mail.port}" from: "Belfry <belfry@example.gov>"
      ${caFile ? `ca_file: ${JSON.stringify(caFile)}` : ''} ${plaintext ? 'plaintext: true' : ''}
      ${login ? `user: "belfry" password_file: ${await secretFile(directory, 'password', PASSWORD)}` : ''} }`,
  });
}

const users = { belfry: PASSWORD };

test('letters over STARTTLS, in one thread, readable by another program', async (t) => {
  const { caFile, ...tls } = await certificate(t);
  const mail = await startMailServer(t, { tls, users });
  const government = await startWith(t, {
    mail, caFile, contacts: 'contacts { platform: "email" address: "contact@example.gov" }',
  });
  const name = await government.open('Ransom note on "3" PCs <b>é€</b>');
  const id = name.split('/')[1];
  await government.note(name, 'Pulled the plug\n.\n..two dots\nFrom here on');
  await waitUntil('the note', () => mail.letters.some(({ raw }) => raw.includes('two dots')));
  assert.ok(mail.letters.every(({ secure, user }) => secure && user === 'belfry'));
  const letters = await mail.parsed();
  const headline = letters.find(({ subject, inReplyTo }) => subject.includes('Ransom') && !inReplyTo);
  assert.ok(headline, 'a letter begins the thread');
  assert.match(headline.subject, new RegExp(id));
  assert.match(headline.subject, /SEV/);
  assert.match(headline.subject, /<b>é€<\/b>/);
  assert.equal(headline.messageId, `<${id.toLowerCase()}.channels-dop@example.gov>`);
  const note = letters.find(({ text }) => text.includes('two dots'));
  assert.equal(note.inReplyTo, headline.messageId);
  assert.ok(note.text.includes('\n.\n..two dots\nFrom here on'), note.text);
  const page = letters.find(({ to }) => to.value[0].address === 'contact@example.gov');
  assert.match(page.text, /belfry ack/);
  for (const letter of letters) {
    assert.match(letter.headers.get('x-belfry-delivery'), /^deliveries\//);
    assert.equal(letter.headers.get('auto-submitted'), 'auto-generated');
    assert.ok(letter.text && letter.html);
    assert.doesNotMatch(letter.html, /<b>é/);
  }
  const ids = letters.map(({ messageId }) => messageId);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(!government.bot.output.includes(PASSWORD));
  assert.ok(!government.bot.output.includes(Buffer.from(`\0belfry\0${PASSWORD}`).toString('base64')));

  await t.test('and in a browser: narrow, without colour alone, light and dark', async (t) => {
    const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
    t.after(() => browser.close());
    for (const colorScheme of ['light', 'dark']) {
      const shown = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
      await shown.setContent(page.html);
      const { wide, lang, contrast } = await shown.evaluate(() => {
        const numbers = (colour) => colour.match(/\d+/g).slice(0, 3).map(Number);
        const light = (colour) => {
          const [r, g, b] = numbers(colour).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = light(getComputedStyle(document.body).backgroundColor);
        const ratios = [...document.querySelectorAll('h1, p, dt, dd')].map((element) => {
          const front = light(getComputedStyle(element).color);
          return (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
        });
        return {
          wide: document.documentElement.scrollWidth, lang: document.documentElement.lang,
          contrast: Math.min(...ratios),
        };
      });
      assert.ok(wide <= 390, `${wide} pixels wide`);
      assert.equal(lang, 'en');
      assert.ok(contrast >= 4.5, `${colorScheme}: contrast ${contrast}`);
      if (process.env.BELFRY_PICTURES) {
        await shown.screenshot({ path: path.join(process.env.BELFRY_PICTURES, `mail-${colorScheme}.png`), fullPage: true });
      }
    }
  });
});

test('TLS from the first byte', async (t) => {
  const { caFile, ...tls } = await certificate(t);
  const mail = await startMailServer(t, { tls, users, secure: true });
  const government = await startWith(t, { mail, caFile, scheme: 'smtps' });
  await government.open('Over smtps');
  await waitUntil('a letter', () => mail.letters.length > 0);
  assert.ok(mail.letters[0].secure);
});

test('without TLS that can be trusted not even the envelope goes out', async (t) => {
  const cases = [
    ['no STARTTLS', async () => ({ mail: {}, login: false }), /STARTTLS/],
    ['an unknown authority', async (t) => ({ mail: { tls: await certificate(t), users } }), /certificate|SSL/i],
    ['another host', async (t) => {
      const { caFile, ...tls } = await certificate(t, 'mail.example');
      return { mail: { tls, users }, caFile };
    }, /certificate|SSL/i],
  ];
  for (const [name, make, said] of cases) {
    await t.test(name, async (t) => {
      const { mail: options, ...rest } = await make(t);
      let envelopes = 0;
      const mail = await startMailServer(t, { ...options, onMail: () => { ++envelopes; } });
      const government = await startWith(t, { mail, ...rest });
      await government.open('Not in the clear');
      const pending = await government.delivery('an error', ({ lastError }) => lastError);
      assert.match(pending.lastError, said);
      assert.equal(pending.state, 'STATE_PENDING', 'kept for when it is put right');
      assert.equal(envelopes, 0);
    });
  }
});

test('a wrong password is for an administrator, and stands nowhere', async (t) => {
  const { caFile, ...tls } = await certificate(t);
  const mail = await startMailServer(t, { tls, users: { belfry: 'another' } });
  const government = await startWith(t, { mail, caFile });
  await government.open('Locked out');
  const pending = await government.delivery('an error', ({ lastError }) => lastError);
  assert.equal(pending.state, 'STATE_PENDING');
  assert.match(pending.lastError, /[Ll]ogin/);
  assert.ok(!government.bot.output.includes(PASSWORD));
});

test('what a server says no to, later to, and nothing to', async (t) => {
  const plain = { login: false, plaintext: true };
  await t.test('an unknown mailbox: the next address of the same person', async (t) => {
    const mail = await startMailServer(t, {
      onRcpt: (address) => (address === 'old@example.gov' ? { code: 550, text: '5.1.1 unknown' } : undefined),
    });
    const government = await startWith(t, {
      mail, ...plain,
      contacts: 'contacts { platform: "email" address: "old@example.gov" } contacts { platform: "email" address: "new@example.gov" }',
    });
    await government.open('Who is there');
    await waitUntil('the second address', () =>
      mail.envelopes.some(({ rcptTo }) => rcptTo[0].address === 'new@example.gov'));
    const dead = await government.delivery('the first address', ({ state }) => state === 'STATE_DEAD');
    assert.match(dead.lastError, /550/);
  });
  await t.test('trouble for a while: once, later', async (t) => {
    let refused = 0;
    const mail = await startMailServer(t, { onData: () => (++refused <= 2 ? { code: 451, text: '4.3.0 later' } : undefined) });
    const government = await startWith(t, { mail, ...plain });
    await government.open('Later');
    await waitUntil('a letter', () => mail.letters.length > 0);
    const delivered = await government.delivery('delivered', ({ state }) => state === 'STATE_DELIVERED');
    assert.ok(delivered.attempt >= 1);
    const ids = mail.letters.map(({ raw }) => /^Message-ID: (.*)/m.exec(raw)[1]);
    assert.equal(new Set(ids).size, ids.length);
  });
  await t.test('no answer after the last dot: twice at most, under one Message-ID', async (t) => {
    let first = true;
    const mail = await startMailServer(t, {
      onData: () => {
        const answer = first ? 'reset-after' : undefined;
        first = false;
        return answer;
      },
    });
    const government = await startWith(t, { mail, ...plain });
    await government.open('Did you hear me');
    await waitUntil('the same letter again', () => mail.letters.length >= 2);
    const [one, two] = await mail.parsed();
    assert.equal(one.messageId, two.messageId);
    assert.equal(one.headers.get('x-belfry-delivery'), two.headers.get('x-belfry-delivery'));
  });
});
