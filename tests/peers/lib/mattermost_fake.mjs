// As much of a Mattermost server as Belfry meets, as strict as the real one where it matters: no
// server can be installed for a test. It also plays the people: they type, press and fill in.
import { once } from 'node:events';
import http from 'node:http';

const ID = /^[a-z0-9]{26}$/;
export const TEAM = 'teamteamteamteamteamteam01';
export const CHANNEL = 'chanchanchanchanchanchan01';
const BOT = 'botbotbotbotbotbotbotbot01';

function failure(status, id) {
  return { status, body: { id, message: id, status_code: status } };
}

/** truth(entry) hears of every post and edit. */
export async function startMattermost(t, { botToken, commandToken, truth = () => {} }) {
  const posts = new Map();
  const direct = new Map();
  const dialogs = [];
  const ephemeral = [];
  const responses = [];
  let number = 0;
  let botUrl;
  const newId = (kind) => `${kind}${++number}`.padEnd(26, '0');

  function checkButtons(props) {
    for (const { actions = [] } of props?.attachments ?? []) {
      for (const { id, type, name, integration } of actions) {
        // Real servers drop a button without any of these, and one whose id has other characters.
        if (!/^[A-Za-z0-9]+$/.test(id) || type !== 'button' || !name || !integration?.url) return false;
      }
    }
    return true;
  }

  const calls = {
    'POST posts': (body) => {
      if (!ID.test(body.channel_id)) return failure(400, 'api.context.invalid_body_param.app_error');
      if (!checkButtons(body.props)) return failure(400, 'model.post.is_valid.props.app_error');
      if (body.root_id && !posts.has(body.root_id)) return failure(400, 'api.post.create_post.root_id.app_error');
      if ([...body.message].length > 16383) return failure(400, 'model.post.is_valid.message_length.app_error');
      const post = { ...body, id: newId('post'), create_at: Date.now(), user_id: BOT };
      posts.set(post.id, post);
      truth({ what: 'posted', post });
      return { status: 201, body: post };
    },
    'PUT posts': (body, [id, what]) => {
      const post = posts.get(id);
      if (!post || what !== 'patch') return failure(404, 'app.post.get.app_error');
      if (!checkButtons(body.props)) return failure(400, 'model.post.is_valid.props.app_error');
      Object.assign(post, body, { edit_at: Date.now() });
      truth({ what: 'edited', post });
      return { status: 200, body: post };
    },
    'POST posts/ephemeral': (body) => {
      if (!ID.test(body.user_id) || !ID.test(body.post?.channel_id)) return failure(400, 'invalid');
      // As on most servers, where bots may not.
      return failure(403, 'api.context.permissions.app_error');
    },
    'GET channels': (_, [channel, what], query) => {
      if (what !== 'posts') return failure(404, 'app.channel.get.app_error');
      const size = Number(query.get('per_page'));
      const all = [...posts.values()].filter(({ channel_id: id }) => id === channel).reverse();
      const page = all.slice(Number(query.get('page')) * size).slice(0, size);
      return {
        status: 200,
        body: { order: page.map(({ id }) => id), posts: Object.fromEntries(page.map((post) => [post.id, post])) },
      };
    },
    'POST channels/direct': (body) => {
      if (!Array.isArray(body) || body.length !== 2 || !body.every((id) => ID.test(id))) return failure(400, 'invalid');
      const key = body.join();
      if (!direct.has(key)) direct.set(key, newId('dm'));
      return { status: 201, body: { id: direct.get(key), type: 'D' } };
    },
    'GET users/me': () => ({ status: 200, body: { id: BOT, is_bot: true } }),
    'POST actions/dialogs/open': (body) => {
      const { dialog, trigger_id: trigger, url } = body;
      if (!trigger?.startsWith('trigger-')) return failure(400, 'interactive_message.decode_trigger_id.app_error');
      if (!dialog?.title || [...dialog.title].length > 24) return failure(400, 'api.dialog.title');
      for (const { display_name: label, name, type, options } of dialog.elements) {
        if (!label || [...label].length > 24 || !name) return failure(400, 'api.dialog.element');
        if (!['text', 'textarea', 'select', 'bool', 'radio'].includes(type)) return failure(400, 'api.dialog.element');
        if (type === 'select' && !options?.every(({ text, value }) => text && value)) return failure(400, 'api.dialog.element');
      }
      dialogs.push({ ...dialog, url });
      return { status: 200, body: { status: 'OK' } };
    },
  };

  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url, 'http://fake');
    const answer = ({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname.startsWith('/hooks/commands/')) {
      responses.push(JSON.parse(text));
      return answer({ status: 200, body: {} });
    }
    if (request.headers.authorization !== `Bearer ${botToken}`) return answer(failure(401, 'api.context.session_expired.app_error'));
    const parts = url.pathname.split('/').slice(3); // "", "api", "v4"
    for (const length of [3, 2, 1]) {
      const call = calls[`${request.method} ${parts.slice(0, length).join('/')}`];
      if (call && parts.length >= length) {
        return answer(call(text ? JSON.parse(text) : undefined, parts.slice(length), url.searchParams));
      }
    }
    return answer(failure(404, 'api.context.404.app_error'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${server.address().port}/`;

  async function send(target, headers, body) {
    const response = await fetch(target, { method: 'POST', headers, body });
    const text = await response.text();
    return { status: response.status, body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text };
  }

  return {
    base,
    posts,
    dialogs,
    ephemeral,
    responses,
    direct,
    /** Where the bot listens; known only once it is configured. */
    serve(url) {
      botUrl = url;
    },
    /** Somebody types a slash command; what they see. */
    async type(user, text, { token = commandToken, channel = CHANNEL } = {}) {
      const form = new URLSearchParams({
        channel_id: channel, channel_name: 'incidents', command: '/incident', team_domain: 'gov',
        response_url: `${base}hooks/commands/${newId('hook')}`, team_id: TEAM, text, token,
        trigger_id: `trigger-${++number}`, user_id: user, user_name: 'someone',
      });
      return send(`${botUrl}/mattermost/commands`, { authorization: `Token ${token}`,
        'content-type': 'application/x-www-form-urlencoded' }, form.toString());
    },
    /** Somebody presses a button; what they see. */
    async press(user, post, label, change = (body) => body) {
      const action = (post.props?.attachments ?? []).flatMap(({ actions = [] }) => actions).find(({ name }) => name === label);
      if (!action) throw new Error(`no button ${label} on ${JSON.stringify(post.props)}`);
      return send(action.integration.url, { 'content-type': 'application/json' }, JSON.stringify(change({
        user_id: user, user_name: 'someone', channel_id: post.channel_id, channel_name: 'incidents',
        team_id: TEAM, post_id: post.id, trigger_id: `trigger-${++number}`, type: 'button',
        context: structuredClone(action.integration.context),
      })));
    },
    /** Somebody sends a dialog; what they see. */
    async submit(user, dialog, submission, change = (body) => body) {
      return send(dialog.url, { 'content-type': 'application/json' }, JSON.stringify(change({
        type: 'dialog_submission', callback_id: dialog.callback_id, state: dialog.state, user_id: user,
        channel_id: CHANNEL, team_id: TEAM, submission, cancelled: false,
      })));
    },
  };
}
