// belfry-board, started from a directory with its configuration, and its page as a person uses it.
import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { configureServer, ROOT, startServer } from '../../peers/lib/belfry.mjs';
import { openBrowserPage } from '../../peers/lib/browser.mjs';
import { connect } from '../../peers/lib/grpc_client.mjs';
import { freePorts, requiredVariable, start, temporaryDirectory, waitUntil } from '../../peers/lib/process.mjs';
import { startTap } from './tap.mjs';

export const BIN = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
const WALL_SECRET = 'the-wall-behind-the-desk';

const PEOPLE = ['dop.clerk', 'dop.contact', 'dop.iso', 'dor.contact', 'dor.iso', 'bor.contact', 'bor.iso', 'eox.scio', 'csirt.handler', 'csirt.executive', 'commonhelp'];
const AGENCIES = ['dop', 'dor', 'bor'];

// BELFRY_BOARD_FILES is a directory with the page's files, instead of those in the program.

/** A government of three agencies with a server and a board; everything ends with the test. */
export class Site {
  static async start(t, { clock = 'real', env } = {}) {
    const site = new Site();
    site.env = env;
    site.t = t;
    site.directory = await temporaryDirectory(t);
    site.server = await configureServer(site.directory, {
      clock,
      principals: [
        ...PEOPLE.map((person) => ({ name: `people/${person}` })),
        ...AGENCIES.map((agency) => ({ name: `systems/siem.${agency}`, entity: `entities/${agency}` })),
      ],
    });
    await copyFile(path.join(ROOT, 'deploy/demo/directory.textproto'), path.join(site.directory, 'directory.textproto'));
    await site.startServer();
    const [port] = await freePorts(1);
    site.port = port;
    await writeFile(path.join(site.directory, 'wall.secret'), `${WALL_SECRET}\n`, { mode: 0o600 });
    await writeFile(
      path.join(site.directory, 'board.textproto'),
      `server: "${site.server.address}"
listen: "127.0.0.1:${port}"
wall {
  token_file: "${site.server.tokenFiles['people/csirt.handler']}"
  secret_file: "${path.join(site.directory, 'wall.secret')}"
}
${process.env.BELFRY_BOARD_FILES ? `files_directory: "${process.env.BELFRY_BOARD_FILES}"` : ''}
`,
    );
    await site.startBoard();
    // Browsers come through here, so that every byte they get is known and lines can be cut.
    site.tap = await startTap(t, port);
    site.url = `http://127.0.0.1:${site.tap.port}`;
    site.apis = new Map();
    return site;
  }

  async startServer() {
    this.belfryd = await startServer(this.t, { bin: BIN, directory: this.directory, address: this.server.address, env: this.env });
  }

  async startBoard() {
    this.board = start(this.t, 'belfry-board', path.join(BIN, 'belfry-board'), ['--config', path.join(this.directory, 'board.textproto')]);
    const url = `http://127.0.0.1:${this.port}/healthz`;
    await waitUntil('belfry-board listens', async () => (await fetch(url)).ok, { process: this.board });
  }

  token(principal) {
    return readFile(this.server.tokenFiles[principal], 'utf8').then((text) => text.trim());
  }

  /** Calls the server as somebody: `site.call('people/dop.iso', 'IncidentService', 'addNote', {…})`. */
  async call(principal, service, method, request) {
    if (!this.apis.has(principal)) {
      this.apis.set(principal, await connect(this.t, this.server.address, this.server.tokenFiles[principal]));
    }
    return this.apis.get(principal).call(service, method, request);
  }

  /** Reports an incident and returns its id. */
  async report(title, { as = 'people/dop.clerk', agency = 'dop', ...more } = {}) {
    const answer = await this.call(as, 'IncidentService', 'createIncident', { title, entity: `entities/${agency}`, ...more });
    return answer.incident.name.replace('incidents/', '');
  }

  /** A page of its own, of somebody who is not signed in. */
  async openPage({ url = `${this.url}/`, ...options } = {}) {
    this.browser ??= (await openBrowserPage(this.t)).context().browser();
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'America/New_York', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.trouble = [];
    page.on('console', (message) => {
      // A refused or broken request is what some tests are about; a broken rule never is.
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) page.trouble.push(message.text());
    });
    page.on('pageerror', (error) => page.trouble.push(error.stack ?? error.message));
    await page.addInitScript(() => {
      window.violations = [];
      addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    });
    await page.goto(url);
    // Gone after a reload.
    await page.evaluate(() => {
      window.untouched = true;
    });
    return page;
  }

  /** Signs in by the form and waits until everything is there. */
  async signIn(page, principal) {
    await page.getByLabel('Your token').fill(await this.token(principal));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await ready(page);
  }

  /** A page of somebody who is signed in. */
  async pageOf(principal, options) {
    const page = await this.openPage(options);
    await this.signIn(page, principal);
    return page;
  }

  wallUrl() {
    return `${this.url}/wall#${WALL_SECRET}`;
  }
}

export async function ready(page) {
  await page.locator('#link[data-state="live"]').waitFor();
  await page.locator('.list .row, .empty:has-text("Nothing is open")').first().waitFor();
}

export const row = (page, id) => page.locator('.table .row').filter({ hasText: id });

/** It was never loaded again, broke no rule of its Content-Security-Policy and threw nothing. */
export async function assertUntroubled(page) {
  assert.equal(await page.evaluate(() => window.untouched), true, 'the page was loaded again');
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(page.trouble, []);
}

let axeSource;

/** What axe-core holds to be serious or critical. */
export async function axe(page) {
  axeSource ??= await readFile(path.join(ROOT, 'tests/peers/node_modules/axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary} (${nodes.length})`);
}
