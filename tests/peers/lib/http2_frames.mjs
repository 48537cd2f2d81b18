// HTTP/2 as a peer sends it who does not keep the rules: frames by hand, over a plain socket.
import net from 'node:net';
import { once } from 'node:events';

const TYPE = { DATA: 0, HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, PING: 6, CONTINUATION: 9 };
export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;

export function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(TYPE[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

// HPACK, literals without indexing and without Huffman: what every decoder must read.
function literal(name, value) {
  const length = (text) => {
    const size = Buffer.byteLength(text);
    if (size < 127) return Buffer.from([size]);
    const bytes = [127];
    let rest = size - 127;
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    return Buffer.from([...bytes, rest]);
  };
  return Buffer.concat([Buffer.from([0]), length(name), Buffer.from(name), length(value), Buffer.from(value)]);
}

export function callHeaders(path, more = {}) {
  const fields = {
    ':method': 'POST',
    ':scheme': 'http',
    ':path': path,
    ':authority': 'localhost',
    te: 'trailers',
    'content-type': 'application/grpc',
    ...more,
  };
  return Buffer.concat(Object.entries(fields).map(([name, value]) => literal(name, value)));
}

/** A connection that has said hello and acknowledges nothing. What comes back is thrown away. */
export async function connectRaw(t, address) {
  const [host, port] = address.split(':');
  const socket = net.connect({ host, port: Number(port) });
  socket.on('error', () => {}); // being thrown out is an answer
  socket.on('data', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame('SETTINGS', 0, 0));
  return socket;
}

/** Writes as fast as the peer takes it; false when the peer has closed. */
export async function pour(socket, bytes) {
  if (socket.destroyed || socket.writableEnded) return false;
  if (socket.write(bytes)) return true;
  return Promise.race([once(socket, 'drain').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
}
