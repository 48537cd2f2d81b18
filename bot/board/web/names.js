// Codes and resource names as people read them, from the words of the packs.

let words = { inForce: '', packs: {}, entities: {} };

let number = 0;

export function setWords(next) {
  words = next;
  ++number;
}

/** Changes whenever words may read otherwise. */
export const wordsNumber = () => number;

export const pack = (name) => words.packs[name] ?? words.packs[words.inForce] ?? {};
export const inForce = () => pack(words.inForce);

const short = (name) => name.slice(name.indexOf('/') + 1);

/** "entities/dop" to "DOP". */
export const agencyCode = (name) => short(name).toUpperCase();
export const agencyTitle = (name) => words.entities[name] ?? '';
/** "people/dop.iso" to "dop.iso". */
export const person = (name) => (name === 'system' ? 'Belfry' : short(name));

export function stateTitle(card) {
  return pack(card.policy).states?.find((state) => state.code === card.state)?.title ?? card.state;
}

/** Place of a severity, 0 the worst; behind all others when it is not shown. */
export function severityRank(card) {
  const list = pack(card.policy).severities ?? [];
  const place = list.findIndex((severity) => severity.code === card.severity);
  return place < 0 ? 99 : place;
}

export function severityTitle(code) {
  return inForce().severities?.find((severity) => severity.code === code)?.title ?? '';
}

/** "DAILY-STATUS#2[dop]" to "Daily status report to ITD, no. 2". */
export function dutyTitle(card, instance) {
  const code = instance.replace(/[#[].*$/, '');
  const title = pack(card.policy).duties?.[code];
  const number = instance.match(/#(\d+)/)?.[1];
  return title ? `${title}${number ? `, no. ${number}` : ''}` : instance;
}

export const roleTitle = (card, role) => pack(card.policy).roles?.[role] ?? role;
export const categoryTitle = (card, code) => pack(card.policy).categories?.[code] ?? code;

// CLEAR < GREEN < AMBER < AMBER+STRICT < RED.
const MARKINGS = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED'];

/** The strictest label of what is shown together. */
export function strictest(labels) {
  let worst = -1;
  for (const label of labels) worst = Math.max(worst, MARKINGS.indexOf(label));
  return worst < 0 ? '' : MARKINGS[worst];
}

/** A word for style sheets: "red", "amber", "green", "clear". */
export function markingColour(label) {
  return label.replace('TLP:', '').replace('+STRICT', '').toLowerCase();
}
