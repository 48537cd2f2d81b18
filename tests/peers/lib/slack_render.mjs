// Block Kit as a picture: a renderer for React, in the browser, at the width of a phone or a window.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import React from 'react';
import { renderToStaticMarkup } from 'react-dom/server';

const require = createRequire(import.meta.url);
const entry = require.resolve('slack-blocks-to-jsx');
const { Message } = require(entry);
const style = await readFile(path.join(path.dirname(entry), 'style.css'), 'utf8');

export const WIDTHS = { phone: 390, desktop: 760 };

// Slack's modal and home tab, which the renderer does not draw.
const FRAME = `
  body { margin: 0; background: #fff; font: 15px/1.46 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d; }
  #picture { padding: 12px; box-sizing: border-box; overflow-wrap: anywhere; }
  .modal { border: 1px solid #bbb; border-radius: 8px; box-shadow: 0 4px 16px #0003; }
  .modal > header, .modal > footer { display: flex; align-items: center; gap: 8px; padding: 12px 16px; }
  .modal > header { border-bottom: 1px solid #ddd; font-weight: 900; font-size: 18px; }
  .modal > footer { border-top: 1px solid #ddd; justify-content: flex-end; }
  .modal > div { padding: 4px 16px; }
  .button { border: 1px solid #8d8d8d; border-radius: 4px; padding: 6px 12px; font-weight: 700; }
  .button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
  .home > header { font-weight: 900; padding: 4px 0 8px; border-bottom: 1px solid #ddd; }
  .bare [class*="avatar"], .bare .slack_message_avatar { display: none; }
`;

// "verbatim" keeps Slack from making links of plain text; the renderer takes it for "no markup".
function withoutVerbatim(blocks) {
  return JSON.parse(JSON.stringify(blocks, (key, value) => (key === 'verbatim' ? undefined : value)));
}

function blocksHtml(blocks, bare) {
  const data = { users: [], channels: [], user_groups: [] };
  let html = renderToStaticMarkup(
    React.createElement(Message, {
      blocks: withoutVerbatim(blocks),
      name: 'belfry',
      logo: 'data:image/svg+xml,' + encodeURIComponent(LOGO),
      time: new Date(0),
      theme: 'light',
      withoutWrapper: bare,
      // It takes "at:14:05" for an emoji; Slack knows which names there are.
      hooks: { emoji: ({ name }) => `:${name}:` },
      data,
    }),
  );
  html = html.replaceAll("↵ Please &#x27;enter&#x27; to submit", ''); // Slack has a button for that
  return bare ? `<div class="bare">${html}</div>` : html;
}

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" ' +
  'fill="#123"/><path d="M18 7c-6 0-7 6-7 11l-3 5h20l-3-5c0-5-1-11-7-11zm-3 18a3 3 0 0 0 6 0z" ' +
  'fill="#fff"/></svg>';

function viewHtml(view) {
  const text = (part) => escapeHtml(part?.text ?? '');
  if (view.type === 'home') {
    return `<div class="home"><header>Belfry · Home</header>${blocksHtml(view.blocks, true)}</div>`;
  }
  const submit = view.submit ? `<span class="button primary">${text(view.submit)}</span>` : '';
  return (
    `<div class="modal"><header>${text(view.title)}</header><div>${blocksHtml(view.blocks, true)}` +
    `</div><footer><span class="button">${text(view.close)}</span>${submit}</footer></div>`
  );
}

function escapeHtml(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/**
 * Draws a message ({ blocks }) or a view into `file`. Returns what is wrong with the picture: wider
 * than the screen, or a block that the renderer does not know.
 */
export async function draw(page, content, width, file) {
  await page.setViewportSize({ width, height: 400 });
  const body = content.type ? viewHtml(content) : blocksHtml(content.blocks, false);
  await page.setContent(
    `<style>${style}</style><style>${FRAME}</style><div id="picture" style="width:${width}px">${body}</div>`,
  );
  const picture = page.locator('#picture');
  await picture.screenshot({ path: file });
  const problems = [];
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) problems.push(`${overflow} px wider than the screen`);
  const text = await picture.innerText();
  if (/unsupported|unknown block/i.test(text)) problems.push('a block that is not known');
  return { problems, text };
}
