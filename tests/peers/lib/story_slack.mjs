// The story's driver for Slack: everything through the emulator's web page, but for the emoji and the
// edit, which that page does not have; those go through the emulator as Slack would send them.
import { SlackModal } from './browser.mjs';
import { waitUntil } from './process.mjs';
import { USERS } from './slack_emulator.mjs';

const CHANNEL = 'dop-incidents';

export class SlackDriver {
  /** `page`: a SlackPage with the channel open; `exchanges`: those of the router. */
  constructor({ page, browser, emulator, exchanges }) {
    this.page = page;
    this.browser = browser;
    this.emulator = emulator;
    this.exchanges = exchanges;
    this.asker = '';
  }

  async #done(before, where) {
    await waitUntil(`an answer of ${where}`, () =>
      this.exchanges.slice(before).some((one) => one.path.endsWith(where) && one.status === 200),
    );
  }

  async line(who, text) {
    const before = this.exchanges.length;
    this.seen = (await this.emulator.messages(CHANNEL)).length;
    await this.page.actAs(USERS[who].title);
    await this.page.type(`/incident ${text}`);
    await this.#done(before, '/slack/commands');
  }

  /** Only the one who typed sees the answer to a slash command. */
  alone(who, text) {
    return this.line(who, text);
  }

  async form(who, text, fields, submit) {
    this.seen = (await this.emulator.messages(CHANNEL)).length;
    await this.page.actAs(USERS[who].title);
    await this.page.type(`/incident ${text}`);
    const modal = new SlackModal(this.browser);
    await modal.submitButton().filter({ hasText: submit }).waitFor();
    for (const [, label, value] of fields) await modal.fill(label, value);
    await modal.submit();
    await modal.closeAnswer();
  }

  async headline() {
    const messages = await this.emulator.messages(CHANNEL);
    return messages.find((message) => !message.thread_ts && /DOP-\d{4}-\d{4}/.test(message.text) && message.subtype !== 'ephemeral');
  }

  async press(who, label) {
    const { ts } = await waitUntil('the headline', () => this.headline());
    await this.page.actAs(USERS[who].title);
    await this.page.message(ts).getByRole('button', { name: label, exact: true }).click();
  }

  /** The newest message that only the one who asked sees, after the last line. */
  async answered(pattern) {
    const found = await waitUntil(`an answer like ${pattern}`, async () =>
      (await this.emulator.messages(CHANNEL))
        .slice(this.seen)
        .findLast((message) => message.subtype === 'ephemeral' && pattern.test(message.text)),
    );
    return found.text;
  }

  async confirm(who) {
    const asks = (message) =>
      (message.blocks ?? []).some((block) =>
        (block.elements ?? []).some((element) => /confirm:yes/.test(element.value ?? '')),
      );
    const message = await waitUntil('a question', async () =>
      (await this.emulator.messages(CHANNEL)).slice(this.seen).findLast(asks),
    );
    const button = message.blocks
      .flatMap((block) => block.elements ?? [])
      .find((element) => /confirm:yes/.test(element.value ?? ''));
    await this.page.actAs(USERS[who].title);
    await this.browser
      .locator(`main .messages .msg[data-ts="${message.ts}"]`)
      .getByRole('button', { name: button.text.text, exact: true })
      .click();
  }

  async message(who, text) {
    const headline = await this.headline();
    await this.emulator.say(who, CHANNEL, text, headline.ts);
    const found = await waitUntil('the message', async () =>
      (await this.emulator.messages(CHANNEL)).find((message) => message.text === text),
    );
    return found.ts;
  }
  async mark(who, ts) {
    await this.emulator.react(who, CHANNEL, ts, 'memo');
  }
  async edit(who, ts, text) {
    await this.emulator.edit(who, CHANNEL, ts, text);
  }
}
