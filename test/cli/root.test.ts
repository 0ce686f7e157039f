/** Who is root runs development chains only, unless told otherwise. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeAddress } from '../../ledger/values/address.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? {} : { skip: 'only root can be refused for being root' };

test(
  'a node of a chain with real balances refuses root, and changes nothing; --allow-root lets it run',
  asRoot,
  async (t) => {
    const home = temporaryHome(t);
    const owner = ['--owner', encodeAddress('sl', `0x${'0a'.repeat(32)}`)];
    const steps: readonly (readonly string[])[] = [
      ['genesis', 'new', 'trade.json', '--name', 'trade'],
      [
        'genesis',
        'join',
        'trade.json',
        '--name',
        'acme',
        ...owner,
        '--stake',
        '10',
        '--home',
        'node',
        '--card',
        'card',
      ],
      ['genesis', 'add', 'trade.json', 'card'],
      ['init', '--home', 'node', '--genesis', 'trade.json'],
    ];
    for (const step of steps) {
      const done = await run('server', home, step);
      assert.equal(done.code, 0, done.stderr);
    }
    const nodeHome = join(home, 'node');
    const before = readdirSync(nodeHome).filter((name) => !name.startsWith('lock'));
    const refused = await run('server', home, ['start', '--home', nodeHome, '--p2p-port', '0', '--http-port', '0']);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^error: A node of trade-[0-9a-f]{32} does not run as root, .*\.\n {2}fix: .*--allow-root/,
    );
    assert.deepEqual(
      readdirSync(nodeHome).filter((name) => !name.startsWith('lock')),
      before,
    );
    const allowed = await startNode(t, home, { args: ['--home', nodeHome, '--allow-root'] });
    allowed.process.kill('SIGTERM');
    assert.equal(await allowed.ended(), 0);
    await startNode(t, home, { args: ['--home', nodeHome], env: { SLOTLEDGER_ALLOW_ROOT: '1' } });
  },
);
