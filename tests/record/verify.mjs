// Verifies an export of Belfry's record with public keys alone.
//
//   node verify.mjs FILE --key VKEY [--key VKEY…] [--witness-key VKEY…] [--held NOTE…] [--strict] [--json]
//
// Nothing of Belfry is in here: this file was written from docs/record.md, uses what Node.js brings
// (version 18 or later) and may be read as the format's second description. Somebody who trusts
// neither Belfry nor its authors can check with it, or after reading it with a program of their own.
//
//   --key VKEY          key of the server that signs checkpoints; several after a rotation
//   --witness-key VKEY  key of a witness: each one given must have cosigned a checkpoint
//   --held NOTE         a file with a checkpoint kept elsewhere (anchor file, mail, chat): the export
//                       must contain what it saw. Without one, an older export looks as good as a new one.
//   --strict            refuse signature lines that no given key can check
//   --json              the outcome as one JSON object
//
// Exit status: 0 everything holds; 1 the first bad record is named; 2 wrong usage or no such file.
//
// How it works. What an export claims is of three kinds, each checked against the one above it:
//   - a payload belongs to its leaf: the leaf holds H(salt || payload);
//   - leaves belong to their log: the root of the Merkle tree over them stands in a checkpoint;
//   - a checkpoint is the server's: it is signed; and each agency's checkpoints are themselves leaves
//     of the super-log, whose checkpoints witnesses have cosigned.
// Checkpoints stand behind the leaves they cover, so the file is read twice: first its skeleton, to
// learn at which sizes a root is claimed; then everything, comparing the root at those sizes. Memory
// grows with the number of checkpoints, not with the record.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const MAGIC = 'belfry-record/v1\n';
const HEADER = 5; // u8 type, u32 length
const SMALL_FRAME_MAX = 1 << 20; // every frame but a payload
const WINDOW = 1 << 20;
const LEAF_FORMAT = 1;
const COMMITMENT = 32;
const SALT = 32;

// ---------------------------------------------------------------------------------------------
// The tree (RFC 6962)

const H = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);
const leafHash = (leaf) => H(LEAF_PREFIX, leaf);
const nodeHash = (left, right) => H(NODE_PREFIX, left, right);

/**
 * A tree one can only append to: of each complete subtree that no larger one contains, the hash. Bit
 * k of `size` says whether there is one with 2^k leaves, so there are at most 64 of them.
 */
class Frontier {
  constructor(size = 0n, hashes = []) {
    this.size = size;
    this.hashes = hashes; // the largest first
  }

  add(hash) {
    for (let bits = this.size; bits & 1n; bits >>= 1n) hash = nodeHash(this.hashes.pop(), hash);
    this.hashes.push(hash);
    this.size += 1n;
  }

  root() {
    if (this.size === 0n) return H();
    return this.hashes.reduceRight((right, left) => nodeHash(left, right));
  }
}

// ---------------------------------------------------------------------------------------------
// Keys and signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature)

class Bad extends Error {
  constructor(reason, what) {
    super(what);
    this.reason = reason;
  }
}

