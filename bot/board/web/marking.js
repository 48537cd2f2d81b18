// The Traffic Light Protocol label of everything in sight: in the page's bar, and as TLP asks of
// documents in head and foot of each printed page.
import { setAttribute, setText } from './dom.js';
import { markingColour, strictest } from './names.js';

const node = document.getElementById('marking');
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);
let shown;

export function mark(labels) {
  const label = strictest(labels);
  if (label === shown) return;
  shown = label;
  node.hidden = label === '';
  setText(node, label);
  setAttribute(node, 'data-colour', label && markingColour(label));
  const box = `font: bold 12pt sans-serif; content: "${label}";`;
  sheet.replaceSync(`@page {
    @top-right { ${box} }
    @bottom-right { ${box} }
    @top-left { font: 9pt sans-serif; content: "Belfry"; }
    @bottom-left { font: 9pt sans-serif; content: counter(page) " / " counter(pages); }
  }`);
}
