// Debian's Chromium, and the emulator's web page as a person uses it.
import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

export const BROWSER = '/usr/bin/chromium';
const TIMEOUT_MS = 15_000;

/** A page in a browser that lives as long as the test `t`. */
export async function openBrowserPage(t) {
  if (!existsSync(BROWSER)) throw new Error(`${BROWSER} is missing: install the package chromium`);
  const browser = await chromium.launch({
    executablePath: BROWSER,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-proxy-server',
    ],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, timezoneId: 'UTC' });
  page.setDefaultTimeout(TIMEOUT_MS);
  return page;
}

/** The emulator's page. */
export class SlackPage {
  constructor(page) {
    this.page = page;
  }

  async open(url) {
    await this.page.goto(url);
    await this.page.getByText('ui live').waitFor();
  }

  /** `person` as the page shows the name. */
  async actAs(person) {
    await this.page.getByLabel('Act as').selectOption({ label: person });
  }

  async chooseChannel(name) {
    await this.page.locator('.sidebar-item').filter({ hasText: `#${name}` }).click();
    await this.page.locator('.channel-title').filter({ hasText: `# ${name}` }).waitFor();
  }

  /** Types into the channel's box and sends. Without `send`, only types. */
  async type(text, { send = true } = {}) {
    const box = this.page.locator('main .composer-input');
    await box.click();
    await box.pressSequentially(text);
    if (send) await box.press('Enter');
  }

  /** Messages of the open channel that everybody sees, newest last. */
  messages() {
    return this.page
      .locator('main .messages .msg')
      .filter({ hasNot: this.page.locator('.badge-eph') });
  }

  /** The same message later, whatever it says by then. */
  message(ts) {
    return this.page.locator(`main .messages .msg[data-ts="${ts}"]`);
  }

  async openThread(message) {
    await message.locator('.thread-summary').click();
    await this.page.locator('.thread-pane').waitFor();
  }

  /** Replies in the open thread. */
  replies() {
    return this.page.locator('.thread-pane .thread-divider ~ .msg');
  }

  async closeThread() {
    await this.page.locator('.thread-pane .thread-x').click();
  }

  async picture(path) {
    await this.page.screenshot({ path });
  }
}

/** The modal that is open in the emulator's page. */
export class SlackModal {
  constructor(page) {
    this.modal = page.locator('.modal');
  }

  async fill(label, text) {
    // The label itself, not a choice that happens to hold the same word.
    const input = this.modal
      .locator('.bk-input')
      .filter({ has: this.modal.page().getByText(label) })
      .filter({ has: this.modal.page().locator('.bk-plain-input') })
      .first();
    await input.locator('.bk-plain-input').fill(text);
  }
  submitButton() {
    return this.modal.locator('.modal-btn.primary');
  }
  async submit() {
    await this.submitButton().click();
  }
  errors() {
    return this.modal.locator('.modal-error');
  }
  /** What stands in the modal after it was sent, closed. */
  async closeAnswer() {
    await this.submitButton().waitFor({ state: 'detached' });
    const text = await this.modal.innerText();
    await this.modal.locator('.modal-x').click();
    return text;
  }
}
