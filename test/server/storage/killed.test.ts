import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stateRoot } from '../../../ledger/state-tree/update-tree.js';
import { toHeight } from '../../../ledger/values/numbers.js';
import { standInCrypto } from '../../ledger/stand-in-crypto.js';
import { busyChain, openStore, temporaryFile } from './final-chain.js';

const program = fileURLToPath(new URL('./append-until-killed.js', import.meta.url));
const blocks = 250;

/** @returns the last index that the child said was durable before it was killed. */
async function appendAndKill(path: string, worker: boolean, killAfter: number): Promise<number> {
  const child = spawn(process.execPath, [program, path, String(worker), String(blocks)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let durable = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') continue;
    durable = Math.max(durable, Number(line));
    if (durable >= killAfter) child.kill('SIGKILL');
  }
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL', 'the child was killed while it appended');
  return durable;
}

for (const worker of [false, true]) {
  test(`kill -9 in the middle of appends loses nothing acknowledged, ${worker ? 'with a thread' : 'on one thread'}`, async (t) => {
    const { chain, finals } = busyChain(blocks);
    const path = temporaryFile(t);
    for (const killAfter of [10, 60, 120]) {
      const durable = await appendAndKill(path, worker, killAfter);
      assert.ok(durable >= killAfter);
      const store = openStore(path, chain);
      const { index } = store.tip();
      assert.ok(index >= durable, `${durable} acknowledged, ${index} on disk`);
      for (const { block, receipts } of finals.slice(0, index)) {
        assert.deepEqual(store.blockByIndex(block.index), block);
        for (const receipt of receipts) assert.deepEqual(store.receipt(receipt.id), receipt);
      }
      assert.equal(stateRoot(standInCrypto, store), finals[index - 1]!.block.state_root);
      assert.equal(store.blockByIndex(toHeight(index + 1)), undefined);
      assert.equal(store.receipt(finals[index]?.receipts[0]?.id ?? chain.context.genesisHash), undefined);
      await store.close();
    }
  });
}
