// Programs a test starts: watched while they run, ended by their own process id when the test ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 25;
const STOP_MS = 15_000;
const OUTPUT_MAX = 1 << 20;

/**
 * Asks `probe` again and again until it gives something true, and returns that. A probe that throws
 * counts as "not yet". Fails after `timeoutMs`, and at once when `process` has ended.
 */
export async function waitUntil(what, probe, { timeoutMs = 15_000, process: running } = {}) {
  const deadline = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (running?.ended) throw new Error(`${what}: ${running.describe()}`);
    if (Date.now() > deadline) {
      const why = last === undefined ? '' : `; last: ${last.message}`;
      const log = running === undefined ? '' : `\n${running.describe()}`;
      throw new Error(`${what}: not within ${timeoutMs} ms${why}${log}`, { cause: last });
    }
    await pause(POLL_MS);
  }
}

/** A child process. Only start() makes one. */
export class Running {
  #child;
  #output = '';
  #exit;

  constructor(name, child) {
    this.name = name;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.#output = (this.#output + text).slice(-OUTPUT_MAX);
      });
    }
    this.#exit = new Promise((resolve) => {
      child.once('error', (error) => {
        this.failure = error;
        resolve();
      });
      child.once('close', () => resolve());
    });
  }

  get pid() {
    return this.#child.pid;
  }
  get ended() {
    return (
      this.failure !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null
    );
  }
  /** Standard output and standard error as they came. */
  get output() {
    return this.#output;
  }

  describe() {
    const state = this.failure
      ? this.failure.message
      : this.ended
        ? `ended with ${this.#child.exitCode ?? this.#child.signalCode}`
        : `runs as ${this.pid}`;
    return `${this.name} ${state}; it said:\n${this.#output.slice(-4000) || '(nothing)'}`;
  }

  async exited() {
    await this.#exit;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** No chance to clean up. */
  async kill() {
    if (!this.ended) this.#child.kill('SIGKILL');
    return this.exited();
  }

  /** SIGTERM; SIGKILL for a program that does not listen, which is an error. */
  async stop() {
    if (this.ended) return this.exited();
    this.#child.kill('SIGTERM');
    const timer = new AbortController();
    const late = pause(STOP_MS, 'late', { signal: timer.signal, ref: false }).catch(() => 'cancelled');
    const first = await Promise.race([this.exited(), late]);
    timer.abort();
    if (first !== 'late') return first;
    await this.kill();
    throw new Error(`${this.name} did not stop within ${STOP_MS} ms of SIGTERM`);
  }

  write(line) {
    this.#child.stdin.write(line);
  }
}

/** Starts a program that lives as long as the test `t`, a node:test context. */
export function start(t, name, command, args, { cwd, env = {} } = {}) {
  // Nothing of ours goes through a proxy: all peers are on this machine.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/_proxy$/i.test(key)),
  );
  const child = spawn(command, args, { cwd, env: { ...clean, ...env }, stdio: 'pipe' });
  child.stdin.on('error', () => {}); // it may be gone before it has read everything
  const running = new Running(name, child);
  t.after(() => running.stop());
  return running;
}

/** Ports of 127.0.0.1 that nobody listens on just now, all different. */
export async function freePorts(count) {
  const listeners = [];
  for (let i = 0; i < count; ++i) {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    listeners.push(listener);
  }
  const ports = listeners.map((listener) => listener.address().port);
  for (const listener of listeners) {
    listener.close();
    await once(listener, 'close');
  }
  return ports;
}

/** A directory that goes with the test. */
export async function temporaryDirectory(t) {
  const directory = await mkdtemp(path.join(tmpdir(), 'belfry-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The value of an environment variable that the test cannot do without. */
export function requiredVariable(name, what) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: ${what}`);
  return value;
}
