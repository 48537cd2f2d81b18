// A mail server that keeps what it takes, with or without TLS, and misbehaves when told to.
import { once } from 'node:events';

import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

function refusal({ code, text }) {
  const error = new Error(text ?? 'told to refuse');
  error.responseCode = code;
  return error;
}

/**
 * Options:
 *   tls     { key, cert }; without it STARTTLS is not offered
 *   users   { name: password }; without it nobody needs to log in
 *   secure  TLS from the first byte
 *   onMail, onRcpt, onData   called with what arrives; may give { code, text } to refuse, and onData
 *           also 'reset-after' (take it, then end the connection without an answer) or 'hang-after'
 */
export async function startMailServer(
  t,
  { tls, users, secure = false, onMail, onRcpt, onData } = {},
) {
  const letters = [];
  const envelopes = [];
  const server = new SMTPServer({
    secure,
    ...(tls ?? {}),
    disabledCommands: [...(users ? [] : ['AUTH']), ...(tls ? [] : ['STARTTLS'])],
    authOptional: !users,
    allowInsecureAuth: false,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, session, done) {
      const known = users !== undefined && users[auth.username] === auth.password;
      done(known ? null : refusal({ code: 535 }), known ? { user: auth.username } : undefined);
    },
    onMailFrom(address, session, done) {
      const answer = onMail?.(address.address, session);
      done(answer ? refusal(answer) : null);
    },
    onRcptTo(address, session, done) {
      const answer = onRcpt?.(address.address, session);
      done(answer ? refusal(answer) : null);
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks).toString('latin1');
        const answer = await onData?.(raw, session);
        if (answer?.code) return done(refusal(answer));
        letters.push({ raw, secure: session.secure, user: session.user });
        envelopes.push(session.envelope);
        const connection = [...server.connections].find((one) => one.id === session.id);
        if (answer === 'reset-after') return connection?.close();
        if (answer === 'hang-after') return undefined;
        return done();
      });
    },
  });
  server.on('error', () => {}); // of one connection; the test looks at what arrived
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return {
    port: server.server.address().port,
    /** As they came: { raw, secure, user }. */
    letters,
    envelopes,
    parsed: () => Promise.all(letters.map(({ raw }) => simpleParser(Buffer.from(raw, 'latin1')))),
  };
}
