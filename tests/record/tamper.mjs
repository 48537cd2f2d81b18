// Random single changes to an export, as somebody would make them who holds the file but no key.
import * as make from './generate.mjs';

/** Frames again with the right count at the end: the one who changes them can count. */
const recounted = (frames) => {
  const body = frames.filter(({ type }) => type !== 'E');
  return make.fileOf([...body, make.endOf(body)]);
};
const copy = (frames) => frames.map(({ type, bytes }) => ({ type, bytes: Buffer.from(bytes) }));
const placesOf = (frames, types) => frames.flatMap(({ type }, at) => (types.includes(type) ? [at] : []));
const isOfSuper = (frames, at) => at > frames.findLastIndex(({ type }) => type === 'S');

/** Where the log that a frame belongs to begins. */
const logOf = (frames, at) => frames.findLastIndex(({ type }, i) => i <= at && (type === 'O' || type === 'S'));

/**
 * Each change gets the file, its frames, random numbers and older exports of the same record, and
 * gives the changed file and, where it can be known, what must be named: {log, index} or {last}. It
 * may give undefined when there is nothing to change in this way.
 */
export const CHANGES = {
  'flip a bit': ({ file, random }) => {
    const changed = Buffer.from(file);
    changed[random.below(file.length)] ^= 1 << random.below(8);
    return { file: changed };
  },
  'flip a bit of a payload': ({ frames, random }) => {
    const changed = copy(frames);
    const at = random.of(placesOf(frames, 'P'));
    changed[at].bytes[random.below(changed[at].bytes.length)] ^= 1 << random.below(8);
    return { file: recounted(changed), ...nameOf(frames, at - 1), exact: true };
  },
  'flip a bit of a leaf': ({ frames, random }) => {
    const changed = copy(frames);
    const at = random.of(placesOf(frames, 'L').filter((place) => !isOfSuper(frames, place)));
    changed[at].bytes[random.below(changed[at].bytes.length)] ^= 1 << random.below(8);
    return { file: recounted(changed), ...nameOf(frames, at) };
  },
  'forge a record with its commitment': ({ frames, random }) => {
    const changed = copy(frames);
    const at = random.of(placesOf(frames, 'P'));
    const payload = changed[at].bytes;
    payload[32 + random.below(payload.length - 32)] ^= 1 << random.below(8);
    const commitment = make.commitmentOf(payload.subarray(0, 32), payload.subarray(32));
    commitment.copy(changed[at - 1].bytes, changed[at - 1].bytes.length - 32);
    return { file: recounted(changed), ...nameOf(frames, at - 1) };
  },
  'delete bytes': ({ file, random }) => {
    const from = random.below(file.length);
    const length = 1 + random.below(64);
    return { file: Buffer.concat([file.subarray(0, from), file.subarray(from + length)]) };
  },
  'insert bytes': ({ file, random }) => {
    const at = random.below(file.length + 1);
    return { file: Buffer.concat([file.subarray(0, at), random.bytes(1 + random.below(64)), file.subarray(at)]) };
  },
  'delete a record': ({ frames, random }) => {
    const at = random.of(placesOf(frames, 'PXW'));
    return { file: recounted(frames.toSpliced(at - 1, 2)), ...nameOf(frames, at - 1) };
  },
  'insert a record again': ({ frames, random }) => {
    const at = random.of(placesOf(frames, 'PXW'));
    const to = random.of(placesOf(frames, 'PXW')) + 1;
    return { file: recounted(frames.toSpliced(to, 0, frames[at - 1], frames[at])) };
  },
  'swap two records': ({ frames, random }) => {
    const places = placesOf(frames, 'PXW');
    const [a, b] = [random.of(places), random.of(places)].sort((x, y) => x - y);
    if (a === b) return undefined;
    const changed = [...frames];
    [changed[a], changed[b]] = [frames[b], frames[a]];
    [changed[a - 1], changed[b - 1]] = [frames[b - 1], frames[a - 1]];
    return { file: recounted(changed), ...nameOf(frames, a - 1), exact: true };
  },
  'swap two payloads': ({ frames, random }) => {
    const places = placesOf(frames, 'P');
    const [a, b] = [random.of(places), random.of(places)].sort((x, y) => x - y);
    if (a === b) return undefined;
    const changed = [...frames];
    [changed[a], changed[b]] = [frames[b], frames[a]];
    return { file: recounted(changed), ...nameOf(frames, a - 1), exact: true };
  },
  'call a payload expunged': ({ frames, random }) => {
    const changed = [...frames];
    changed[random.of(placesOf(frames, 'P'))] = { type: 'X', bytes: Buffer.alloc(0) };
    return { file: recounted(changed) };
  },
  truncate: ({ file, random }) => ({ file: file.subarray(0, random.below(file.length)) }),
  'cut off the newest records of a log': ({ frames, random }) => {
    const start = random.of(placesOf(frames, 'O'));
    const end = frames.findIndex(({ type }, at) => at > start && type === 'C');
    const records = (end - start - 1) / 2;
    if (records === 0) return undefined;
    const gone = 1 + random.below(records);
    return { file: recounted(frames.toSpliced(end - 2 * gone, 2 * gone)), ...nameOf(frames, end - 2 * gone), exact: true };
  },
  'leave out a log': ({ frames, random }) => {
    const start = random.of(placesOf(frames, 'O'));
    const end = frames.findIndex(({ type }, at) => at > start && 'OSE'.includes(type));
    return { file: recounted(frames.toSpliced(start, end - start)) };
  },
  'replay an older file': ({ older, random }) => ({ file: random.of(older) }),
  'swap a checkpoint for another one': ({ frames, random }) => {
    const notes = placesOf(frames, 'C');
    const [to, from] = [random.of(notes), random.of(notes)];
    // An older one of the same log beside the newest is no change to what the file says.
    if (logOf(frames, to) === logOf(frames, from) && to !== logEnd(frames, to)) return undefined;
    if (to === from) return undefined;
    const changed = copy(frames);
    changed[to].bytes = frames[from].bytes;
    return { file: recounted(changed) };
  },
  'swap a checkpoint for one of an older file': ({ frames, older, random }) => {
    const at = logEnd(frames, random.of(placesOf(frames, 'C')));
    const old = make.framesOf(random.of(older));
    const begin = old.findIndex((frame) => frame.bytes.equals(frames[logOf(frames, at)].bytes));
    if (begin < 0) return undefined;
    const changed = copy(frames);
    changed[at].bytes = old[logEnd(old, begin)].bytes;
    return { file: recounted(changed) };
  },
  'sign a forged checkpoint with another key': ({ frames, random }) => {
    const changed = copy(frames);
    const at = logEnd(frames, random.of(placesOf(frames, 'C')));
    const text = changed[at].bytes.toString();
    const body = text.slice(0, text.lastIndexOf('\n\n') + 1);
    const name = text.match(/\u2014 (\S+) /)[1];
    changed[at].bytes = Buffer.from(make.signedNote(make.makeKey(name), body));
    return { file: recounted(changed) };
  },
};

