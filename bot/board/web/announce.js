// Says to screen readers what matters, seldom: what comes within some seconds is said in one sentence.

const PAUSE = 8000;

let pending = [];
let last = -Infinity;
let timer = 0;

/** `kind` joins what is alike: 'new', 'overdue', or a sentence of its own. */
export function announce(kind, text) {
  pending.push({ kind, text });
  if (timer !== 0) return;
  timer = setTimeout(speak, Math.max(400, last + PAUSE - performance.now()));
}

function speak() {
  timer = 0;
  last = performance.now();
  const said = [];
  for (const [kind, many] of [['new', 'new incidents'], ['overdue', 'incidents newly overdue']]) {
    const some = pending.filter((one) => one.kind === kind);
    if (some.length > 0) said.push(some.length > 2 ? `${some.length} ${many}` : some.map((one) => one.text).join('. '));
  }
  // Of the connection only how it is now.
  const link = pending.filter((one) => one.kind === 'link').pop();
  if (link) said.push(link.text);
  pending = [];
  document.getElementById('say').textContent = said.join('. ');
}
