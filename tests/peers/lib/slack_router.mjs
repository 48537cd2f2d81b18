// One address for everything the emulator sends, as an app with one request URL has it; passed on,
// byte by byte, to the address Slack would have used. Keeps a record of every exchange.
import { once } from 'node:events';
import http from 'node:http';

function targetPath(contentType, body) {
  if (contentType.startsWith('application/json')) return '/slack/events';
  return new URLSearchParams(body.toString('utf8')).has('payload')
    ? '/slack/interactions'
    : '/slack/commands';
}

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

async function forward(request, body, url) {
  const headers = { ...request.headers };
  // The host is the receiver's; `connection` is for one hop.
  delete headers.host;
  delete headers.connection;
  const outgoing = http.request(url, { method: 'POST', headers });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  return { status: response.statusCode, headers: response.headers, body: await readAll(response) };
}

/**
 * `botUrl` such as "http://127.0.0.1:8080". The router's `exchanges` grow by
 * { path, body, headers, status, answer, milliseconds }; the status is 0 when nobody answered.
 */
export async function startSlackRouter(t, botUrl) {
  const exchanges = [];
  const server = http.createServer(async (request, response) => {
    const body = await readAll(request);
    const path = targetPath(request.headers['content-type'] ?? '', body);
    const begun = performance.now();
    const exchange = { path, body: body.toString('utf8'), headers: request.headers, status: 0 };
    try {
      const answer = await forward(request, body, botUrl + path);
      exchange.status = answer.status;
      exchange.answer = answer.body.toString('utf8');
      response.writeHead(answer.status, {
        'content-type': answer.headers['content-type'] ?? 'text/plain',
      });
      response.end(answer.body);
    } catch (error) {
      exchange.answer = error.message;
      response.writeHead(502).end();
    }
    exchange.milliseconds = performance.now() - begun;
    exchanges.push(exchange);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/slack`, exchanges };
}
