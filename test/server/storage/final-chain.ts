/** Chains of final blocks for tests of the ledger store, made by the real ledger, and files to keep them in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { genesisState } from '../../../ledger/genesis-state.js';
import { toEpoch, toHeight, toSlot, toView } from '../../../ledger/values/numbers.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { Certificate, Evidence } from '../../../ledger/values/vote.js';
import type { FinalBlock } from '../../../server/replica/ports.js';
import { createLedgerStore, type LedgerStoreOptions } from '../../../server/storage/ledger-store.js';
import { TestChain } from '../../ledger/test-chain.js';

export function temporaryFile(t: Pick<TestContext, 'after'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-storage-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'ledger.db');
}

export const genesisOf = (chain: TestChain) => () => ({
  changes: genesisState(chain.context).changes,
  tip: { index: toHeight(0), hash: chain.context.genesisHash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) },
});

export function openStore(path: string, chain: TestChain, more: Partial<LedgerStoreOptions> = {}) {
  return createLedgerStore({
    path,
    worker: false,
    genesis: genesisOf(chain),
    onFailure: (error) => {
      throw error;
    },
    ...more,
  });
}

/** Adds a block and makes it final. The certificate's signature is of no interest here: stores do not check it. */
export function finalBlock(
  chain: TestChain,
  slot: number,
  transactions: readonly Transaction[] = [],
  evidence: readonly Evidence[] = [],
): FinalBlock & { readonly certificate: Certificate } {
  const { block, executed } = chain.add(slot, transactions, evidence);
  const certificate: Certificate = {
    phase: 'commit',
    epoch: block.epoch,
    view: toView(slot * 65_536 + 1),
    block: block.hash,
    justify_view: toView(0),
    signers: [0, 1, 2],
    signatures: [`0x${'1'.repeat(128)}`, `0x${'2'.repeat(128)}`, `0x${'3'.repeat(128)}`],
  };
  return { block, certificate, changes: executed.changes, receipts: executed.receipts };
}

export function withoutCertificate({ block, changes, receipts }: FinalBlock): FinalBlock {
  return { block, changes, receipts };
}

/** Payments, stake, evidence and epoch changes over `blocks` blocks: one of everything a ledger stores. */
export function busyChain(blocks: number): { chain: TestChain; finals: (FinalBlock & { certificate: Certificate })[] } {
  const chain = new TestChain({ balances: { ann: 1_000_000, bob: 1_000_000, v4: 50_000 } });
  const finals = [];
  for (let i = 1; i <= blocks; i += 1) {
    const transactions = [
      chain.pay('ann', `friend ${i % 7}`, 10 + i),
      chain.pay('bob', i % 3 === 0 ? 'bob' : 'ann', 5, { lane: i % 2 }),
    ];
    if (i === 3) transactions.push(chain.stake('v4', 1000));
    if (i === 40 || i === 57) transactions.push(chain.unstake('v4', 300));
    const evidence = i === 6 ? [chain.doubleVote('v3', 0)] : [];
    finals.push(finalBlock(chain, i * 2, transactions, evidence));
  }
  return { chain, finals };
}
