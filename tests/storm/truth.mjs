// What really arrived, written down as it arrives, and judged at the end.
import { createWriteStream } from 'node:fs';

const NOTE = /note (\d{4}) of (\w+)/;
// A bot that is killed right after a message was accepted cannot say so.
const KILL_WINDOW_MS = 1_500;

export class Truth {
  #file;
  accepted = [];
  edits = 0;
  kills = [];

  constructor(file) {
    this.#file = createWriteStream(file);
  }

  accept(entry) {
    const kept = { at: Date.now(), ...entry };
    this.accepted.push(kept);
    this.#file.write(`${JSON.stringify({ what: 'accepted', ...kept })}\n`);
  }
  edit(entry) {
    ++this.edits;
    this.#file.write(`${JSON.stringify({ what: 'edited', at: Date.now(), ...entry })}\n`);
  }
  kill(name) {
    this.kills.push(Date.now());
    this.#file.write(`${JSON.stringify({ what: 'killed', at: Date.now(), name })}\n`);
  }
  close() {
    return new Promise((resolve) => this.#file.end(resolve));
  }

  /**
   * For each platform: accepted, notes that never arrived, messages seen twice, of those the ones
   * that nothing explains, and notes that arrived behind a later one.
   *   places: [{ name, platform, place, notes }]
   */
  judge(places) {
    const rows = new Map();
    const problems = [];
    const row = (platform) => {
      if (!rows.has(platform)) {
        rows.set(platform, {
          platform, places: 0, notes: 0, accepted: 0, missing: 0, doubles: 0, unexplained: 0,
          disordered: 0, uncertain: 0,
        });
      }
      return rows.get(platform);
    };
    for (const { name, platform, place, notes } of places) {
      const figures = row(platform);
      figures.places += 1;
      figures.notes += notes;
      const here = this.accepted.filter((one) => one.platform === platform && one.place === place);
      figures.accepted += here.length;
      figures.uncertain += here.filter((one) => this.#isUncertain(one)).length;
      const seen = new Map();
      let last = 0;
      for (const message of here) {
        const before = seen.get(message.delivery);
        seen.set(message.delivery, message);
        if (before !== undefined) {
          figures.doubles += 1;
          if (!this.#isUncertain(before)) {
            figures.unexplained += 1;
            problems.push(`${platform} ${place}: ${message.delivery} twice for no reason`);
          }
          continue;
        }
        const note = NOTE.exec(message.text);
        if (!note) continue;
        const position = Number(note[1]);
        if (note[2] !== name) problems.push(`${platform} ${place}: a note of ${note[2]}`);
        if (position < last) {
          figures.disordered += 1;
          problems.push(`${platform} ${place}: note ${position} behind ${last}`);
        }
        last = Math.max(last, position);
      }
      const arrived = new Set(here.map(({ text }) => NOTE.exec(text)?.[1]).filter(Boolean));
      figures.missing += notes - arrived.size;
      for (let i = 1; i <= notes; ++i) {
        if (!arrived.has(`${i}`.padStart(4, '0'))) problems.push(`${platform} ${place}: no note ${i}`);
      }
    }
    return { rows: [...rows.values()], problems };
  }

  #isUncertain({ at, fault }) {
    return fault !== 'none' || this.kills.some((kill) => kill >= at && kill - at < KILL_WINDOW_MS);
  }
}
