// Makes exports of a record for tests, from docs/record.md alone: keys, notes, leaves, trees by RFC
// 6962's own recursive definition, frames. What belfryd writes and what is written here must be
// accepted by the same verifiers, and what is wrong here must be refused by all of them.
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const H = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const u8 = (n) => Buffer.from([n]);
const u32 = (n) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
};
const u64 = (n) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(n));
  return bytes;
};
const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u8(bytes.length >> 8), u8(bytes.length & 255), bytes]);
};

/** Random bytes and numbers from a seed, the same on every machine. */
export class Seeded {
  #state;
  #block = Buffer.alloc(0);
  #count = 0;
  constructor(seed) {
    this.#state = Buffer.from(String(seed));
  }
  bytes(length) {
    while (this.#block.length < length) {
      this.#block = Buffer.concat([this.#block, H(this.#state, u64(this.#count++))]);
    }
    const taken = this.#block.subarray(0, length);
    this.#block = this.#block.subarray(length);
    return taken;
  }
  /** Uniform enough: 0 … end - 1. */
  below(end) {
    return Number(this.bytes(6).readUIntBE(0, 6) % end);
  }
  of(list) {
    return list[this.below(list.length)];
  }
}

// ---------------------------------------------------------------------------------------------
// The tree

export const leafHash = (leaf) => H(u8(0), leaf);

/** Root over leaf hashes: the largest power of two below n goes to the left. */
export function rootOf(hashes) {
  if (hashes.length === 0) return H();
  if (hashes.length === 1) return hashes[0];
  let left = 1;
  while (left * 2 < hashes.length) left *= 2;
  return H(u8(1), rootOf(hashes.slice(0, left)), rootOf(hashes.slice(left)));
}

/** That the first `from` of the hashes are the beginning of all of them (RFC 6962, 2.1.2). */
export function consistencyProof(hashes, from) {
  const sub = (m, list, whole) => {
    if (m === list.length) return whole ? [] : [rootOf(list)];
    let left = 1;
    while (left * 2 < list.length) left *= 2;
    if (m <= left) return [...sub(m, list.slice(0, left), whole), rootOf(list.slice(left))];
    return [...sub(m - left, list.slice(left), false), rootOf(list.slice(0, left))];
  };
  return from === 0 || from === hashes.length ? [] : sub(from, hashes, true);
}

// ---------------------------------------------------------------------------------------------
// Keys and notes

/** `type`: "ed25519", "p256" or "witness". */
export function makeKey(name, type = 'ed25519') {
  const pair = type === 'p256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  return keyOf(name, type, pair.privateKey);
}

/** The same of a private key that is there, e.g. read from belfryd's file. */
export function keyOf(name, type, privateKey) {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const byte = { ed25519: 1, p256: 2, witness: 4 }[type];
  const bytes = Buffer.concat([u8(byte), type === 'p256' ? der : der.subarray(-32)]);
  const id = H(`${name}\n`, bytes).subarray(0, 4);
  return { name, type, privateKey, id, verifier: `${name}+${id.toString('hex')}+${bytes.toString('base64')}` };
}

const line = ({ name, id }, signature) => `\u2014 ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;

export function checkpointText(origin, size, root) {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

export function signedNote(key, body) {
  return `${body}\n${line(key, sign(key.type === 'p256' ? 'sha256' : null, Buffer.from(body), key.privateKey))}`;
}

/** A note with the line of a witness added. */
export function cosigned(note, witness, seconds) {
  const body = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${body}`);
  return note + line(witness, Buffer.concat([u64(seconds), sign(null, message, witness.privateKey)]));
}

// ---------------------------------------------------------------------------------------------
// Leaves and frames

export function leafBytes({ origin, index, timeMicros, kind, subject, version, principal, requestId, commitment }) {
  return Buffer.concat([
    u8(1), text(origin), u64(index), u64(timeMicros), text(kind), text(subject), u64(version), text(principal),
    text(requestId), commitment,
  ]);
}

export function superLeafBytes({ origin, size, root }) {
  return Buffer.concat([u8(1), text(origin), u64(size), root]);
}

export const commitmentOf = (salt, payload) => H(salt, payload);

const MAGIC = 'belfry-record/v1\n';

/** Frames [{type, bytes}] as a file; `count: false` leaves the last frame as it is. */
export function fileOf(frames) {
  const parts = [Buffer.from(MAGIC)];
  for (const { type, bytes } of frames) parts.push(Buffer.from(type), u32(bytes.length), bytes);
  return Buffer.concat(parts);
}

