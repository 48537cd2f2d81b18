// The story's driver for Teams: signed activities, as Teams makes them of what people do.
import { cardText, CHANNEL, TeamsFake } from './teams_fake.mjs';

function inputsOf(card) {
  const found = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (node === null || typeof node !== 'object') return undefined;
    if (String(node.type).startsWith('Input.')) found.push(node);
    Object.values(node).forEach(walk);
    return undefined;
  };
  walk(card.body);
  return found;
}

export class TeamsDriver {
  constructor({ teams }) {
    this.teams = teams;
  }

  #after() {
    return this.teams.messages.slice(this.seen);
  }

  alone(who, text) {
    return this.line(who, text, { personal: true });
  }

  async line(who, text, place = {}) {
    this.seen = this.teams.messages.length;
    await this.teams.say(who, text, place);
    // Every command is answered, the answer comes after what was done.
    await this.teams.waitFor(`an answer to ${text}`, () => this.#after().length > 0);
  }

  async form(who, text, fields, submit) {
    this.seen = this.teams.messages.length;
    await this.teams.say(who, text);
    const message = await this.teams.waitFor(`the form of ${text}`, () =>
      this.#after().find((one) => one.card && TeamsFake.action(one.card, submit)),
    );
    const inputs = {};
    for (const input of inputsOf(message.card)) if (input.value) inputs[input.id] = input.value;
    for (const [name, label, value] of fields) {
      const input = inputsOf(message.card).find((one) => one.label === label || one.id.endsWith(name));
      if (!input) throw new Error(`no field "${label}" on ${JSON.stringify(message.card.body)}`);
      inputs[input.id] = value;
    }
    const answer = await this.teams.press(who, message, submit, inputs);
    if (answer.status !== 200) throw new Error(`${submit}: ${answer.status}`);
  }

  headline() {
    return this.teams.messages.find(
      (message) =>
        message.conversation === CHANNEL &&
        message.thread === message.id &&
        TeamsFake.action(message.card, 'Update'),
    );
  }

  async press(who, label) {
    const headline = await this.teams.waitFor('the headline', () => this.headline());
    await this.teams.press(who, headline, label);
  }

  async answered(pattern) {
    const found = await this.teams.waitFor(`an answer like ${pattern}`, () =>
      this.#after().findLast((message) => pattern.test(cardText(message.card))),
    );
    return cardText(found.card);
  }

  async confirm(who) {
    const command = (action) => /confirm:yes/.test(JSON.stringify(action.data ?? {}));
    const message = await this.teams.waitFor('a question', () =>
      this.#after().findLast((one) => (one.card?.actions ?? []).some(command)),
    );
    await this.teams.press(who, message, message.card.actions.find(command).title);
  }

  /** A message under the headline, as the menu and the edit of Teams speak of it later. */
  async message(who, text) {
    const activity = this.teams.activity(who, { type: 'message', text, textFormat: 'plain' }, {
      thread: this.headline().thread,
    });
    return { activity, text };
  }
  /** "Add to the timeline" in the message's menu. */
  async mark(who, { activity, text }) {
    const { status } = await this.teams.send({
      ...activity,
      id: this.teams.nextId(),
      type: 'invoke',
      name: 'composeExtension/fetchTask',
      value: {
        commandId: 'note',
        commandContext: 'message',
        messagePayload: { id: activity.id, body: { contentType: 'text', content: text } },
      },
    });
    if (status !== 200) throw new Error(`the menu: ${status}`);
  }
  async edit(who, { activity }, text) {
    await this.teams.send({ ...activity, type: 'messageUpdate', text, timestamp: '2026-01-01T00:00:01Z' });
  }
}
