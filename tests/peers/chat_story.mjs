// One incident in twenty-seven steps, played in Slack (through the emulator's web page) and in Teams (by
// the protocol, signed as Microsoft signs). What was recorded must be the same, word for word, but for
// the door it came through. No secret of either platform may stand in a log.
//
//   BELFRY_BIN=build/dev/bin node --test tests/peers/chat_story.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { configureServer, startBot, startServer } from './lib/belfry.mjs';
import { openBrowserPage, SlackPage } from './lib/browser.mjs';
import { requiredVariable, temporaryDirectory, waitUntil } from './lib/process.mjs';
import { stageSlack } from './lib/slack_stage.mjs';
import { storySteps } from './lib/story.mjs';
import { SlackDriver } from './lib/story_slack.mjs';
import { TeamsDriver } from './lib/story_teams.mjs';
import { configureTeamsBot, writeTeamsDirectory } from './lib/teams.mjs';
import { startTeamsFake } from './lib/teams_fake.mjs';
import { startTeamsIssuer } from './lib/teams_issuer.mjs';

const run = promisify(execFile);
const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');

// Both plays begin at the same instant of the policy's clock, which stands still meanwhile.
const START = new Date((Math.ceil(Date.now() / 60_000) + 30) * 60_000).toISOString();

const PRINCIPALS = [
  { name: 'systems/bot', rights: ['RIGHT_BOT'] },
  { name: 'people/csirt.handler' },
  { name: 'people/dop.clerk' },
];

// The reporter's account is nobody's until it is linked.
async function forgetClerk(directory) {
  const file = path.join(directory, 'directory.textproto');
  const text = await readFile(file, 'utf8');
  const without = text.replace(/(people \{ name: "people\/dop\.clerk".*?) chat_accounts \{[^}]*\}/, '$1');
  assert.notEqual(without, text);
  await writeFile(file, without);
}

class Play {
  constructor({ directory, server }) {
    this.directory = directory;
    this.server = server;
    this.id = '';
  }
  async belfry(person, args, { json = false } = {}) {
    const { stdout } = await run(path.join(bin, 'belfry'), [
      '--server',
      this.server.address,
      '--token-file',
      this.server.tokenFiles[`people/${person}`],
      '--output',
      json ? 'json' : 'table',
      ...args,
    ]);
    return json ? JSON.parse(stdout) : stdout;
  }
  async timeline() {
    if (this.id === '') {
      const list = await this.belfry('csirt.handler', ['list'], { json: true });
      const name = list.incidents?.[0]?.name;
      if (name === undefined) return [];
      this.id = name.replace('incidents/', '');
    }
    const answer = await this.belfry('csirt.handler', ['timeline', this.id, 'all'], { json: true });
    const entries = answer.entries ?? [];
    return entries.sort((a, b) => Number(a.name.split('/').pop()) - Number(b.name.split('/').pop()));
  }
  // What people did; what Belfry and the deliveries did by themselves depends on when notices arrived.
  async acts() {
    const entries = await this.timeline();
    return entries
      .filter((entry) => entry.actor !== 'system')
      .map(({ kind, actor, text, clauses = [] }) => ({ kind, actor, text, clauses }));
  }

  async play(t, driver) {
    const tell = (person, args) => this.belfry(person, args);
    const steps = storySteps({ id: () => this.id, tell });
    let number = 0;
    for (const step of steps) {
      number += 1;
      await t.test(`${number}. ${step.what}`, async () => {
        const before = (await this.acts()).length;
        await step.act(driver);
        const wanted = [...(step.kinds ?? [])];
        await waitUntil(`${step.what}: ${wanted.join(', ')}`, async () => {
          const now = (await this.acts()).slice(before).map((act) => act.kind);
          return wanted.every((kind) => {
            const at = now.indexOf(kind);
            if (at >= 0) now.splice(at, 1);
            return at >= 0;
          });
        });
        if (step.nothing) assert.equal((await this.acts()).length, before, 'nothing is recorded');
      });
    }
    return this.acts();
  }
}

// An account that was nobody's has a name of its platform.
function neutral(acts, platform) {
  return acts.map((act) => JSON.parse(JSON.stringify(act).replaceAll(new RegExp(`accounts/${platform}/[^/"]*/[^/" ]*`, 'g'), 'accounts/…')));
}

async function noSecretIn(logs, secrets) {
  for (const [name, text] of logs) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${name} holds a secret`);
  }
}

const recorded = {};

test('in Slack', async (t) => {
  const directory = await temporaryDirectory(t);
  const { server, bot, router, emulator, secrets } = await stageSlack(t, directory, {
    principals: PRINCIPALS,
    clock: 'virtual',
  });
  await forgetClerk(directory);
  const serverProcess = await startServer(t, { bin, directory, address: server.address });
  const play = new Play({ directory, server });
  await play.belfry('csirt.handler', ['clock', 'advance', START]);
  const botProcess = await startBot(t, { bin, directory, url: bot.url });
  const browser = await openBrowserPage(t);
  const page = new SlackPage(browser);
  await page.open(emulator.url);
  await page.chooseChannel('dop-incidents');
  const driver = new SlackDriver({ page, browser, emulator, exchanges: router.exchanges });
  recorded.slack = neutral(await play.play(t, driver), 'slack');
  if (process.env.BELFRY_PICTURES) {
    await mkdir(process.env.BELFRY_PICTURES, { recursive: true });
    await page.picture(path.join(process.env.BELFRY_PICTURES, 'story-slack.png'));
  }
  await noSecretIn(
    [
      ['the bot', botProcess.describe()],
      ['the server', serverProcess.describe()],
    ],
    secrets,
  );
});

test('in Teams', async (t) => {
  const directory = await temporaryDirectory(t);
  const appId = randomUUID();
  const appPassword = randomBytes(16).toString('hex');
  const issuer = await startTeamsIssuer(t, { appId, appPassword });
  const server = await configureServer(directory, { principals: PRINCIPALS, clock: 'virtual' });
  await writeTeamsDirectory(directory);
  await forgetClerk(directory);
  const bot = await configureTeamsBot(directory, {
    server: server.address,
    tokenFile: server.tokenFiles['systems/bot'],
    appId,
    appPassword,
    issuer,
  });
  const teams = await startTeamsFake(t, { issuer, botUrl: bot.url, botAppId: appId });
  const serverProcess = await startServer(t, { bin, directory, address: server.address });
  const play = new Play({ directory, server });
  await play.belfry('csirt.handler', ['clock', 'advance', START]);
  const botProcess = await startBot(t, { bin, directory, url: bot.url });
  await teams.install('dop.iso');
  recorded.teams = neutral(await play.play(t, new TeamsDriver({ teams })), 'teams');
  await noSecretIn(
    [
      ['the bot', botProcess.describe()],
      ['the server', serverProcess.describe()],
    ],
    [appPassword, 'eyJ'],
  );
});

test('the same was recorded', () => {
  assert.ok(recorded.slack?.length > 30, 'a whole story');
  assert.deepEqual(recorded.teams, recorded.slack);
});
