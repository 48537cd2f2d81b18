// Peers that do not keep HTTP/2's rules, while an agency system calls as usual: every call of that one
// is answered, the server stays up, and its memory stays where it was.
//
//   BELFRY_BIN=build/release/bin node --test tests/peers/http2_floods.mjs
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { configureServer, startServer } from './lib/belfry.mjs';
import { connect } from './lib/grpc_client.mjs';
import { callHeaders, connectRaw, END_HEADERS, END_STREAM, frame, pour } from './lib/http2_frames.mjs';
import { requiredVariable, temporaryDirectory } from './lib/process.mjs';

const bin = requiredVariable('BELFRY_BIN', 'the directory with the built programs');
const LIST = '/belfry.v1.IncidentService/ListIncidents';
const MEMORY_GROWTH_MIB_MAX = 192;

async function memoryMib(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;
}

// Each attack pours until it has done its worst or was thrown out.
const ATTACKS = {
  'calls that are reset at once': async (t, address) => {
    const socket = await connectRaw(t, address);
    const headers = callHeaders(LIST);
    const cancel = Buffer.from([0, 0, 0, 8]);
    for (let batch = 0; batch < 200; batch += 1) {
      const frames = [];
      for (let i = 0; i < 100; i += 1) {
        const stream = 2 * (batch * 100 + i) + 1;
        frames.push(frame('HEADERS', END_HEADERS, stream, headers), frame('RST_STREAM', 0, stream, cancel));
      }
      if (!(await pour(socket, Buffer.concat(frames)))) return;
    }
  },
  'calls that are begun and never sent': async (t, address) => {
    const socket = await connectRaw(t, address);
    const headers = callHeaders(LIST);
    for (let batch = 0; batch < 50; batch += 1) {
      const frames = [];
      for (let i = 0; i < 100; i += 1) frames.push(frame('HEADERS', END_HEADERS, 2 * (batch * 100 + i) + 1, headers));
      if (!(await pour(socket, Buffer.concat(frames)))) return;
    }
  },
  'headers without an end': async (t, address) => {
    const socket = await connectRaw(t, address);
    await pour(socket, frame('HEADERS', 0, 1, callHeaders(LIST)));
    const piece = callHeaders(LIST, { 'x-filler': 'a'.repeat(12_000) });
    for (let i = 0; i < 2_000; i += 1) {
      if (!(await pour(socket, frame('CONTINUATION', 0, 1, piece)))) return;
    }
  },
  'a message that says it is large': async (t, address) => {
    const socket = await connectRaw(t, address);
    await pour(socket, frame('HEADERS', END_HEADERS, 1, callHeaders(LIST)));
    const prefix = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]);
    await pour(socket, frame('DATA', 0, 1, prefix));
    for (let i = 0; i < 200; i += 1) {
      if (!(await pour(socket, frame('DATA', 0, 1, Buffer.alloc(16_384))))) return;
    }
  },
  'a message that is compressed': async (t, address) => {
    const socket = await connectRaw(t, address);
    await pour(socket, frame('HEADERS', END_HEADERS, 1, callHeaders(LIST, { 'grpc-encoding': 'gzip' })));
    await pour(socket, frame('DATA', END_STREAM, 1, Buffer.from([1, 0, 0, 0, 2, 0x1f, 0x8b])));
  },
  'pings and settings': async (t, address) => {
    const socket = await connectRaw(t, address);
    const ping = frame('PING', 0, 0, Buffer.alloc(8));
    const settings = frame('SETTINGS', 0, 0, Buffer.from([0, 4, 0, 0, 0xff, 0xff]));
    const frames = Buffer.concat(Array.from({ length: 100 }, () => [ping, settings]).flat());
    for (let batch = 0; batch < 200; batch += 1) {
      if (!(await pour(socket, frames))) return;
    }
  },
  'connections that say nothing': async (t, address) => {
    const [host, port] = address.split(':');
    for (let i = 0; i < 300; i += 1) {
      const socket = net.connect({ host, port: Number(port) });
      socket.on('error', () => {});
      t.after(() => socket.destroy());
    }
    await pause(500); // they hold on while the others call
  },
  'bytes that are no frames': async (t, address) => {
    const socket = await connectRaw(t, address);
    for (let i = 0; i < 50; i += 1) {
      if (!(await pour(socket, Buffer.alloc(4096, i)))) return;
    }
  },
};

test('floods', async (t) => {
  const directory = await temporaryDirectory(t);
  const server = await configureServer(directory, {
    principals: [{ name: 'systems/siem.dop', entity: 'entities/dop' }],
  });
  const running = await startServer(t, { bin, directory, address: server.address });
  const api = await connect(t, server.address, server.tokenFiles['systems/siem.dop']);
  const list = () => api.call('IncidentService', 'listIncidents', {});
  for (let i = 0; i < 200; i += 1) await list();
  const before = await memoryMib(running.pid);

  for (const [name, attack] of Object.entries(ATTACKS)) {
    await t.test(name, async (t2) => {
      let attacking = true;
      const attackers = Promise.all([1, 2, 3, 4].map(() => attack(t2, server.address))).finally(() => {
        attacking = false;
      });
      let calls = 0;
      while (attacking || calls < 20) {
        await list(); // has a deadline of its own
        calls += 1;
      }
      await attackers;
      assert.ok(!running.ended, running.describe());
      const growth = (await memoryMib(running.pid)) - before;
      assert.ok(growth < MEMORY_GROWTH_MIB_MAX, `memory grew by ${growth.toFixed(0)} MiB`);
      t2.diagnostic(`${calls} calls answered meanwhile, memory ${growth.toFixed(0)} MiB above the start`);
    });
  }
  await api.call('IncidentService', 'createIncident', { title: 'after all that', entity: 'entities/dop' });
});
