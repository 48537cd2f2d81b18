// Postfix from Debian, with a configuration, a spool and mailboxes of its own in a directory that goes
// with the test. Needs root, as Postfix does; what it finds on the machine is not touched.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { simpleParser } from 'mailparser';

import { freePorts, start, waitUntil } from './process.mjs';

const POSTFIX = '/usr/sbin/postfix';
const SERVICES = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

/** Why it cannot run here; undefined when it can. */
export function whyNoPostfix() {
  if (!existsSync(POSTFIX)) return `${POSTFIX} is missing: install the package postfix`;
  if (process.getuid() !== 0) return 'Postfix has to be started by root';
  return undefined;
}

const idOf = (flag, name) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));

/** Takes mail for example.gov over STARTTLS, except for unknown@example.gov. */
export async function startPostfix(t, { certFile, keyFile }) {
  const directory = await mkdtemp(path.join(tmpdir(), 'belfry-'));
  // A signal to the program that starts it would not end it.
  t.after(async () => {
    execFileSync(POSTFIX, ['-c', directory, 'stop'], { stdio: 'ignore' });
    await rm(directory, { recursive: true, force: true });
  });
  await chmod(directory, 0o755);
  const at = (name) => path.join(directory, name);
  for (const name of ['spool', 'data', 'mail']) await mkdir(at(name));
  const [uid, gid] = [idOf('-u', 'nobody'), idOf('-g', 'nobody')];
  await chown(at('data'), idOf('-u', 'postfix'), idOf('-g', 'postfix'));
  await chown(at('mail'), uid, gid);
  await copyFile(certFile, at('cert.pem'));
  await copyFile(keyFile, at('key.pem'));
  const [port] = await freePorts(1);
  await writeFile(at('main.cf'), `compatibility_level = 3.6
queue_directory = ${at('spool')}
data_directory = ${at('data')}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.gov
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
maillog_file = ${at('mail.log')}
maillog_file_prefixes = ${directory}
virtual_mailbox_domains = example.gov
virtual_mailbox_base = ${at('mail')}
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = ${at('cert.pem')}
smtpd_tls_key_file = ${at('key.pem')}
smtpd_tls_received_header = yes
smtpd_recipient_restrictions = check_recipient_access inline:{unknown@example.gov=REJECT}, permit_mynetworks, reject
`);
  await writeFile(at('master.cf'), `${port} inet n - n - - smtpd\n${SERVICES}`);
  const running = start(t, 'postfix', POSTFIX, ['-c', directory, 'start-fg']);
  await waitUntil('postfix listens', () => new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('data', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  }), { process: running });
  return {
    port,
    /** What lies in the mailbox. */
    async letters() {
      const files = await readdir(at('mail/all/new')).catch(() => []);
      return Promise.all(files.map(async (file) => simpleParser(await readFile(at(`mail/all/new/${file}`)))));
    },
    log: () => readFile(at('mail.log'), 'utf8'),
  };
}