/** The frames of a file and where each stands: what fileOf() takes, with offsets. */
export function framesOf(file) {
  const frames = [];
  for (let offset = MAGIC.length; offset < file.length; ) {
    const length = file.readUInt32BE(offset + 1);
    frames.push({
      type: String.fromCharCode(file[offset]),
      bytes: file.subarray(offset + 5, offset + 5 + length),
      offset,
    });
    offset += 5 + length;
  }
  return frames;
}

/** The last frame, which counts those before it. */
export const endOf = (frames) => ({ type: 'E', bytes: u64(frames.length) });

/**
 * A whole record of an instance: `agencies` logs that grow by turns, a checkpoint now and then, each
 * of them a leaf of the super-log, whose newer checkpoints the witnesses cosign. `expunged` says of an
 * index whether that payload was deleted; a record at the end of its log says so.
 */
export function makeRecord({ instance, agencies, records, key, witnesses = [], random, payloadBytes = 200, every = 7, expunged = () => false }) {
  const logs = agencies.map((id) => ({ origin: `${instance}/${id}`, entries: [], hashes: [], notes: [], told: -1 }));
  const superLog = { origin: instance, leaves: [], hashes: [], notes: [] };
  const checkpoint = (log) => {
    if (log.told === log.hashes.length) return;
    log.told = log.hashes.length;
    const root = rootOf(log.hashes);
    log.notes.push(signedNote(key, checkpointText(log.origin, log.hashes.length, root)));
    const leaf = superLeafBytes({ origin: log.origin, size: log.hashes.length, root });
    superLog.leaves.push(leaf);
    superLog.hashes.push(leafHash(leaf));
    let note = signedNote(key, checkpointText(instance, superLog.hashes.length, rootOf(superLog.hashes)));
    for (const witness of witnesses) note = cosigned(note, witness, 1_800_000_000 + superLog.hashes.length);
    superLog.notes.push(note);
  };
  const append = (log, n, kind, subject) => {
    const index = log.hashes.length;
    const salt = Buffer.from(random.bytes(32));
    const payload = Buffer.from(random.bytes(1 + random.below(payloadBytes)));
    const leaf = leafBytes({
      origin: log.origin,
      index,
      timeMicros: 1_790_000_000_000_000 + n,
      kind,
      subject,
      version: index + 1,
      principal: random.of(['people/ann', 'people/bo', 'system']),
      requestId: random.of(['', `r-${n}`]),
      commitment: commitmentOf(salt, payload),
    });
    log.entries.push({ leaf, salt, payload, subject });
    log.hashes.push(leafHash(leaf));
  };
  for (let n = 0; n < records; ++n) {
    const log = random.of(logs);
    const kind = random.of(['incident.reported', 'incident.note_added', 'incident.severity_changed']);
    append(log, n, kind, `incidents/${log.origin.split('/').at(-1)}-2026-${String(random.below(9)).padStart(4, '0')}`);
    if (n % every === every - 1) checkpoint(log);
  }
  for (const log of logs) {
    for (const [index, entry] of [...log.entries].entries()) {
      if (!expunged(index)) continue;
      entry.expungedBy = log.entries.length;
      append(log, records, 'incident.payload_expunged', entry.subject);
    }
    checkpoint(log);
  }
  return { logs, superLog };
}

/** What is there of a payload while the log is as long as that. */
const payloadOf = ({ entries }, index) => (entries[index].expungedBy < entries.length ? 'X' : 'P');

/** A record as frames; `payloads` says of (log, index) how it is given: "P", "X" or "W". */
export function exportFrames({ logs, superLog }, { payloads = payloadOf, notes = 3 } = {}) {
  const frames = [];
  const add = (type, bytes = Buffer.alloc(0)) => frames.push({ type, bytes: Buffer.from(bytes) });
  for (const log of logs) {
    add('O', log.origin);
    log.entries.forEach(({ leaf, salt, payload }, index) => {
      add('L', leaf);
      const type = payloads(log, index);
      add(type, type === 'P' ? Buffer.concat([salt, payload]) : '');
    });
    for (const note of log.notes.slice(-notes)) add('C', note);
  }
  add('S', superLog.origin);
  for (const leaf of superLog.leaves) add('L', leaf);
  for (const note of superLog.notes.slice(-notes)) add('C', note);
  frames.push(endOf(frames));
  return frames;
}
