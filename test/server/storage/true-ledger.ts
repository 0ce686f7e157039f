/** A ledger with one of everything, the questions that it answers, and the true answers: for copies of it that are damaged. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { accountKey, epochKey, readAccount, supplyKey, validatorKey } from '../../../ledger/state-keys.js';
import { canonicalJson } from '../../../ledger/values/canonical.js';
import { toEpoch, toHeight } from '../../../ledger/values/numbers.js';
import type { LedgerQueries } from '../../../server/storage/ledger-queries.js';
import { createLedgerStore, type LedgerFile } from '../../../server/storage/ledger-store.js';
import { createLedgerQueries } from '../../../server/storage/sqlite-queries.js';
import { person } from '../../ledger/test-chain.js';
import { busyCertifiedChain } from '../verify/certified-chain.js';

export const directory = mkdtempSync(join(tmpdir(), 'slotledger-damaged-'));
after(() => rmSync(directory, { recursive: true, force: true }));

export const blocks = 26;
export const chain = busyCertifiedChain(blocks);
const { genesis, chain: id, crypto } = chain.context;
export const original = join(directory, 'ledger.db');
await chain.write(original);

export const ann = person('ann').address;
export const v1 = person('v1').validator.publicKey;
export const payment = chain.finals[6]!.receipts[0]!.id;
export const everybody = ['ann', 'bob', 'v1', 'v2', 'v3', 'v4', 'friend 1', 'friend 2', 'nobody'].map(
  (n) => person(n).address,
);

const told = new Map(chain.finals.map(({ block }) => [block.index, canonicalJson(block)]));

export interface Opened {
  readonly queries: LedgerQueries;
  readonly store: LedgerFile;
}

type Question = readonly [name: string, ask: (of: Opened) => unknown];

/** Everything that a root, a hash or a certificate covers. */
export const questions: readonly Question[] = [
  ...everybody.flatMap((address): Question[] => [
    [`account ${address}`, ({ queries }) => queries.account(address)],
    [`entry of ${address}`, ({ store }) => store.get(accountKey(address))],
  ]),
  ['validator', ({ store }) => store.get(validatorKey(v1))],
  ['epoch entry', ({ store }) => store.get(epochKey)],
  ['supply entry', ({ store }) => store.get(supplyKey)],
  ['root', ({ store }) => store.node('')],
  ['node', ({ store }) => ['0', '1', '8', 'f', '00'].map((path) => store.node(path))],
  // That none is left out is not proved.
  [
    'accounts',
    ({ queries }) =>
      queries.accounts(3).items.every(({ address, balance }) => balance === readAccount(chain.state, address).balance),
  ],
  ['tip', ({ queries }) => queries.tip()],
  ['list of blocks', ({ queries }) => queries.blocks(100)],
  ['middle of the blocks', ({ queries }) => queries.blocks(5, '20')],
  ['epochs', ({ queries }) => [0, 1, 2, 3, 4].map((n) => queries.epoch(toEpoch(n)))],
  [
    'links of epochs',
    ({ queries }) => queries.epochLinks(toEpoch(0), 100).map(({ header, validators }) => [header, validators]),
  ],
  ['descendants', ({ queries }) => queries.descendants(toHeight(1), chain.finals.at(-1)!.block.hash)],
  ['current epoch', ({ queries }) => queries.epoch('current')],
  ['supply', ({ queries }) => queries.supply()],
  ...chain.finals.flatMap(({ block: { index } }): Question[] => [
    // A later certificate proves it as well, where its own is lost.
    [`block ${index}`, ({ queries }) => queries.block(index)?.block],
    [`stored block ${index}`, ({ store }) => store.blockByIndex(index)],
    [
      // How long it is is for the node to say.
      `page from ${index}`,
      ({ store }) =>
        store.page(index, 6, 100_000).blocks.every((block) => told.get(block.index) === canonicalJson(block)),
    ],
  ]),
];

export function open(path: string, onFailure: (error: Error) => void = () => {}, worker = false): Opened {
  const store = createLedgerStore({
    path,
    worker,
    onFailure,
    genesis: () => assert.fail('the file is not new'),
  });
  const signatures = { verifier: crypto, addressPrefix: 'sl' };
  return { store, queries: createLedgerQueries({ path, genesis, chain: id, signatures, onFailure }) };
}

export async function close({ queries, store }: Opened): Promise<void> {
  queries.close();
  await store.close();
}

const whole = open(original);
export const truth = new Map(questions.map(([name, ask]) => [name, JSON.stringify(ask(whole))]));
const truePayment = whole.queries.transaction(payment);
const trueList = whole.queries.accountTransactions(ann, 100);
const trueEvidence = whole.queries.evidence(10);
await close(whole);
assert.deepEqual([truth.get('page from 1'), truth.get('accounts')], ['true', 'true']);
assert.ok(truePayment !== undefined && trueList.items.length > 20 && trueEvidence.items.length === 1);
