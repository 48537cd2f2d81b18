// Mail through a real mail server: Postfix takes the letters over STARTTLS, and another program reads
// them from its mailbox.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/postfix.mjs
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';

import { startPostfix, whyNoPostfix } from './lib/postfix.mjs';
import { temporaryDirectory, waitUntil } from './lib/process.mjs';
import { startGovernment } from './lib/sinks.mjs';

test('letters in a mailbox of Postfix', async (t) => {
  const why = whyNoPostfix();
  if (why) {
    console.error(`SKIPPED: ${why}`);
    return t.skip(why);
  }
  const directory = await temporaryDirectory(t);
  const certFile = path.join(directory, 'cert.pem');
  const keyFile = path.join(directory, 'key.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const postfix = await startPostfix(t, { certFile, keyFile });
  const government = await startGovernment(t, {
    channels: 'channels { name: "channels/dop" platform: "email" address: "dop-incidents@example.gov" scope: "entities/dop" }',
    contacts: 'contacts { platform: "email" address: "unknown@example.gov" } contacts { platform: "email" address: "contact@example.gov" }',
    bot: () => `email { url: "smtp://127.0.0.1:${postfix.port}" from: "Belfry <belfry@example.gov>" ca_file: ${JSON.stringify(certFile)} }`,
  });
  const name = await government.open('Überwachung ausgefallen · 警报');
  await government.note(name, `.\n..\nFrom the top ${'very '.repeat(400)}long`);
  const letters = await waitUntil('the note and the page', async () => {
    const all = await postfix.letters();
    const about = (words) => all.some(({ text, subject, to }) => `${text}${subject}${to.text}`.includes(words));
    return about('From the top') && about('contact@example.gov') && all;
  }, { timeoutMs: 30_000 });
  const headline = letters.find(({ subject, inReplyTo }) => subject.includes('Überwachung') && !inReplyTo);
  assert.match(headline.subject, /Überwachung ausgefallen · 警报/);
  const note = letters.find(({ text }) => text.includes('From the top'));
  assert.equal(note.inReplyTo, headline.messageId);
  assert.ok(note.text.includes(`.\n..\nFrom the top ${'very '.repeat(400)}long`));
  assert.ok(letters.every(({ html, headers }) => html && headers.get('x-belfry-delivery')));
  // Postfix itself says that it was encrypted.
  assert.ok(letters.every(({ headers }) => /TLSv1\.[23]/.test([headers.get('received')].flat().join())));
  const dead = await government.delivery('the mailbox that is not there', ({ state }) => state === 'STATE_DEAD');
  assert.match(dead.lastError, /^RCPT: 554/);
});
