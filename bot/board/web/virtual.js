// A long list of which only what can be seen is in the page. Short lists are in it whole, so that
// browsers can search and print them.

const WHOLE_MAX = 150;
const PRINT_MAX = 500;
const BEYOND = 6; // items kept above and below what is seen

/**
 * make(item) gives { node, update(item) }; items are { key, kind }; nodes of one kind are used again
 * for other items. Heights of kinds are the style sheet's and the same for all of a kind.
 */
export class VirtualList {
  #items = [];
  #tops = [];
  #heights = new Map();
  #shown = new Map(); // key to { part, item }
  #spare = new Map(); // kind to parts
  #whole = true;
  #printing = false;
  #frame = 0;
  #stop = new AbortController();

  constructor(container, make) {
    this.container = container;
    this.make = make;
    const { signal } = this.#stop;
    addEventListener('scroll', () => this.#soon(), { passive: true, signal });
    addEventListener('resize', () => {
      this.#heights.clear();
      this.#lay();
    }, { signal });
    addEventListener('beforeprint', () => this.#print(true), { signal });
    addEventListener('afterprint', () => this.#print(false), { signal });
    matchMedia('print').addEventListener('change', (event) => this.#print(event.matches), { signal });
  }

  destroy() {
    this.#stop.abort();
    cancelAnimationFrame(this.#frame);
  }

  /** What is in the page now: { part, item }. */
  shown() {
    return this.#shown.values();
  }

  set(items, changed) {
    this.#items = items;
    for (const [key, entry] of this.#shown) {
      if (changed === null || changed.has(key)) entry.stale = true;
    }
    this.#lay();
  }

  /** Brings an item into sight and into the page; returns its part. */
  reveal(key) {
    const index = this.#items.findIndex((item) => item.key === key);
    if (index < 0) return null;
    if (!this.#whole) {
      const top = this.container.getBoundingClientRect().top + scrollY + this.#tops[index];
      const height = this.#height(this.#items[index].kind);
      const margin = innerHeight / 5;
      if (top - margin < scrollY) scrollTo(0, top - margin);
      else if (top + height + margin > scrollY + innerHeight) scrollTo(0, top + height + margin - innerHeight);
      this.#render();
    }
    return this.#shown.get(key)?.part ?? null;
  }

  get items() {
    return this.#items;
  }

  #print(on) {
    if (this.#printing === on) return;
    this.#printing = on;
    this.#lay();
  }

  #soon() {
    if (this.#whole || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #height(kind) {
    if (!this.#heights.has(kind)) {
      const part = this.#take(kind);
      const probe = part.node.cloneNode(true);
      probe.removeAttribute('id');
      probe.style.visibility = 'hidden';
      this.container.append(probe);
      this.#heights.set(kind, probe.getBoundingClientRect().height);
      probe.remove();
      this.#give(kind, part);
    }
    return this.#heights.get(kind);
  }

  #take(kind) {
    return this.#spare.get(kind)?.pop() ?? this.make(kind);
  }
  #give(kind, part) {
    if (!this.#spare.has(kind)) this.#spare.set(kind, []);
    if (this.#spare.get(kind).length < 40) this.#spare.get(kind).push(part);
  }

  #lay() {
    this.#whole = this.#printing || this.#items.length <= WHOLE_MAX;
    this.container.classList.toggle('virtual', !this.#whole);
    if (this.#whole) {
      this.container.style.height = '';
    } else {
      let top = 0;
      this.#tops = this.#items.map((item) => {
        const mine = top;
        top += this.#height(item.kind);
        return mine;
      });
      this.container.style.height = `${top}px`;
    }
    this.#render();
  }

  #render() {
    const [first, end] = this.#range();
    const wanted = new Set();
    for (let i = first; i < end; ++i) wanted.add(this.#items[i].key);
    for (const [key, { part, item }] of this.#shown) {
      // Focus must not get lost because somebody scrolls.
      if (wanted.has(key) || (part.node.contains(document.activeElement) && this.#indexOf(key) >= 0)) continue;
      part.node.remove();
      this.#shown.delete(key);
      this.#give(item.kind, part);
    }
    let before = null;
    for (let i = end - 1; i >= first; --i) {
      const item = this.#items[i];
      let entry = this.#shown.get(item.key);
      if (entry === undefined) {
        entry = { part: this.#take(item.kind), stale: true };
        this.#shown.set(item.key, entry);
      }
      const { part } = entry;
      if (entry.stale || entry.item !== item) part.update(item);
      entry.item = item;
      entry.stale = false;
      part.node.setAttribute('aria-rowindex', i + 2);
      part.node.style.transform = this.#whole ? '' : `translateY(${this.#tops[i]}px)`;
      if (part.node.parentNode !== this.container || part.node.nextSibling !== before) {
        this.container.insertBefore(part.node, before);
      }
      before = part.node;
    }
  }

  #indexOf(key) {
    return this.#items.findIndex((item) => item.key === key);
  }

  #range() {
    if (this.#printing) return [0, Math.min(this.#items.length, PRINT_MAX)];
    if (this.#whole) return [0, this.#items.length];
    const above = -this.container.getBoundingClientRect().top;
    const find = (y) => {
      let low = 0;
      let high = this.#tops.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#tops[middle] <= y) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    };
    return [
      Math.max(0, find(above) - BEYOND),
      Math.min(this.#items.length, find(above + innerHeight) + 1 + BEYOND),
    ];
  }
}
