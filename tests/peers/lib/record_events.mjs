// The recorded events themselves, out of a file that `belfry audit export` wrote (docs/record.md).
import { readFileSync } from 'node:fs';
import path from 'node:path';

// Comes with @grpc/proto-loader.
import protobuf from 'protobufjs';

import { ROOT } from './belfry.mjs';

const MAGIC = 'belfry-record/v1\n';
const SALT = 32;

function* frames(bytes) {
  let at = MAGIC.length;
  if (bytes.toString('latin1', 0, at) !== MAGIC) throw new Error('this is no export of a record');
  while (at < bytes.length) {
    const length = bytes.readUInt32BE(at + 1);
    yield [String.fromCharCode(bytes[at]), bytes.subarray(at + 5, at + 5 + length)];
    at += 5 + length;
  }
}

/** Kind and subject of a leaf. */
function leafOf(bytes) {
  let at = 1;
  const text = () => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    return bytes.toString('utf8', at - length, at);
  };
  text(); // origin
  at += 16; // index, time
  return { kind: text(), subject: text() };
}

/**
 * Every event of every incident and register, by subject ("incidents/DOP-2026-0007"), in order. What is
 * withheld from whoever exported is not there.
 */
export async function readEvents(file) {
  const root = new protobuf.Root();
  // Google's own types come with the library.
  root.resolvePath = (_, target) => (target.startsWith('google/protobuf/') ? target : path.join(ROOT, 'proto', target));
  await root.load('belfry/record/v1/event.proto');
  const Event = root.lookupType('belfry.record.v1.Event');
  const records = new Map();
  let leaf;
  let inAgencyLog = false;
  for (const [type, body] of frames(readFileSync(file))) {
    if (type === 'O') inAgencyLog = true;
    if (type === 'S') inAgencyLog = false;
    if (type === 'L' && inAgencyLog) leaf = leafOf(body);
    if (type !== 'P' || !/^(incidents|registers)\//.test(leaf.subject)) continue;
    const event = Event.toObject(Event.decode(body.subarray(SALT)), {
      longs: String,
      enums: String,
      oneofs: true,
    });
    if (!records.has(leaf.subject)) records.set(leaf.subject, []);
    records.get(leaf.subject).push(event);
  }
  for (const events of records.values()) events.sort((a, b) => Number(a.version) - Number(b.version));
  return records;
}
