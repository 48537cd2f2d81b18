// Slack's own SDK. On Node 18, which Debian 12 has, one of its dependencies expects the class File
// to be global.
import * as buffer from 'node:buffer';

globalThis.File ??= buffer.File;
const bolt = (await import('@slack/bolt')).default;

/** True when Slack's SDK would accept a request with these headers and this body. */
export function slackAccepts({ secret, timestamp, signature, body, now }) {
  try {
    bolt.verifySlackRequest({
      signingSecret: secret,
      body: body.toString('utf8'),
      headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature },
      nowMilliseconds: now * 1000,
    });
    return true;
  } catch (error) {
    if (!error.message.startsWith('Failed to verify authenticity')) throw error;
    return false;
  }
}
