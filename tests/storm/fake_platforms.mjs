// Slack, Mattermost and a receiver of signed webhooks in one process, all of them in trouble: of each
// call that changes something, and of each look-up, a share is answered wrongly, late or not at all.
// What was really accepted is the truth that the storm is judged by.
import { once } from 'node:events';
import http from 'node:http';

// How often, in thousandths. "After" means: it was accepted, and the bot is not told.
const FAULTS = [
  ['429', 50],
  ['500', 60],
  ['500-after', 40],
  ['reset', 50],
  ['reset-after', 40],
  ['late', 20], // the connection ends first, and the message is accepted a moment later
  ['garbage', 20],
  ['garbage-after', 20],
];
// Each costs the bot its whole time-out.
const HANGS = ['hang', 'hang-after'];
const LATE_MS = 700;

function chooser(random, share, hangs) {
  const total = FAULTS.reduce((sum, [, weight]) => sum + weight, 0);
  return () => {
    if (random() >= share) return 'none';
    if (random() < hangs) return HANGS[Math.floor(random() * HANGS.length)];
    let at = random() * total;
    for (const [name, weight] of FAULTS) {
      at -= weight;
      if (at < 0) return name;
    }
    return 'none';
  };
}

/** Mulberry32: enough for faults, and repeatable. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * share: of calls that go wrong; hangs: of those, how many get no answer at all.
 * truth: an object with accept({ platform, place, delivery, text, fault }) and edit(…).
 */
export async function startFakePlatforms(t, { random, share, hangs, truth }) {
  const choose = chooser(random, share, hangs);
  const counts = new Map();
  let calm = false;
  let number = 0;
  const channels = new Map(); // place → messages, oldest first

  function accept(platform, place, message, fault) {
    const id = `${++number}`.padStart(10, '0');
    const kept = { id, at: Date.now(), ...message };
    const list = channels.get(place) ?? [];
    list.push(kept);
    channels.set(place, list);
    truth.accept({ platform, place, id, fault, delivery: message.delivery, text: message.text });
    return kept;
  }

  // What a call does when it succeeds, and what is then answered.
  const slack = {
    'chat.postMessage': (body, fault) => {
      const kept = accept(
        'slack',
        body.channel,
        {
          delivery: body.metadata?.event_payload?.delivery,
          metadata: body.metadata,
          thread: body.thread_ts,
          text: JSON.stringify(body.blocks),
        },
        fault,
      );
      return { ok: true, channel: body.channel, ts: kept.id };
    },
    'chat.update': (body) => {
      const found = (channels.get(body.channel) ?? []).find(({ id }) => id === body.ts);
      if (!found) return { ok: false, error: 'message_not_found' };
      found.text = JSON.stringify(body.blocks);
      truth.edit({ platform: 'slack', place: body.channel, id: body.ts });
      return { ok: true, channel: body.channel, ts: body.ts };
    },
  };
  // Newest first, in pages that are small on purpose: the look-up has to turn them.
  function slackHistory(query) {
    const size = Math.min(Number(query.get('limit')), 25);
    const from = Number(query.get('cursor') || 0);
    const oldest = Number(query.get('oldest')) * 1000;
    const thread = query.get('ts');
    const all = (channels.get(query.get('channel')) ?? [])
      .filter(({ at, thread: root, id }) => at >= oldest && (!thread || root === thread || id === thread))
      .filter(({ thread: root }) => thread || !root)
      .reverse();
    const next = from + size < all.length ? `${from + size}` : '';
    return {
      ok: true,
      messages: all.slice(from, from + size).map(({ id, metadata }) => ({ ts: id, metadata })),
      response_metadata: { next_cursor: next },
    };
  }
  const mattermostPost = (body, fault) => {
    const kept = accept(
      'mattermost',
      body.channel_id,
      {
        delivery: body.props?.belfry_delivery,
        props: body.props,
        text: `${body.message} ${JSON.stringify(body.props?.attachments)}`,
      },
      fault,
    );
    return { id: kept.id.padStart(26, 'm') };
  };
  const mattermostPatch = (id, body) => {
    for (const [place, list] of channels) {
      const found = list.find((post) => post.id.padStart(26, 'm') === id);
      if (!found) continue;
      found.text = `${body.message} ${JSON.stringify(body.props?.attachments)}`;
      truth.edit({ platform: 'mattermost', place, id: found.id });
      return { id };
    }
    return undefined;
  };
  const mattermostPosts = (channel, query) => {
    const size = Math.min(Number(query.get('per_page')), 200);
    const from = Number(query.get('page')) * size;
    const all = [...(channels.get(channel) ?? [])].reverse().slice(from, from + size);
    const key = ({ id }) => id.padStart(26, 'm');
    return {
      order: all.map(key),
      posts: Object.fromEntries(
        all.map((post) => [key(post), { create_at: post.at, props: post.props }]),
      ),
    };
  };

  // { act, absent }: what to do and answer.
  function route(request, url, body) {
    const parts = url.pathname.split('/').filter(Boolean);
    if (parts[0] === 'slack') {
      if (request.method === 'GET') return () => slackHistory(url.searchParams);
      return (fault) => slack[parts[2]]?.(JSON.parse(body), fault) ?? { ok: false, error: 'unknown_method' };
    }
    if (parts[0] === 'mattermost') {
      const [, , , kind, id, what] = parts; // mattermost api v4 …
      if (kind === 'posts' && request.method === 'POST') return (fault) => mattermostPost(JSON.parse(body), fault);
      if (kind === 'posts' && what === 'patch') return () => mattermostPatch(id, JSON.parse(body));
      if (kind === 'channels' && what === 'posts') return () => mattermostPosts(id, url.searchParams);
      return () => undefined;
    }
    if (parts[0] === 'hook') {
      return (fault) => {
        accept(
          'webhook',
          parts[1],
          { delivery: `deliveries/${request.headers['webhook-id']}`, text: body },
          fault,
        );
        return { taken: true };
      };
    }
    return () => undefined;
  }

  const server = http.createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the bot was killed while it was sending
    }
    const act = route(request, new URL(request.url, 'http://fake'), Buffer.concat(chunks).toString());
    const fault = calm ? 'none' : choose();
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    const answer = (status, result, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof result === 'string' ? result : JSON.stringify(result));
    };
    switch (fault) {
      case '429':
        return answer(429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' });
      case '500':
        return answer(500, 'internal trouble');
      case '500-after':
        act(fault);
        return answer(500, 'internal trouble');
      case 'reset':
        return response.destroy();
      case 'reset-after':
        act(fault);
        return response.destroy();
      case 'late':
        response.destroy();
        setTimeout(() => act(fault), LATE_MS);
        return undefined;
      // A webhook's 200 is a success whatever stands in it; trouble must look like trouble there.
      case 'garbage':
        return answer(request.url.startsWith('/hook') ? 502 : 200, '<html>Welcome to the proxy');
      case 'garbage-after':
        act(fault);
        return answer(request.url.startsWith('/hook') ? 502 : 200, '<html>Welcome to the proxy');
      case 'hang':
        return undefined;
      case 'hang-after':
        act(fault);
        return undefined;
      default: {
        const result = act('none');
        if (result === undefined) return answer(404, {});
        return answer(request.method === 'POST' && request.url.includes('/api/v4/posts') ? 201 : 200, result);
      }
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    counts,
    choose: () => (calm ? 'none' : choose()),
    /** No more faults. */
    calmDown() {
      calm = true;
    },
  };
}
