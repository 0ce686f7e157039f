/** How long appends to ledger.db take, with synchronous=FULL, until they are acknowledged. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genesisState } from '../../ledger/genesis-state.js';
import { encodeAddress } from '../../ledger/values/address.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { FinalBlock } from '../../server/replica/ports.js';
import * as forms from '../command-line/forms.js';
import { readCommandLine, word } from '../command-line/read-command-line.js';
import { TestChain, testContext } from '../ledger/test-chain.js';
import { finalBlock, openStore } from '../server/storage/final-chain.js';

const { accounts } = readCommandLine({
  command: 'node dist/test/bench/ledger-append.js',
  about: 'Measures how long appends to ledger.db take until they are on disk, and reads after them.',
  parameters: { accounts: word(forms.wholeNumber({ least: 1 }, 'accounts'), 'accounts in genesis', '20000') },
});
const addressOf = (n: number) => encodeAddress('sl', `0x${createHash('sha256').update(`${n}`).digest('hex')}`);

function makeChain(): TestChain {
  const chain = new TestChain({ balances: { ann: 1_000_000_000 } });
  const { genesis } = testContext({ balances: { ann: 1_000_000_000 } });
  const many = Array.from({ length: accounts }, (_, n) => ({ address: addressOf(n), balance: toAmount(1000) }));
  Object.assign(chain.context, { genesis: { ...genesis, accounts: [...genesis.accounts, ...many] } });
  chain.state.absorb(genesisState(chain.context).changes);
  return chain;
}

function makeBlocks(chain: TestChain, count: number, transfers: number, firstSlot: number): FinalBlock[] {
  const blocks: FinalBlock[] = [];
  for (let slot = firstSlot; slot < firstSlot + count; slot += 1) {
    const next = chain.pay('ann', 'bob', 1).nonce;
    const payments = Array.from({ length: transfers }, (_, n) =>
      chain.sign('ann', {
        type: 'transfer',
        outputs: [{ to: addressOf((slot * 7919 + n * 104_729) % accounts), amount: toAmount(1) }],
        nonce: next + n,
      }),
    );
    blocks.push(finalBlock(chain, slot, payments));
  }
  return blocks;
}

const percentile = (sorted: readonly number[], part: number) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2);

const chain = makeChain();
const directory = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
const path = join(directory, 'ledger.db');
const store = openStore(path, chain, { worker: true });
let slot = 1;
for (const [transfers, count] of [
  [1, 200],
  [450, 12],
] as const) {
  const blocks = makeBlocks(chain, count * 2, transfers, slot);
  slot += count * 2;
  const inTurn: number[] = [];
  const posting: number[] = [];
  for (const block of blocks.slice(0, count)) {
    const start = performance.now();
    await new Promise<void>((resolve) => {
      store.append([block], resolve);
      posting.push(performance.now() - start);
    });
    inTurn.push(performance.now() - start);
  }
  inTurn.sort((a, b) => a - b);
  posting.sort((a, b) => a - b);
  const start = performance.now();
  await Promise.all(blocks.slice(count).map((block) => new Promise<void>((done) => store.append([block], done))));
  const together = performance.now() - start;
  console.log(
    `${transfers} transfers a block: one by one p50 ${percentile(inTurn, 0.5)} ms, p99 ${percentile(inTurn, 0.99)} ms ` +
      `(of it on the caller's thread p50 ${percentile(posting, 0.5)} ms); ` +
      `${count} at once ${((count * transfers * 1000) / together).toFixed(0)} transfers/s`,
  );
}
const start = performance.now();
for (let n = 0; n < 20_000; n += 1) store.get(`account/${addressOf(n % accounts)}`);
console.log(`get: ${(((performance.now() - start) / 20_000) * 1000).toFixed(1)} µs with making the address`);
await store.close();
console.log(
  `${(statSync(path).size / 1024 / 1024).toFixed(1)} MiB for ${accounts} accounts and ${chain.blocks.length} blocks`,
);
rmSync(directory, { recursive: true });
