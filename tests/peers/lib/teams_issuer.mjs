// Microsoft's place taken by a token issuer of our own: OpenID metadata, signing keys that rotate,
// and the tokens a bot gets for itself.
import { once } from 'node:events';
import http from 'node:http';

import * as jose from 'jose';

export const ISSUER = 'https://api.botframework.com';

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

export class TeamsIssuer {
  #keys = new Map(); // kid → { privateKey, jwk }
  #tokens = new Set();

  constructor({ appId, appPassword }) {
    this.appId = appId;
    this.appPassword = appPassword;
    this.fetches = 0; // of the signing keys
    this.tokenFault = undefined; // answers the token endpoint instead: { status, body }
  }

  get metadataUrl() {
    return `${this.url}/openidconfiguration`;
  }
  get tokenUrl() {
    return `${this.url}/token`;
  }

  /** A new key; published unless told otherwise. */
  async addKey(kid, { endorsements, published = true } = {}) {
    const { publicKey, privateKey } = await jose.generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await jose.exportJWK(publicKey)), kid, use: 'sig', kty: 'RSA' };
    if (endorsements) jwk.endorsements = endorsements;
    this.#keys.set(kid, { privateKey, jwk, published });
  }
  withdraw(kid) {
    this.#keys.get(kid).published = false;
  }
  privateKey(kid) {
    return this.#keys.get(kid).privateKey;
  }
  jwk(kid) {
    return this.#keys.get(kid).jwk;
  }

  /** A token as the Bot Framework sends with an activity; `undefined` claims are left out. */
  async sign(claims, { kid = 'key-1', header = {} } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: ISSUER, aud: this.appId, nbf: now - 10, exp: now + 3600, ...claims };
    for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
    return new jose.SignJWT(all)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header })
      .sign(this.#keys.get(kid).privateKey);
  }

  /** The bot's own token is one of ours. */
  knows(token) {
    return this.#tokens.has(token);
  }
  /** All tokens of the bot stop working. */
  revokeAll() {
    this.#tokens.clear();
  }

  async handle(request, response) {
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const body = await readAll(request);
    if (request.url === '/openidconfiguration') {
      return answer(200, { issuer: ISSUER, jwks_uri: `${this.url}/keys` });
    }
    if (request.url === '/keys') {
      this.fetches += 1;
      const keys = [...this.#keys.values()].filter((key) => key.published).map((key) => key.jwk);
      return answer(200, { keys });
    }
    if (request.url === '/token' && request.method === 'POST') {
      if (this.tokenFault) return answer(this.tokenFault.status, this.tokenFault.body);
      const form = new URLSearchParams(body);
      const good =
        form.get('grant_type') === 'client_credentials' &&
        form.get('client_id') === this.appId &&
        form.get('client_secret') === this.appPassword;
      if (!good) return answer(401, { error: 'invalid_client' });
      const token = `bot-token-${this.#tokens.size + 1}-${Math.random().toString(36).slice(2)}`;
      this.#tokens.add(token);
      return answer(200, { token_type: 'Bearer', expires_in: 3600, access_token: token });
    }
    return answer(404, {});
  }
}

/** Starts an issuer that lives as long as the test `t`, with one key, "key-1". */
export async function startTeamsIssuer(t, options) {
  const issuer = new TeamsIssuer(options);
  await issuer.addKey('key-1', { endorsements: ['msteams'] });
  const server = http.createServer((request, response) => {
    issuer.handle(request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer.url = `http://127.0.0.1:${server.address().port}`;
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return issuer;
}
