// Microsoft's Adaptive Cards renderer in a browser, dressed as Teams.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// As Teams' default theme; clients have configurations of their own that cannot be had.
const style = (background, foreground, subtle = '#616161') => ({
  backgroundColor: background,
  foregroundColors: {
    default: { default: foreground, subtle },
    attention: { default: '#a4262c', subtle: '#a4262c' },
    good: { default: '#0b6a0b', subtle: '#0b6a0b' },
    warning: { default: '#7a4a00', subtle: '#7a4a00' },
    accent: { default: '#4f52b2', subtle: '#4f52b2' },
  },
});
const HOST = {
  fontFamily: '"Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif',
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  spacing: { small: 6, default: 10, medium: 16, large: 20, extraLarge: 24, padding: 14 },
  separator: { lineThickness: 1, lineColor: '#e0e0e0' },
  supportsInteractivity: true,
  containerStyles: {
    default: style('#ffffff', '#242424'),
    emphasis: style('#f0f0f0', '#242424'),
    attention: style('#fdf3f4', '#6e0811'),
    warning: style('#fff9f0', '#603d00'),
    good: style('#f1faf1', '#094509'),
    accent: style('#e8ebfa', '#242424'),
  },
  inputs: {
    label: {
      inputSpacing: 'small',
      requiredInputs: { weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
      optionalInputs: { weight: 'bolder' },
    },
    errorMessage: { color: 'attention' },
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    showCard: { actionMode: 'inline', inlineTopMargin: 8, style: 'emphasis' },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
};
const CSS = `
  body { margin: 0; padding: 16px; background: #f5f5f5; }
  #card { background: #fff; border: 1px solid #e0e0e0; border-radius: 6px; overflow: hidden; }
  .ac-pushButton { font: 600 14px "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; padding: 6px 14px;
    border: 1px solid #d1d1d1; border-radius: 4px; background: #fff; color: #242424; margin-bottom: 6px; }
  .ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff; }
  .ac-pushButton.style-destructive { border-color: #c4314b; color: #a4262c; }
  .ac-input { font: 14px "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; padding: 6px 8px; width: 100%;
    border: 1px solid #d1d1d1; border-radius: 4px; box-sizing: border-box; }
  .ac-choiceSetInput-expanded { border: 0; padding: 0; }
  .ac-actionSet { flex-wrap: wrap !important; }
  .ac-richTextBlock { overflow-wrap: anywhere; }
`;

/**
 * A page that draws cards. `render(card)` gives { problems, text, links }; afterwards the card is on
 * the page, and `sent()` gives what its buttons would send.
 */
export async function openRenderer(
  browser,
  { width, timezoneId = 'America/New_York', locale = 'en-US' },
) {
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    deviceScaleFactor: width < 500 ? 2 : 1,
    timezoneId,
    locale,
  });
  await page.setContent(`<!doctype html><style>${CSS}</style><div id="card"></div>`);
  await page.addScriptTag({ path: require.resolve('adaptivecards/dist/adaptivecards.min.js') });
  await page.addScriptTag({ path: require.resolve('markdown-it/dist/markdown-it.min.js') });
  await page.evaluate((host) => {
    const { AdaptiveCards } = window;
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
      result.outputHtml = window.markdownit().render(text);
      result.didProcess = true;
    };
    window.belfrySent = [];
    window.belfryRender = (json) => {
      window.belfrySent = [];
      const card = new AdaptiveCards.AdaptiveCard();
      card.hostConfig = new AdaptiveCards.HostConfig(host);
      card.onExecuteAction = (action) => {
        window.belfrySent.push({ type: action.getJsonTypeName(), verb: action.verb, data: action.data });
      };
      const context = new AdaptiveCards.SerializationContext();
      card.parse(json, context);
      const problems = [];
      for (let i = 0; i < context.eventCount; ++i) problems.push(context.getEventAt(i).message);
      for (const event of card.validateProperties().validationEvents) problems.push(event.message);
      const holder = document.getElementById('card');
      holder.replaceChildren(card.render());
      return {
        problems,
        text: holder.innerText,
        links: [...holder.querySelectorAll('a, script, img, h1, h2, li, strong, em')].map(
          (node) => node.outerHTML,
        ),
        overflows: document.documentElement.scrollWidth > document.documentElement.clientWidth,
      };
    };
  }, HOST);
  return {
    page,
    render: (card) => page.evaluate((json) => window.belfryRender(json), card),
    sent: () => page.evaluate(() => window.belfrySent),
    press: (title) => page.getByRole('button', { name: title, exact: true }).click(),
    picture: (path) => page.locator('#card').screenshot({ path }),
    close: () => page.close(),
  };
}
