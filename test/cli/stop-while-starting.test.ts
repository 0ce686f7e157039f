/** A supervisor that stops a node while it starts: the node hears it, also as process 1 of a container. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { hangGuardMs } from '../hang-guard.js';
import { silentPeer } from '../silent-peer.js';
import { binOf, environment, temporaryHome } from './programs.js';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends a start that waits for a silent bootstrap peer, with exit code 0 and the home free`, async (t) => {
    const home = temporaryHome(t);
    const nodeHome = join(home, 'node');
    const { address, listener } = await silentPeer(t);
    const args = ['start', '--home', nodeHome, '--p2p-port', '0', '--http-port', '0', '--bootstrap', address];
    const child = spawn(process.execPath, [binOf('server'), ...args], {
      env: environment(home),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: hangGuardMs,
    });
    const ended = once(child, 'close');
    const said = text(child.stderr);
    await once(listener, 'connection');
    child.kill(signal);
    assert.deepEqual(await ended, [0, null], await said);
    assert.equal(await said, '');
    assert.ok(existsSync(nodeHome));
    assert.deepEqual(
      readdirSync(nodeHome).filter((name) => name.endsWith('.pid')),
      [],
    );
  });
}
