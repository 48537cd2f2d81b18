// Microsoft's own validator and belfry-bot judge the same tokens, over HTTP.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/teams_jwt_oracle.mjs
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import test from 'node:test';

import connector from 'botframework-connector';
import * as jose from 'jose';

import { waitUntil } from './lib/process.mjs';
import { startTeams } from './lib/teams.mjs';
import { ISSUER } from './lib/teams_issuer.mjs';

const { ChannelValidation, SimpleCredentialProvider } = connector;

const now = () => Math.floor(Date.now() / 1000);

/** What Microsoft's validator says. */
async function oracle(header, { appId, serviceUrl, channel }) {
  const errors = console.error; // it prints the keys it looked at
  console.error = () => {};
  try {
    const credentials = new SimpleCredentialProvider(appId, 'password');
    await ChannelValidation.authenticateChannelTokenWithServiceUrl(
      header,
      credentials,
      serviceUrl,
      channel,
    );
    return true;
  } catch {
    return false;
  } finally {
    console.error = errors;
  }
}

/** What the bot says, over a raw request: fetch() would tidy the headers up. */
function ask(url, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/api/messages`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function changed(token, part, change) {
  const parts = token.split('.');
  const json = JSON.parse(Buffer.from(parts[part], 'base64url').toString('utf8'));
  parts[part] = Buffer.from(JSON.stringify(change(json))).toString('base64url');
  return parts.join('.');
}

test('the same verdict as Microsoft', async (t) => {
  const all = await startTeams(t);
  const { issuer, teams, bot, appId } = all;
  const serviceUrl = teams.serviceUrl;
  await issuer.addKey('webchat-only', { endorsements: ['webchat'] });
  await issuer.addKey('both', { endorsements: ['webchat', 'msteams'] });
  await issuer.addKey('no-endorsements');
  await issuer.addKey('never-published', { published: false });
  ChannelValidation.OpenIdMetadataEndpoint = issuer.metadataUrl;
  // The bot fetched its keys when it started, before these were there.
  await all.botProcess.stop();
  const { startBot } = await import('./lib/belfry.mjs');
  all.botProcess = await startBot(t, { bin: all.bin, directory: all.directory, url: bot.url });

  const sign = (claims, options) => issuer.sign({ serviceurl: serviceUrl, ...claims }, options);
  const good = await sign({});
  const symmetric = async (key) =>
    new jose.SignJWT({ iss: ISSUER, aud: appId, serviceurl: serviceUrl, exp: now() + 600 })
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(key);
  const publicPem = await jose.exportSPKI(await jose.importJWK(issuer.jwk('key-1'), 'RS256'));
  const unsigned = (alg) => {
    const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const claims = { iss: ISSUER, aud: appId, serviceurl: serviceUrl, exp: now() + 600 };
    return `${part({ alg, kid: 'key-1' })}.${part(claims)}.`;
  };
  const elsewhere = await jose.generateKeyPair('RS256');
  const forged = await new jose.SignJWT({
    iss: ISSUER,
    aud: appId,
    serviceurl: serviceUrl,
    exp: now() + 600,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
    .sign(elsewhere.privateKey);
  const rs512 = await new jose.SignJWT({
    iss: ISSUER,
    aud: appId,
    serviceurl: serviceUrl,
    exp: now() + 600,
  })
    .setProtectedHeader({ alg: 'RS512', kid: 'key-1' })
    .sign(await jose.importPKCS8(await jose.exportPKCS8(issuer.privateKey('key-1')), 'RS512'));

  // [name, authorization header, options]; `stricter` says why we refuse what Microsoft takes.
  const table = [
    ['good', `Bearer ${good}`, { accepted: true }],
    ['wrong audience', `Bearer ${await sign({ aud: randomUUID() })}`],
    ['no audience', `Bearer ${await sign({ aud: undefined })}`],
    ['wrong issuer', `Bearer ${await sign({ iss: 'https://sts.windows.net/x/' })}`],
    ['issuer with a slash', `Bearer ${await sign({ iss: `${ISSUER}/` })}`],
    ['no issuer', `Bearer ${await sign({ iss: undefined })}`],
    ['wrong serviceUrl', `Bearer ${await sign({ serviceurl: 'https://smba.trafficmanager.net/' })}`],
    ['no serviceUrl', `Bearer ${await sign({ serviceurl: undefined })}`],
    ['expired 290 s ago', `Bearer ${await sign({ exp: now() - 290 })}`, { accepted: true }],
    ['expired 310 s ago', `Bearer ${await sign({ exp: now() - 310 })}`],
    ['expired long ago', `Bearer ${await sign({ exp: 1_000_000_000 })}`],
    ['valid in 290 s', `Bearer ${await sign({ nbf: now() + 290 })}`, { accepted: true }],
    ['valid in 320 s', `Bearer ${await sign({ nbf: now() + 320 })}`],
    ['without nbf', `Bearer ${await sign({ nbf: undefined })}`, { accepted: true }],
    [
      'without exp',
      `Bearer ${await sign({ exp: undefined })}`,
      { stricter: 'a token for ever is none' },
    ],
    ['unpublished key', `Bearer ${await sign({}, { kid: 'never-published' })}`],
    ['no kid', `Bearer ${await sign({}, { header: { kid: undefined } })}`],
    ['key for webchat', `Bearer ${await sign({}, { kid: 'webchat-only' })}`],
    ['key for both', `Bearer ${await sign({}, { kid: 'both' })}`, { accepted: true }],
    ['key for anything', `Bearer ${await sign({}, { kid: 'no-endorsements' })}`, { accepted: true }],
    ['another key under our kid', `Bearer ${forged}`],
    ['HS256 with a secret', `Bearer ${await symmetric(Buffer.from('secret'))}`],
    ['HS256 with the public key', `Bearer ${await symmetric(Buffer.from(publicPem))}`],
    ['alg none', `Bearer ${unsigned('none')}`],
    ['alg NONE', `Bearer ${unsigned('NONE')}`],
    ['RS256 without signature', `Bearer ${unsigned('RS256')}`],
    [
      'RS512',
      `Bearer ${rs512}`,
      { stricter: 'Microsoft allows RS384 and RS512 and signs with neither' },
    ],
    ['claims changed', `Bearer ${changed(good, 1, (claims) => ({ ...claims, exp: now() + 9999 }))}`],
    ['header changed', `Bearer ${changed(good, 0, (header) => ({ ...header, typ: 'x' }))}`],
    ['kid of another key', `Bearer ${changed(good, 0, (header) => ({ ...header, kid: 'both' }))}`],
    ['signature cut', `Bearer ${good.slice(0, -8)}`],
    ['a fourth part', `Bearer ${good}.x`],
    ['two parts', `Bearer ${good.split('.').slice(0, 2).join('.')}`],
    ['no token', 'Bearer '],
    ['no scheme', good],
    ['other scheme', `Basic ${good}`],
    ['scheme in lower case', `bearer ${good}`],
    ['two tokens', `Bearer ${good} ${good}`],
    ['garbage', 'Bearer a.b.c'],
    ['empty', ''],
  ];
  let agreed = 0;
  for (const [name, header, { accepted = false, stricter } = {}] of table) {
    const theirs = await oracle(header, { appId, serviceUrl, channel: 'msteams' });
    const activity = teams.activity('dop.clerk', { type: 'typing' });
    const answer = await ask(bot.url, { authorization: header }, JSON.stringify(activity));
    const ours = answer.status === 200;
    assert.equal(ours, accepted, `${name}: ${answer.status}`);
    if (stricter) {
      assert.equal(theirs, true, `${name}: no longer stricter than Microsoft (${stricter})`);
    } else {
      assert.equal(ours, theirs, `${name}: we say ${ours}, Microsoft says ${theirs}`);
      agreed += 1;
    }
    if (!ours) {
      assert.ok([401, 403].includes(answer.status), `${name}: ${answer.status}`);
      assert.equal(answer.body, '', `${name}: says why`);
    }
  }
  t.diagnostic(`${table.length} tokens, ${agreed} verdicts the same, the rest stricter`);
  assert.ok(agreed >= 20);

  await t.test('what only a bot can see', async () => {
    const send = async (change, token) => {
      const activity = teams.activity('dop.clerk', { type: 'typing' });
      change(activity);
      const header = `Bearer ${token ?? (await sign({}))}`;
      const answer = await ask(bot.url, { authorization: header }, JSON.stringify(activity));
      assert.equal(answer.body, '');
      return answer.status;
    };
    assert.equal(await send(() => {}), 200);
    const other = randomUUID();
    assert.equal(
      await send((activity) => {
        activity.conversation.tenantId = other;
        activity.channelData.tenant.id = other;
      }),
      403,
    );
    assert.equal(
      await send((activity) => {
        delete activity.conversation.tenantId;
        delete activity.channelData;
      }),
      403,
    );
    assert.equal(
      await send(
        (activity) => {
          activity.channelId = 'webchat';
        },
        await sign({}, { kid: 'no-endorsements' }),
      ),
      403,
    );
    assert.equal(
      await send(
        (activity) => {
          activity.serviceUrl = 'https://evil.example/';
        },
        await issuer.sign({ serviceurl: 'https://evil.example/' }),
      ),
      403,
    );
    const twice = ['authorization', `Bearer ${good}`, 'Authorization', `Bearer ${good}`];
    const body = JSON.stringify(teams.activity('dop.clerk', { type: 'typing' }));
    assert.equal((await ask(bot.url, twice, body)).status, 401, 'two headers');
    assert.equal((await ask(bot.url, {}, body)).status, 401, 'no header');
  });

  await t.test('a key that comes later is found, and asking is bounded', async () => {
    const fetches = issuer.fetches;
    await issuer.addKey('key-2', { endorsements: ['msteams'] });
    const activity = JSON.stringify(teams.activity('dop.clerk', { type: 'typing' }));
    // The keys are younger than an hour: nobody makes us ask again.
    for (let i = 0; i < 20; ++i) {
      const header = `Bearer ${await sign({}, { kid: 'key-2' })}`;
      assert.equal((await ask(bot.url, { authorization: header }, activity)).status, 401);
    }
    assert.equal(issuer.fetches, fetches);
    await all.botProcess.stop();
    const { startBot: again } = await import('./lib/belfry.mjs');
    all.botProcess = await again(t, { bin: all.bin, directory: all.directory, url: bot.url });
    const header = `Bearer ${await sign({}, { kid: 'key-2' })}`;
    await waitUntil(
      'the new key',
      async () => (await ask(bot.url, { authorization: header }, activity)).status === 200,
    );
  });

  await t.test('nothing secret is in the log', () => {
    const log = all.botProcess.output;
    for (const secret of [good.split('.')[2], good.split('.')[1], all.appPassword]) {
      assert.ok(!log.includes(secret), 'a token or password is in the log');
    }
  });
});
