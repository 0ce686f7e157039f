/** Cost of executing blocks of 500 transfers without signature checks. */

import type { LedgerContext } from '../../ledger/context.js';
import { draftBlock } from '../../ledger/draft-block.js';
import { executeBlock } from '../../ledger/execute-block.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay } from '../../ledger/overlay.js';
import { readAccount, readEpoch, readNonce } from '../../ledger/state-keys.js';
import { encodeAddress } from '../../ledger/values/address.js';
import { toAmount, toNonce, toSlot, toView } from '../../ledger/values/numbers.js';
import type { StateReader } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import * as forms from '../command-line/forms.js';
import { readCommandLine, word } from '../command-line/read-command-line.js';
import { standInCrypto, standInVrfProof } from '../ledger/stand-in-crypto.js';
import { testContext } from '../ledger/test-chain.js';

const { accounts } = readCommandLine({
  command: 'node dist/test/bench/execute-block.js',
  about: 'Measures what it costs to execute blocks of 500 transfers, without checking signatures, for five seconds.',
  parameters: { accounts: word(forms.wholeNumber({ least: 500 }, 'accounts'), 'accounts with money', '100000') },
});
const blockTransactions = 500;
const addresses: Address[] = [];
for (let i = 0; i < accounts; i += 1) addresses.push(encodeAddress('sl', `0x${standInCrypto.sha256Hex(`bench ${i}`)}`));

const small = testContext({ parameters: { slots_per_epoch: 1_000_000 } });
const context: LedgerContext = {
  ...small,
  genesis: { ...small.genesis, accounts: addresses.map((address) => ({ address, balance: toAmount(1_000_000) })) },
  isKnownGood: () => true,
};

const started = performance.now();
const genesis = genesisState(context);
console.log(`genesis of ${accounts} accounts: ${((performance.now() - started) / 1000).toFixed(1)} s`);

const entries = new Map(genesis.changes.entries);
const nodes = new Map(genesis.changes.nodes);
const state: StateReader = {
  get: (key) => entries.get(key) ?? undefined,
  node: (path) => nodes.get(path) ?? undefined,
};
let parent = context.genesisHash;
let seed = 1;
const random = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed % accounts;
};
const times: number[] = [];
const until = performance.now() + 5000;
for (let slot = 1; performance.now() < until; slot += 1) {
  const draftState = createOverlay(state);
  const candidates: Transaction[] = [];
  const senders = new Set<number>();
  while (candidates.length < blockTransactions) {
    const from = random();
    if (senders.has(from)) continue;
    senders.add(from);
    candidates.push({
      type: 'transfer',
      chain: context.chain,
      from: addresses[from]!,
      nonce: toNonce(readNonce(readAccount(state, addresses[from]!), 0)),
      fee: toAmount(1),
      outputs: [{ to: addresses[random()]!, amount: toAmount(1) }],
      signature: `0x${'1'.repeat(128)}`,
    });
  }
  const member = readEpoch(state).validators[0]!;
  const draft = draftBlock({
    context,
    state: draftState,
    parent,
    slot: toSlot(slot),
    round: 0,
    justifyView: toView(0),
    proposer: member.key,
    vrfProof: (alpha) => standInVrfProof(member.vrf_key, alpha),
    candidates,
    evidence: [],
  })!;
  const start = performance.now();
  const executed = executeBlock({ context, state, parent, block: draft.block });
  times.push(performance.now() - start);
  if (!executed.ok) throw new Error(executed.problem.detail);
  for (const [key, entry] of executed.value.changes.entries) entries.set(key, entry);
  for (const [path, text] of executed.value.changes.nodes) nodes.set(path, text);
  parent = draft.block.hash;
  if (draft.block.transactions.length < blockTransactions) throw new Error('the block is not full');
}
times.sort((a, b) => a - b);
const median = times[times.length >> 1]!;
console.log(
  `${times.length} blocks of ${blockTransactions} transfers: median ${((median * 1000) / blockTransactions).toFixed(1)} us a transfer`,
);
