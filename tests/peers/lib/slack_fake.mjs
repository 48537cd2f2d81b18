// A Slack that misbehaves when it is told to: what no emulator does. Keeps a record of every call,
// which is the truth that tests compare with.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

import { waitUntil } from './process.mjs';
import { ServerSocket } from './websocket_server.mjs';

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

export class SlackFake {
  #faults = [];
  #tickets = new Set();
  #pending = new Map();
  #last = 1_700_000_000;
  /** { method, args, token, time } of every call of the Web API and every response URL. */
  calls = [];
  /** Every connection there ever was, oldest first. */
  sockets = [];
  workspace;
  botUser = 'U0BELFRY';
  /** Connections get no hello while this is false. */
  saysHello = true;

  constructor(workspace) {
    this.workspace = workspace;
  }

  /** The next `times` calls of a method are answered so: { status, headers, body } or 'reset'. */
  fail(method, answer, times = 1) {
    this.#faults.push({ method, answer, times });
  }

  callsOf(method) {
    return this.calls.filter((call) => call.method === method);
  }
  async awaitCall(method, check = () => true, options = {}) {
    return waitUntil(
      `a call of ${method}`,
      () => this.callsOf(method).find((call) => check(call.args)),
      options,
    );
  }

  /** Sends an envelope over the newest connection, or `socket`; resolves with the acknowledgement. */
  envelope(type, payload, { socket = this.open().at(-1), id = randomUUID(), accepts = true } = {}) {
    const begun = performance.now();
    const answer = new Promise((resolve) => {
      this.#pending.set(id, (message) =>
        resolve({ ...message, milliseconds: performance.now() - begun }),
      );
    });
    const envelope = { envelope_id: id, type, payload, accepts_response_payload: accepts };
    socket.send(JSON.stringify(envelope));
    return answer;
  }
  disconnect(reason, socket = this.open().at(-1)) {
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'fake' } }));
  }
  open() {
    return this.sockets.filter((socket) => !socket.closed);
  }

  ts() {
    this.#last += 1;
    return `${this.#last}.000100`;
  }

  answer(method, args) {
    const ok = (extra) => ({ ok: true, ...extra });
    switch (method) {
      case 'auth.test':
        return ok({ team_id: this.workspace, team: 'Fake', user_id: this.botUser, user: 'belfry' });
      case 'apps.connections.open': {
        const ticket = randomUUID();
        this.#tickets.add(ticket);
        return ok({ url: `${this.socketUrl}/link?ticket=${ticket}` });
      }
      case 'chat.postMessage':
        return ok({ channel: args.channel, ts: this.ts() });
      case 'chat.update':
        return ok({ channel: args.channel, ts: args.ts });
      case 'views.open':
      case 'views.update':
      case 'views.publish':
        return ok({ view: { id: args.view_id ?? `V${this.ts()}`, hash: this.ts() } });
      case 'conversations.history':
      case 'conversations.replies':
        return ok({ messages: [] });
      default:
        return ok({});
    }
  }

  async handle(request, response) {
    const url = new URL(request.url, 'http://fake');
    const body = await readAll(request);
    const method = url.pathname.replace(/^\/api\//, '');
    let args = Object.fromEntries(url.searchParams);
    if (body) args = { ...args, ...JSON.parse(body) };
    const fault = this.#faults.find((one) => one.method === method && one.times > 0);
    this.calls.push({
      method,
      args,
      token: (request.headers.authorization ?? '').replace('Bearer ', ''),
      time: Date.now(),
      failed: fault !== undefined,
    });
    if (fault !== undefined) {
      fault.times -= 1;
      if (fault.answer === 'reset') return request.socket.destroy();
      response.writeHead(fault.answer.status ?? 200, fault.answer.headers ?? {});
      return response.end(JSON.stringify(fault.answer.body ?? { ok: false }));
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(this.answer(method, args)));
  }

  upgrade(request, socket, head) {
    const ticket = new URL(request.url, 'http://fake').searchParams.get('ticket');
    if (!this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 409 Conflict\r\n\r\n'); // a ticket works once
      return;
    }
    const connection = new ServerSocket(request, socket, head);
    connection.onText = (text) => {
      const message = JSON.parse(text);
      this.#pending.get(message.envelope_id)?.(message);
      this.acks.push(message);
    };
    this.sockets.push(connection);
    if (this.saysHello) {
      connection.send(JSON.stringify({ type: 'hello', num_connections: this.open().length }));
    }
  }
  acks = [];
}

/** `tls` is { key, cert } for the WebSocket; the Web API stays on plain HTTP. */
export async function startSlackFake(t, workspace, { tls } = {}) {
  const fake = new SlackFake(workspace);
  const servers = [http.createServer((request, response) => fake.handle(request, response))];
  if (tls) servers.push(https.createServer(tls));
  for (const server of servers) {
    server.on('upgrade', (request, socket, head) => fake.upgrade(request, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  t.after(() => {
    for (const socket of fake.sockets) socket.drop();
    for (const server of servers) {
      server.closeAllConnections?.();
      server.close();
    }
  });
  const { port } = servers[0].address();
  fake.url = `http://127.0.0.1:${port}`;
  fake.apiBaseUrl = `${fake.url}/api/`;
  fake.socketUrl = tls ? `wss://localhost:${servers[1].address().port}` : `ws://127.0.0.1:${port}`;
  return fake;
}
