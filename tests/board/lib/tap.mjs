// A line between a browser and the board: it keeps every byte that the browser gets, and can be cut.
import { once } from 'node:events';
import net from 'node:net';

export async function startTap(t, targetPort) {
  const pairs = new Set();
  const kept = [];
  let open = true;
  const listener = net.createServer((browser) => {
    if (!open) {
      browser.destroy();
      return;
    }
    const board = net.connect(targetPort, '127.0.0.1');
    const pair = { browser, board };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      browser.destroy();
      board.destroy();
    };
    for (const socket of [browser, board]) socket.on('error', end).on('close', end);
    browser.pipe(board);
    board.on('data', (bytes) => kept.push(bytes));
    board.pipe(browser);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => {
    open = false;
    for (const { browser, board } of pairs) {
      browser.destroy();
      board.destroy();
    }
    listener.close();
  });
  return {
    port: listener.address().port,
    /** Everything that browsers got. */
    bytes: () => Buffer.concat(kept),
    cut() {
      open = false;
      for (const { browser, board } of [...pairs]) {
        browser.destroy();
        board.destroy();
      }
    },
    mend() {
      open = true;
    },
  };
}
