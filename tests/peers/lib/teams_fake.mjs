// A Bot Framework connector as Teams has it, with faults on demand and a record of what everybody
// can see. What Microsoft's own Playground does not do: limits, refusals, time-outs, removals.
import { once } from 'node:events';
import http from 'node:http';

export const TENANT = 'aaaaaaaa-0000-4000-8000-000000000001';
export const CHANNEL = '19:dop@thread.tacv2';
/** Entra object ids; the names are those of the people in config/directory.textproto. */
export const USERS = {
  'dop.clerk': 'b0000000-0000-4000-8000-000000000001',
  'dop.contact': 'b0000000-0000-4000-8000-000000000002',
  'dop.iso': 'b0000000-0000-4000-8000-000000000003',
  'csirt.handler': 'b0000000-0000-4000-8000-000000000004',
  'csirt.executive': 'b0000000-0000-4000-8000-000000000005',
  'eox.scio': 'b0000000-0000-4000-8000-000000000006',
  ccio: 'b0000000-0000-4000-8000-000000000008',
  cso: 'b0000000-0000-4000-8000-000000000009',
  commonhelp: 'b0000000-0000-4000-8000-000000000007',
};
const SIZE_MAX = 28_672;

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** All text of a card, in reading order. */
export function cardText(card) {
  const words = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (node === null || typeof node !== 'object') return undefined;
    for (const key of ['text', 'label', 'title']) {
      if (typeof node[key] === 'string') words.push(node[key]);
    }
    for (const key of ['body', 'items', 'columns', 'inlines', 'actions', 'card']) walk(node[key]);
    return undefined;
  };
  walk(card);
  return words.join('\n');
}

export class TeamsFake {
  #clock = 1_700_000_000_000;
  #waits = [];

  constructor({ issuer, botUrl, botAppId }) {
    this.issuer = issuer;
    this.botUrl = botUrl;
    this.botId = `28:${botAppId}`;
    /** Ground truth: everything visible, oldest first. { id, conversation, thread, card, edits, by } */
    this.messages = [];
    /** Everything the bot asked: { method, path, status, size }. */
    this.calls = [];
    /** (call) → undefined, or { status, headers, body, when: 'before'|'after' } or { reset: … }. */
    this.fault = () => undefined;
    this.gone = new Set(); // conversations the bot was removed from
  }

  nextId() {
    this.#clock += 1;
    return String(this.#clock);
  }

  /** The activity that Teams makes of what somebody does. */
  activity(user, fields, { conversation = CHANNEL, thread, personal = false } = {}) {
    const id = this.nextId();
    const place = personal
      ? { id: `a:${user}`, conversationType: 'personal' }
      : { id: `${conversation};messageid=${thread ?? id}`, conversationType: 'channel', isGroup: true };
    return {
      id,
      timestamp: new Date().toISOString(),
      serviceUrl: this.serviceUrl,
      channelId: 'msteams',
      from: { id: `29:${user}`, name: user, aadObjectId: USERS[user] },
      recipient: { id: this.botId, name: 'Belfry' },
      conversation: { ...place, tenantId: TENANT },
      channelData: personal
        ? { tenant: { id: TENANT } }
        : { tenant: { id: TENANT }, team: { id: CHANNEL }, channel: { id: conversation } },
      ...fields,
    };
  }

  /** Sends an activity to the bot, signed. */
  async send(activity, { token } = {}) {
    const bearer = token ?? (await this.issuer.sign({ serviceurl: activity.serviceUrl }));
    const response = await fetch(`${this.botUrl}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify(activity),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** Types a message that mentions the bot. */
  say(user, text, place = {}) {
    const mention = {
      type: 'mention',
      text: '<at>Belfry</at>',
      mentioned: { id: this.botId, name: 'Belfry' },
    };
    const fields = place.personal
      ? { type: 'message', text, textFormat: 'plain' }
      : { type: 'message', text: `<at>Belfry</at> ${text}`, textFormat: 'plain', entities: [mention] };
    return this.send(this.activity(user, fields, place));
  }

  install(user, place = {}) {
    return this.send(this.activity(user, { type: 'installationUpdate', action: 'add' }, place));
  }

  /** The action with this title, also inside one that unfolds. */
  static action(card, title) {
    for (const action of card.actions ?? []) {
      if (action.title === title && action.type !== 'Action.ShowCard') return action;
      const inner = action.card ? TeamsFake.action(action.card, title) : undefined;
      if (inner) return inner;
    }
    return undefined;
  }

  /** Presses an Action.Execute on a message, with what was filled in. */
  async press(user, message, title, inputs = {}) {
    const action = TeamsFake.action(message.card, title);
    if (!action) throw new Error(`no action "${title}" on ${JSON.stringify(message.card.actions)}`);
    if (action.type !== 'Action.Execute') throw new Error(`"${title}" is an ${action.type}`);
    const activity = this.activity(
      user,
      {
        type: 'invoke',
        name: 'adaptiveCard/action',
        replyToId: message.id,
        value: {
          action: { type: 'Action.Execute', verb: action.verb, data: { ...action.data, ...inputs } },
        },
      },
      { thread: message.thread, personal: message.conversation.startsWith('a:') },
    );
    return this.send(activity);
  }

  /** Opens the dialog behind a button, or sends it. */
  dialog(user, message, name, data) {
    return this.send(
      this.activity(
        user,
        { type: 'invoke', name, replyToId: message.id, value: { data, context: { theme: 'default' } } },
        { thread: message.thread },
      ),
    );
  }

  /** Messages whose text matches, newest last. */
  find(pattern) {
    return this.messages.filter((message) => pattern.test(cardText(message.card)));
  }

  #settle() {
    const waits = this.#waits;
    this.#waits = [];
    for (const wake of waits) wake();
  }
  /** Waits until `probe` gives something true, asked whenever something visible changed. */
  async waitFor(what, probe, timeoutMs = 15_000) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = probe();
      if (found) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what}: not within ${timeoutMs} ms`);
      let timer;
      await Promise.race([
        new Promise((resolve) => this.#waits.push(resolve)),
        new Promise((resolve) => {
          timer = setTimeout(resolve, left);
        }),
      ]);
      clearTimeout(timer);
    }
  }

  #post(conversation, activity) {
    const id = this.nextId();
    const [place, thread] = conversation.split(';messageid=');
    const card = activity.attachments?.[0]?.content;
    this.messages.push({
      id,
      conversation: place,
      thread: thread ?? (place.startsWith('19:') ? id : undefined),
      card,
      summary: activity.summary,
      edits: 0,
    });
    return id;
  }

