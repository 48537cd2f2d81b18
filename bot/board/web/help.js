// The keys, and what they do.
import { el } from './dom.js';

const KEYS = [
  [['j', '↓'], 'Next incident'],
  [['k', '↑'], 'Previous incident'],
  [['Enter'], 'Open the incident in focus'],
  [['Esc'], 'Back to the board'],
  [['1', '…', '9'], 'To the first incident of this severity, or of the next one'],
  [['o'], 'Overdue incidents'],
  [['b'], 'The board'],
  [['f'], 'Filter by agency'],
  [['x'], 'No filters'],
  [['d'], 'Dark room, on and off'],
  [['z'], 'Times in your zone or in the government’s'],
  [['p'], 'Print'],
  [['?'], 'These keys'],
];

export function makeHelp(dialog) {
  const close = el('button', { type: 'button', class: 'strong', onclick: () => dialog.close() }, 'Close');
  dialog.append(
    el('h2', { id: 'help-title' }, 'Keys'),
    el('table', {}, el('tbody', {}, ...KEYS.map(([keys, text]) =>
      el('tr', {}, el('th', { scope: 'row' }, ...keys.map((key) => el('kbd', {}, key))), el('td', {}, text))))),
    el('p', { class: 'hint' }, 'Hovering over a time tells it in the other zone. Nothing can be changed here: act in chat or with the program belfry.'),
    close,
  );
  return () => {
    if (dialog.open) dialog.close();
    else dialog.showModal();
  };
}