/** The last checkpoint of the log that the frame belongs to. */
function logEnd(frames, at) {
  const next = frames.findIndex(({ type }, i) => i > at && 'OSE'.includes(type));
  return next - 1;
}

/** Which record the leaf frame `at` is. */
function nameOf(frames, at) {
  const begin = logOf(frames, at);
  const index = frames.slice(begin, at).filter(({ type }) => type === 'L').length;
  return { log: frames[begin].bytes.toString(), index: BigInt(index) };
}

/** One change that changes something. `kinds`: which ones may be drawn. */
export function tamper({ file, older, random, kinds = Object.keys(CHANGES) }) {
  const frames = make.framesOf(file);
  for (;;) {
    const kind = random.of(kinds);
    const change = CHANGES[kind]({ file, frames, older, random });
    if (change === undefined || change.file.equals(file)) continue;
    return { kind, ...change };
  }
}

/**
 * Whether what a verifier says names the record that was changed: the very one where the change shows
 * itself there, or a range of records, up to the next checkpoint, that contains it.
 */
export function namesIt(change, result) {
  if (change.index === undefined) return true;
  if (result.log !== change.log) return false;
  const [from, to] = [BigInt(result.index ?? -1), BigInt(result.last ?? result.index ?? -1)];
  if (change.exact) return from === change.index && to === change.index;
  return from <= change.index && change.index <= to;
}
