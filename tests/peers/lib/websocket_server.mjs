// The server's side of WebSockets (RFC 6455), as far as tests need it: text, ping, close. Written
// here because a test wants to break the rules that a library would keep.
import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONTINUATION = 0;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

function frame(opcode, payload) {
  const body = Buffer.from(payload);
  let head;
  if (body.length < 126) {
    head = Buffer.from([0x80 | opcode, body.length]);
  } else if (body.length < 1 << 16) {
    head = Buffer.from([0x80 | opcode, 126, body.length >> 8, body.length & 0xff]);
  } else {
    head = Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}

/** One connection. `onText(text)` and `onClose()` are for the test to set. */
export class ServerSocket {
  #socket;
  #buffer = Buffer.alloc(0);
  #parts = [];
  onText = () => {};
  onClose = () => {};
  closed = false;

  /** `head` is what came with the upgrade already. */
  constructor(request, socket, head) {
    this.#socket = socket;
    const key = request.headers['sec-websocket-key'];
    const accept = createHash('sha1').update(key + GUID).digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.onClose();
    });
    if (head.length > 0) this.#take(head);
  }

  #take(bytes) {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    for (;;) {
      if (this.#buffer.length < 2) return;
      const last = (this.#buffer[0] & 0x80) !== 0;
      const opcode = this.#buffer[0] & 0x0f;
      let length = this.#buffer[1] & 0x7f;
      let at = 2;
      if (length === 126) {
        if (this.#buffer.length < 4) return;
        length = this.#buffer.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (this.#buffer.length < 10) return;
        length = Number(this.#buffer.readBigUInt64BE(2));
        at = 10;
      }
      // Whoever opens a connection masks what it sends.
      if (this.#buffer.length < at + 4 + length) return;
      const mask = this.#buffer.subarray(at, at + 4);
      const payload = Buffer.from(this.#buffer.subarray(at + 4, at + 4 + length));
      for (let i = 0; i < payload.length; ++i) payload[i] ^= mask[i % 4];
      this.#buffer = this.#buffer.subarray(at + 4 + length);
      if (opcode === TEXT || opcode === CONTINUATION) {
        this.#parts.push(payload);
        if (last) this.onText(Buffer.concat(this.#parts.splice(0)).toString('utf8'));
      }
      if (opcode === PING) this.#socket.write(frame(PONG, payload));
      if (opcode === CLOSE) this.#socket.end(frame(CLOSE, payload));
    }
  }

  send(text) {
    if (!this.closed) this.#socket.write(frame(TEXT, text));
  }
  /** Without a goodbye. */
  drop() {
    this.#socket.destroy();
  }
  close() {
    if (!this.closed) this.#socket.end(frame(CLOSE, Buffer.from([0x03, 0xe8])));
  }
}