  // What a healthy connector does. { status, body }
  #serve(method, path, body) {
    if (path === 'v3/conversations' && method === 'POST') {
      if (body.isGroup) {
        const channel = body.channelData?.channel?.id;
        if (!channel) return { status: 400, body: { error: { code: 'BadSyntax' } } };
        if (this.gone.has(channel))
          return { status: 403, body: { error: { code: 'BotNotInConversationRoster' } } };
        const id = this.#post(channel, body.activity);
        return { status: 201, body: { id: `${channel};messageid=${id}`, activityId: id } };
      }
      return { status: 201, body: { id: `a:${body.members?.[0]?.id}` } };
    }
    const match = /^v3\/conversations\/([^/]+)\/activities(?:\/([^/]+))?$/.exec(path);
    if (!match) return { status: 404, body: { error: { code: 'NotFound' } } };
    const conversation = decodeURIComponent(match[1]);
    if (this.gone.has(conversation.split(';')[0])) {
      return { status: 403, body: { error: { code: 'BotNotInConversationRoster' } } };
    }
    if (method === 'POST') return { status: 201, body: { id: this.#post(conversation, body) } };
    if (method !== 'PUT') return { status: 405, body: {} };
    const id = decodeURIComponent(match[2] ?? '');
    const message = this.messages.find(
      (one) => one.id === id && one.conversation === conversation.split(';')[0],
    );
    if (!message) return { status: 404, body: { error: { code: 'ActivityNotFoundInConversation' } } };
    message.card = body.attachments?.[0]?.content;
    message.edits += 1;
    return { status: 200, body: { id } };
  }

  async handle(request, response) {
    const raw = await readAll(request);
    const path = request.url.replace(/^\/amer\//, '');
    const call = { method: request.method, path, size: raw.length, at: Date.now() };
    this.calls.push(call);
    const answer = ({ status, headers = {}, body = {} }) => {
      call.status = status;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (!this.issuer.knows(token))
      return answer({ status: 401, body: { error: { code: 'Unauthorized' } } });
    const fault = this.fault(call);
    call.fault = fault;
    if (fault && fault.when !== 'after') {
      if (fault.reset) return request.socket.destroy();
      return answer(fault);
    }
    if (raw.length > (this.sizeMax ?? SIZE_MAX)) {
      return answer({ status: 413, body: { error: { code: 'MessageSizeTooBig' } } });
    }
    let body;
    try {
      body = JSON.parse(raw.toString('utf8'));
    } catch {
      return answer({ status: 400, body: { error: { code: 'BadSyntax' } } });
    }
    const served = this.#serve(request.method, path, body);
    if (fault?.reset) request.socket.destroy();
    else answer(fault ?? served);
    return this.#settle();
  }
}

/** Starts a connector that lives as long as the test `t`. */
export async function startTeamsFake(t, options) {
  const fake = new TeamsFake(options);
  const server = http.createServer((request, response) => {
    fake.handle(request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fake.serviceUrl = `http://127.0.0.1:${server.address().port}/amer/`;
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return fake;
}