const ED25519 = 0x01;
const ECDSA_P256 = 0x02;
const COSIGNATURE = 0x04;
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Standard base64 in its one canonical spelling, or undefined. */
function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** UTF-8 as it must be, or undefined. */
function fromUtf8(bytes) {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

/** `<name>+<8 hex digits>+<base64 of the type byte and the public key>`. Throws when it is no such thing. */
export function parseVerifierKey(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const bytes = match === null ? undefined : fromBase64(match[3]);
  if (bytes === undefined || bytes.length < 2) throw new Bad('KEY', `no verifier key: ${text}`);
  const [, name, hexId] = match;
  const id = H(`${name}\n`, bytes).subarray(0, 4);
  if (id.toString('hex') !== hexId) throw new Bad('KEY', `the id of the key ${name} is not that of its bytes`);
  const type = bytes[0];
  const raw = bytes.subarray(1);
  let der;
  if (type === ED25519 || type === COSIGNATURE) {
    if (raw.length !== 32) throw new Bad('KEY', `the key ${name} has ${raw.length} bytes, not 32`);
    der = Buffer.concat([ED25519_SPKI, raw]);
  } else if (type === ECDSA_P256) {
    der = raw;
  } else {
    throw new Bad('KEY', `the key ${name} is of a type that is not known here: ${type}`);
  }
  let key;
  try {
    key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    throw new Bad('KEY', `the key ${name} cannot be read`);
  }
  if (type === ECDSA_P256 && key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Bad('KEY', `the key ${name} is not on P-256`);
  }
  return { name, id, type, key };
}

/** Whether `signature` is one of `key` over the note's text. */
function signatureHolds(key, text, signature) {
  if (key.type === ED25519) return verifySignature(null, Buffer.from(text), key.key, signature);
  if (key.type === ECDSA_P256) return verifySignature('sha256', Buffer.from(text), key.key, signature);
  // A cosignature says when the witness saw it.
  if (signature.length !== 8 + 64) return false;
  const seconds = signature.readBigUInt64BE(0);
  const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
  return verifySignature(null, message, key.key, signature.subarray(8));
}

/** Takes a note apart: its text, what the text says, its signature lines. Throws when it is malformed. */
export function parseCheckpoint(bytes) {
  const bad = (what) => new Bad('CHECKPOINT', `no checkpoint: ${what}`);
  const note = fromUtf8(bytes);
  if (note === undefined) throw bad('it is not UTF-8');
  if (/[\x00-\x09\x0b-\x1f\x7f]/.test(note)) throw bad('it has control characters');
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw bad('it has no signatures');
  const text = note.slice(0, end + 1);
  const match = /^([^\n]+)\n(0|[1-9][0-9]{0,19})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  const root = match === null ? undefined : fromBase64(match[3]);
  if (root === undefined) throw bad('it is not an origin, a size and a root');
  const size = BigInt(match[2]);
  if (size >= 1n << 64n) throw bad('its size does not fit 64 bits');
  const signatures = [];
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    const blob = parts === null ? undefined : fromBase64(parts[2]);
    if (blob === undefined || blob.length < 5) throw bad('a signature line is malformed');
    signatures.push({ name: parts[1], id: blob.subarray(0, 4), signature: blob.subarray(4) });
  }
  return { origin: match[1], size, root, text, signatures };
}

/**
 * Whose signatures are on a checkpoint. Throws when one of a known key does not hold, or when none of
 * the server's keys has signed it. A key signs the logs under its own name and no others.
 */
function checkSignatures(checkpoint, { keys, witnessKeys, strict }) {
  let signed = false;
  const witnesses = new Set();
  for (const { name, id, signature } of checkpoint.signatures) {
    const known = [...keys, ...witnessKeys].find((key) => key.name === name && key.id.equals(id));
    if (known === undefined) {
      if (strict) throw new Bad('SIGNATURE', `no key was given for the signature of ${name}`);
      continue;
    }
    if (!signatureHolds(known, checkpoint.text, signature)) {
      throw new Bad('SIGNATURE', `the signature of ${name} does not hold`);
    }
    if (known.type === COSIGNATURE) {
      witnesses.add(known);
    } else if (checkpoint.origin === name || checkpoint.origin.startsWith(`${name}/`)) {
      signed = true;
    }
  }
  if (!signed) throw new Bad('SIGNATURE', 'none of the given keys has signed the checkpoint');
  return witnesses;
}

// ---------------------------------------------------------------------------------------------
// Leaves

