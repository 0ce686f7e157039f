/** A home without a chain asks the bootstrap peers for theirs. The rule: a pinned hash decides; else the first answer. */
import type { Crypto } from '../../ledger/values/crypto.js';
import type { Hash } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';
import { FetchClient } from '../p2p/fetch-client.js';
import { fetchGenesis } from '../p2p/fetch-genesis.js';
import { type Chain, chainOf } from './chain.js';
import { createSystemClock } from './system-clock.js';

/** @throws SlotledgerError GENESIS_NOT_FOUND with what each peer said */
export async function fetchChain(
  crypto: Crypto,
  bootstrap: readonly string[],
  genesisHash: Hash | undefined,
): Promise<Chain> {
  let chain: Chain | undefined;
  const fetched = await fetchGenesis({
    client: new FetchClient({ clock: createSystemClock() }),
    bootstrap,
    ...(genesisHash === undefined ? {} : { genesisHash }),
    check(value) {
      const checked = chainOf(crypto, value);
      if (!checked.ok) return checked;
      chain = checked.value;
      return { ok: true, value: { genesis: chain.genesis, hash: chain.genesisHash } };
    },
  });
  if (fetched.ok && chain !== undefined) return chain;
  const said = fetched.ok ? '' : fetched.problem.join('; ');
  throw new SlotledgerError(
    'GENESIS_NOT_FOUND',
    `No bootstrap peer gave the genesis of the chain (${said}).`,
    'Check that one of them runs and can be reached, or put its genesis.json into the home.',
  );
}
