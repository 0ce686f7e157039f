/** The network under torture: validators, each on a disk of its own, and beside a single one a node that follows it. */
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signTransaction } from '../../client/account.js';
import { chainIdOf } from '../../ledger/values/genesis-file.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { freePort } from '../free-ports.js';
import { type Homes, makeHomes } from '../network/homes.js';
import { createTorturedNode, type TorturedNode } from './tortured-node.js';

export interface TortureNetwork {
  readonly directory: string;
  readonly homes: Homes;
  readonly validators: readonly TorturedNode[];
  readonly follower: TorturedNode | undefined;
  readonly all: readonly TorturedNode[];
  /** A payment from the treasury to the shop. */
  sign(lane: number, nonce: number): Transaction;
}

export async function createTortureNetwork(size: number): Promise<TortureNetwork> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'slotledger-torture-')));
  const homes = makeHomes(directory, { stakes: Array.from({ length: size }, () => 1_000_000) });
  const { genesis, genesisHash, treasury, shop } = homes;
  const plans = homes.homes.map((home, i) => ({ name: `v${i + 1}`, home }));
  if (size === 1) plans.push({ name: 'follower', home: homes.emptyHome('follower') });
  const ports = await Promise.all(plans.map(() => freePort()));
  const all = await Promise.all(
    plans.map((plan, i) =>
      createTorturedNode({
        ...plan,
        place: join(directory, `${plan.name}.disk`),
        p2pPort: ports[i]!,
        bootstrap: ports.filter((_, j) => j !== i),
      }),
    ),
  );
  const fee = toAmount(genesis.parameters.min_fee + genesis.parameters.min_fee_per_output);
  return {
    directory,
    homes,
    all,
    validators: all.slice(0, size),
    follower: all[size],
    sign: (lane, nonce) =>
      signTransaction(
        {
          chain: chainIdOf(genesis, genesisHash),
          type: 'transfer',
          from: treasury.address,
          ...(lane === 0 ? {} : { lane }),
          nonce: toNonce(nonce),
          fee,
          outputs: [{ to: shop.address, amount: toAmount(1 + (nonce % 100)) }],
        },
        treasury.signer,
      ),
  };
}