/** Reads fields one after the other; throws when there are too few bytes or too many. */
class Fields {
  #bytes;
  #at = 0;
  constructor(bytes) {
    this.#bytes = bytes;
  }
  raw(length) {
    if (this.#at + length > this.#bytes.length) throw new Bad('LEAF', 'it ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  u8 = () => this.raw(1)[0];
  u64 = () => this.raw(8).readBigUInt64BE(0);
  text() {
    const text = fromUtf8(this.raw(this.raw(2).readUInt16BE(0)));
    if (text === undefined) throw new Bad('LEAF', 'a text in it is not UTF-8');
    return text;
  }
  end() {
    if (this.#at !== this.#bytes.length) throw new Bad('LEAF', 'there are bytes behind its last field');
  }
}

export function parseLeaf(bytes) {
  const fields = new Fields(bytes);
  if (fields.u8() !== LEAF_FORMAT) throw new Bad('LEAF', 'its format is not 1');
  const leaf = {
    origin: fields.text(),
    index: fields.u64(),
    timeMicros: fields.u64(),
    kind: fields.text(),
    subject: fields.text(),
    version: fields.u64(),
    principal: fields.text(),
    requestId: fields.text(),
    commitment: fields.raw(COMMITMENT),
  };
  fields.end();
  return leaf;
}

/** A leaf of the super-log: what an agency's log was at some time. */
export function parseSuperLeaf(bytes) {
  const fields = new Fields(bytes);
  if (fields.u8() !== LEAF_FORMAT) throw new Bad('LEAF', 'its format is not 1');
  const leaf = { origin: fields.text(), size: fields.u64(), root: fields.raw(32) };
  fields.end();
  return leaf;
}

// ---------------------------------------------------------------------------------------------
// The file

/** Bytes of a file by offset, through a window, so that memory stays the same however long it is. */
class FileBytes {
  #fd;
  #window;
  #start = 0;
  #end = 0;
  constructor(fd) {
    this.#fd = fd;
    this.length = fstatSync(fd).size;
    this.#window = Buffer.allocUnsafe(Math.min(WINDOW + HEADER, this.length));
  }
  /** At most WINDOW + HEADER bytes; valid until the next call. */
  get(offset, length) {
    if (offset < this.#start || offset + length > this.#end) {
      this.#start = offset;
      this.#end = offset;
      while (this.#end < offset + length) {
        const at = this.#end - this.#start;
        const got = readSync(this.#fd, this.#window, at, this.#window.length - at, this.#end);
        if (got === 0) throw new Bad('TRUNCATED', 'the file ends in the middle of a frame');
        this.#end += got;
      }
    }
    return this.#window.subarray(offset - this.#start, offset - this.#start + length);
  }
}

/**
 * Goes through the frames from `cursor.offset` to `limit` and calls `visit(type, body)`. While it
 * does, and when something throws, the cursor stands at the frame in question.
 */
function walk(file, cursor, limit, visit) {
  while (cursor.offset < limit) {
    const cut = () => new Bad('TRUNCATED', 'the file ends in the middle of a frame');
    if (cursor.offset + HEADER > file.length) throw cut();
    const header = file.get(cursor.offset, HEADER);
    const type = String.fromCharCode(header[0]);
    const length = header.readUInt32BE(1);
    const start = cursor.offset + HEADER;
    if (!(type in MAY_FOLLOW)) throw new Bad('FRAMING', `there is no frame of type ${header[0]}`);
    if (type !== 'P' && length > SMALL_FRAME_MAX) {
      throw new Bad('FRAMING', `a frame ${type} cannot have ${length} bytes`);
    }
    if (start + length > file.length) throw cut();
    visit(type, { start, length, bytes: () => Buffer.from(file.get(start, length)) });
    cursor.offset = start + length;
  }
}

/** Which frames may stand before each type; "^" is the beginning of the file. */
const MAY_FOLLOW = {
  O: '^C', // a log begins where the one before has its checkpoints
  F: 'OS',
  L: 'OSFPXWL', // L after L only in the super-log, whose leaves have no payloads
  P: 'L',
  X: 'L',
  W: 'L',
  C: 'OSFPXWLC',
  S: '^C',
  E: '^C',
};

// ---------------------------------------------------------------------------------------------
// First reading: the skeleton

/**
 * Sections of the file: of each log its origin, where its leaves are, how many, and its checkpoints.
 * Stops at the first frame that breaks the framing; what stands before it can still be checked.
 */
function readSkeleton(file, findings) {
  const sections = [];
  const origins = new Set();
  const cursor = { offset: 0 };
  let section;
  let before = '^';
  let frames = 0n;
  const visit = (type, body) => {
    if (before === 'E') throw new Bad('FRAMING', 'something follows the last frame');
    const inSuper = section?.isSuper ?? false;
    const isPayload = 'PXW'.includes(type);
    if (
      !MAY_FOLLOW[type].includes(before) ||
      (before === 'L' && isPayload === inSuper) ||
      (inSuper && 'OS'.includes(type))
    ) {
      throw new Bad('FRAMING', `a frame ${type} cannot stand here`);
    }
    if ('XW'.includes(type) && body.length !== 0) throw new Bad('FRAMING', `a frame ${type} is empty`);
    if (type === 'O' || type === 'S') {
      const origin = fromUtf8(body.bytes());
      if (!origin || /[\x00-\x1f\x7f]/.test(origin)) throw new Bad('FRAMING', 'an origin is one line of text');
      if (origins.has(origin)) throw new Bad('FRAMING', `${origin} is there twice`);
      section = { origin, isSuper: type === 'S', start: body.start + body.length, notes: [] };
      Object.assign(section, { offset: cursor.offset, first: 0n, leaves: 0n, frontier: [] });
      sections.push(section);
      origins.add(origin);
    } else if (type === 'F') {
      Object.assign(section, readStart(body.bytes()), { start: body.start + body.length });
    } else if (type === 'L') {
      section.leaves += 1n;
    } else if (type === 'C') {
      section.end ??= cursor.offset;
      section.notes.push({ start: body.start, length: body.length, offset: cursor.offset });
    } else if (type === 'E') {
      if (body.length !== 8 || body.bytes().readBigUInt64BE(0) !== frames) {
        throw new Bad('FRAMING', `the last frame does not say that ${frames} stand before it`);
      }
    }
    frames += 1n;
    before = type;
  };
  try {
    if (file.length < MAGIC.length || file.get(0, MAGIC.length).toString('latin1') !== MAGIC) {
      throw new Bad('FRAMING', 'this is no export of a record: it begins otherwise');
    }
    cursor.offset = MAGIC.length;
    walk(file, cursor, file.length, visit);
    if (before !== 'E') throw new Bad('TRUNCATED', 'the last frame is missing: the file was cut');
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    findings.push({ offset: cursor.offset, reason: error.reason, what: error.message, section, framing: true });
    if (section !== undefined) {
      section.end ??= cursor.offset;
      section.cut = true;
    }
  }
  return sections;
}

/** 'F': at which index the log begins, and the hashes of the complete subtrees before, largest first. */
function readStart(bytes) {
  const fields = new Fields(bytes);
  const first = fields.u64();
  const frontier = [];
  for (let bits = first; bits > 0n; bits &= bits - 1n) frontier.push(fields.raw(32));
  fields.end();
  return { first, frontier };
}

// ---------------------------------------------------------------------------------------------
// Second reading: leaves, payloads, roots

/**
 * Reads the leaves of one log, and compares the root at every size that `claims` names: the claims
 * {size, root, by} in any order. Pushes at most one finding and returns whether there was none.
 */
function checkLeaves(file, section, claims, findings, counts, visitSuperLeaf) {
  const cursor = { offset: section.start };
  const tree = new Frontier(section.first, [...section.frontier]);
  const open = claims.filter(({ size }) => size >= section.first).sort((a, b) => Number(a.size - b.size));
  // Up to here the root was what somebody signed; what comes behind is in doubt until the next one.
  const sound = { size: section.first, offset: section.start };
  const gone = new Map(); // subject → what was expunged of it, as far as no record has said so yet
  let leaf;
  let next = 0;
  const compare = () => {
    for (; next < open.length && open[next].size === tree.size; ++next) {
      if (!open[next].root.equals(tree.root())) throw new Bad('ROOT', `it does not give the root ${open[next].by}`);
      sound.size = tree.size;
      sound.offset = cursor.offset;
    }
  };
  const visit = (type, body) => {
    if (type === 'L') {
      compare();
      const bytes = body.bytes();
      leaf = undefined; // while it cannot be read there is nothing to say of it
      leaf = section.isSuper ? parseSuperLeaf(bytes) : parseLeaf(bytes);
      if (section.isSuper) {
        visitSuperLeaf(leaf, tree.size, cursor.offset);
      } else if (leaf.origin !== section.origin) {
        throw new Bad('ORDER', `it says that it belongs to the log ${leaf.origin}`);
      } else if (leaf.index !== tree.size) {
        throw new Bad('ORDER', `it says that it is number ${leaf.index}`);
      } else if (leaf.kind.endsWith('.payload_expunged') && gone.has(leaf.subject)) {
        gone.get(leaf.subject).shift();
        if (gone.get(leaf.subject).length === 0) gone.delete(leaf.subject);
      }
      tree.add(leafHash(bytes));
      counts.records += section.isSuper ? 0 : 1;
    } else if (type === 'P') {
      if (body.length < SALT) throw new Bad('COMMITMENT', 'its payload is shorter than a salt');
      const hash = createHash('sha256');
      for (let at = 0; at < body.length; at += WINDOW) {
        hash.update(file.get(body.start + at, Math.min(WINDOW, body.length - at)));
      }
      if (!hash.digest().equals(leaf.commitment)) {
        throw new Bad('COMMITMENT', 'its payload is not the one that was recorded');
      }
    } else {
      counts[type === 'X' ? 'expunged' : 'withheld'] += 1;
      if (type === 'X') {
        if (!gone.has(leaf.subject)) gone.set(leaf.subject, []);
        gone.get(leaf.subject).push({ leaf, offset: cursor.offset });
      }
    }
  };
  try {
    walk(file, cursor, section.end, visit);
    compare();
    if (!section.cut && next < open.length) {
      throw new Bad('MISSING', `it is missing: there is a root ${open[next].by}`);
    }
    // Whoever takes a payload away cannot call it expunged: that is a record itself.
    const [unsaid] = [...gone.values()].map(([first]) => first).sort((a, b) => a.offset - b.offset);
    if (!section.cut && unsaid !== undefined) {
      const what = 'its payload is gone, and no later record says that it was expunged';
      findings.push({ section, reason: 'EXPUNGED', what, offset: unsaid.offset, index: unsaid.leaf.index, leaf: unsaid.leaf });
      return false;
    }
    return true;
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    const finding = { section, reason: error.reason, what: error.message, offset: cursor.offset, leaf };
    if (error.reason === 'ROOT') {
      // The changed record is one of those since the last root that was right.
      finding.offset = sound.offset;
      finding.index = sound.size;
      finding.last = tree.size - 1n;
      if (finding.index !== finding.last) finding.leaf = undefined;
    } else if (error.reason === 'MISSING') {
      finding.index = tree.size;
      finding.leaf = undefined;
    } else {
      finding.index = error.reason === 'COMMITMENT' ? tree.size - 1n : tree.size;
    }
    findings.push(finding);
    return false;
  } finally {
    section.lastLeaf = leaf;
  }
}

/** The checkpoints behind a log's leaves: well-formed, of this log, signed, and the newest covers all. */
function checkNotes(file, section, options, findings, seen) {
  const good = [];
  const total = section.first + section.leaves;
  for (const { start, length, offset } of section.notes) {
    try {
      const checkpoint = parseCheckpoint(Buffer.from(file.get(start, length)));
      if (checkpoint.origin !== section.origin) {
        throw new Bad('CHECKPOINT', `the checkpoint is one of ${checkpoint.origin}`);
      }
      if (checkpoint.size < section.first) throw new Bad('CHECKPOINT', 'the checkpoint is older than the first leaf');
      for (const witness of checkSignatures(checkpoint, options)) {
        const before = seen.get(witness) ?? -1n;
        if (section.isSuper && checkpoint.size > before) seen.set(witness, checkpoint.size);
      }
      good.push({ size: checkpoint.size, root: checkpoint.root, by: `signed for size ${checkpoint.size}` });
    } catch (error) {
      if (!(error instanceof Bad)) throw error;
      findings.push({ section, offset, reason: error.reason, what: error.message });
    }
  }
  const newest = good.reduce((size, note) => (note.size > size ? note.size : size), -1n);
  // With fewer leaves than it says, checkLeaves() finds that they are missing.
  if (!section.cut && good.length === section.notes.length && newest < total) {
    const offset = section.notes[0]?.offset ?? section.end;
    findings.push({ section, offset, reason: 'CHECKPOINT', what: `no checkpoint covers all ${total} records` });
  }
  return { good, newest };
}

/**
 * Verifies the file. `options`: keys, witnessKeys (both of parseVerifierKey()), held (bytes of notes),
 * strict. Returns {ok: true, …figures} or {ok: false, …the first bad record}.
 */
export function verifyFile(path, { keys, witnessKeys = [], held = [], strict = false }) {
  const options = { keys, witnessKeys, strict };
  const fd = openSync(path, 'r');
  try {
    const file = new FileBytes(fd);
    const findings = [];
    const counts = { records: 0, expunged: 0, withheld: 0 };
    const witnessed = new Map(); // key of a witness → greatest size of the super-log it has cosigned
    const sections = readSkeleton(file, findings);
    const superLog = sections.find((section) => section.isSuper);
    const byOrigin = new Map(sections.map((section) => [section.origin, section]));
    for (const section of sections) Object.assign(section, checkNotes(file, section, options, findings, witnessed));

    // What was kept elsewhere is signed as well, or it proves nothing.
    const heldOf = new Map(sections.map((section) => [section, []]));
    for (const bytes of held) {
      const checkpoint = parseCheckpoint(bytes);
      checkSignatures(checkpoint, { ...options, strict: false });
      const section = byOrigin.get(checkpoint.origin);
      const by = `of the checkpoint held for size ${checkpoint.size}`;
      if (section !== undefined && checkpoint.size >= section.first) heldOf.get(section).push({ ...checkpoint, by });
      else findings.push({ offset: file.length, reason: 'HELD', what: `nothing to compare with the checkpoint held of ${checkpoint.origin}` });
    }

    // The super-log first: what it says of the other logs counts only when it is sound itself.
    const named = new Map(); // origin → {size, root, by, offset, index}, sizes never falling
    if (superLog !== undefined) {
      const visit = (leaf, index, offset) => {
        const claims = named.get(leaf.origin) ?? [];
        if (claims.length > 0 && claims.at(-1).size > leaf.size) {
          throw new Bad('SUPER_LOG', `${leaf.origin} was larger before`);
        }
        claims.push({ size: leaf.size, root: leaf.root, by: `in the super-log for size ${leaf.size}`, index, offset });
        named.set(leaf.origin, claims);
      };
      const claims = [...superLog.good, ...heldOf.get(superLog)];
      superLog.sound = checkLeaves(file, superLog, claims, findings, counts, visit) && !superLog.cut;
    }
    for (const section of sections) {
      if (section.isSuper) continue;
      const claims = superLog?.sound ? (named.get(section.origin) ?? []) : [];
      checkLeaves(file, section, [...section.good, ...claims, ...heldOf.get(section)], findings, counts);
      if (!superLog?.sound) continue;
      const last = claims.at(-1);
      if (!section.origin.startsWith(`${superLog.origin}/`) || (last?.size ?? 0n) < section.newest) {
        const what = `the super-log does not name the newest checkpoint of ${section.origin}`;
        findings.push({ section: superLog, offset: last?.offset ?? superLog.offset, index: last?.index, reason: 'SUPER_LOG', what });
      }
    }
    if (superLog?.sound) {
      // Who is given the super-log is given every log that it names.
      for (const [origin, claims] of named) {
        if (byOrigin.has(origin)) continue;
        const { index, offset } = claims[0];
        const what = `the log ${origin}, which it names, is missing in the file`;
        findings.push({ section: superLog, offset, index, reason: 'MISSING', what });
      }
    }
    for (const key of witnessKeys) {
      if (witnessed.has(key)) continue;
      const what = `no checkpoint of the super-log has a cosignature of ${key.name}`;
      findings.push({ section: superLog, offset: superLog?.notes[0]?.offset ?? file.length, reason: 'COSIGNATURE', what });
    }
    if (findings.length > 0) return describe(findings);
    const logs = sections.filter((section) => !section.isSuper).map(({ origin, first, leaves }) => ({ origin, size: first + leaves }));
    return {
      ok: true,
      ...counts,
      bytes: file.length,
      logs,
      superLog: superLog && { origin: superLog.origin, size: superLog.first + superLog.leaves },
      witnesses: [...witnessed].map(([key, size]) => ({ name: key.name, size })),
    };
  } finally {
    closeSync(fd);
  }
}

/** The finding that stands first in the file, in full. */
function describe(findings) {
  const finding = findings.reduce((first, other) => (other.offset < first.offset ? other : first));
  const { section, offset, reason, what } = finding;
  let { index, leaf } = finding;
  if (finding.framing && section !== undefined && section.leaves > 0n) {
    // Where the framing breaks, the record just before is the best that can be said.
    index = section.first + section.leaves - 1n;
    leaf = section.lastLeaf;
  }
  const last = finding.last === undefined || finding.last === index ? undefined : finding.last;
  return {
    ok: false,
    log: section?.origin,
    index,
    last,
    subject: leaf?.subject,
    version: leaf?.version,
    offset,
    reason,
    what,
    others: findings.length - 1,
  };
}

// ---------------------------------------------------------------------------------------------
// The program

const USAGE =
  'usage: node verify.mjs FILE --key VKEY [--key VKEY…] [--witness-key VKEY…] [--held NOTE…] [--strict] [--json]\n';

function readArguments(words) {
  const options = { keys: [], witnessKeys: [], held: [], strict: false };
  let path;
  let json = false;
  for (let i = 0; i < words.length; ++i) {
    const word = words[i];
    const value = () => {
      if (++i === words.length) throw new Bad('USAGE', `${word} needs a value`);
      return words[i];
    };
    if (word === '--key') options.keys.push(parseVerifierKey(value()));
    else if (word === '--witness-key') options.witnessKeys.push(parseVerifierKey(value()));
    else if (word === '--held') options.held.push(readFileSync(value()));
    else if (word === '--strict') options.strict = true;
    else if (word === '--json') json = true;
    else if (word.startsWith('-') || path !== undefined) throw new Bad('USAGE', `what is ${word}?`);
    else path = word;
  }
  if (path === undefined || options.keys.length === 0) throw new Bad('USAGE', 'a file and a --key are needed');
  if (options.keys.some(({ type }) => type === COSIGNATURE)) throw new Bad('USAGE', '--key: this is the key of a witness');
  if (options.witnessKeys.some(({ type }) => type !== COSIGNATURE)) throw new Bad('USAGE', '--witness-key: this is no key of a witness');
  return { path, options, json };
}

/** Text from a file that may be hostile is shown, never obeyed. */
const harmless = (text) => String(text).replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');

function sentence(result) {
  if (!result.ok) {
    const place = [];
    if (result.log !== undefined) place.push(`log ${result.log}`);
    if (result.index !== undefined) place.push(result.last === undefined ? `record ${result.index}` : `records ${result.index} to ${result.last}`);
    if (result.subject) place.push(`${result.subject} version ${result.version}`);
    place.push(`byte ${result.offset}`);
    return harmless(`BAD: ${place.join(', ')}: ${result.what}`);
  }
  const lines = [`OK: ${result.records} records in ${result.logs.length} logs, ${result.bytes} bytes`];
  if (result.expunged > 0) lines.push(`${result.expunged} payloads were expunged`);
  if (result.withheld > 0) lines.push(`${result.withheld} payloads are withheld from this export`);
  for (const { name, size } of result.witnesses) lines.push(`witness ${name}: super-log up to ${size} of ${result.superLog.size}`);
  return lines.map(harmless).join('\n');
}

function main(words) {
  try {
    const { path, options, json } = readArguments(words);
    const result = verifyFile(path, options);
    const plain = (_, value) => (typeof value === 'bigint' ? String(value) : value);
    process.stdout.write(`${json ? JSON.stringify(result, plain) : sentence(result)}\n`);
    return result.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Bad) && error.code === undefined) throw error;
    process.stderr.write(`${harmless(error.message)}\n${USAGE}`);
    return 2;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv.slice(2));
}
