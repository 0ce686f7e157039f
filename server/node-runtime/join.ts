/** A home without a chain asks the bootstrap peers for theirs. The rule: a pinned hash decides; else the first answer. */
import { randomBytes } from 'node:crypto';
import type { Crypto } from '../../ledger/values/crypto.js';
import { openGenesis } from '../../ledger/values/genesis-file.js';
import { err, ok } from '../../ledger/values/result.js';
import type { Hash } from '../../ledger/values/text.js';
import { createNodeCertificate } from '../crypto/node-certificate.js';
import { SlotledgerError, startStopped } from '../errors.js';
import type { OpenedGenesis } from '../home/init-home.js';
import { FetchClient } from '../p2p/fetch-client.js';
import { fetchGenesis } from '../p2p/fetch-genesis.js';
import { createTlsTransport } from '../p2p/tls-transport.js';
import { createSystemClock } from './system-clock.js';

/**
 * @param signal the node is to stop: nobody is waited for any more
 * @throws SlotledgerError GENESIS_NOT_FOUND with what each peer said; START_STOPPED
 */
export async function fetchChain(
  crypto: Crypto,
  bootstrap: readonly string[],
  genesisHash: Hash | undefined,
  tls: boolean,
  signal?: AbortSignal,
): Promise<OpenedGenesis> {
  const clock = createSystemClock();
  const fetched = await fetchGenesis<OpenedGenesis>({
    client: new FetchClient({
      clock,
      signal,
      // Who asks for the genesis has no node key yet; any key opens the connection.
      ...(tls ? { tls: createTlsTransport(createNodeCertificate(randomBytes(32)), clock) } : {}),
    }),
    bootstrap,
    signal,
    ...(genesisHash === undefined ? {} : { genesisHash }),
    check(value) {
      const opened = openGenesis(crypto, value);
      if (!opened.ok) return err(`${opened.problem.path}: ${opened.problem.detail}`);
      return ok({ genesis: opened.value, hash: opened.value.hash });
    },
  });
  if (fetched.ok) return fetched.value.genesis;
  if (signal?.aborted) throw startStopped();
  throw new SlotledgerError(
    'GENESIS_NOT_FOUND',
    `No bootstrap peer gave the genesis of the chain (${fetched.problem.join('; ')}).`,
    'Check that one of them runs and can be reached, or put its genesis.json into the home.',
  );
}
