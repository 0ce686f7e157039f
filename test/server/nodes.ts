/** Real servers for tests: real stores, keys and ports, each in a home of its own that is gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Account, accountFromSecret, signTransaction } from '../../client/account.js';
import { isDevelopmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { Server } from '../../server/server.js';
import type { NetworkConfig, ServerOptions } from '../../server/server-options.js';

/** Gone when all tests of the file, and their servers, have ended. */
export function temporaryDirectory(_t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-test-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts a server on free ports; it is stopped after the test. */
export async function startServer(
  t: TestContext,
  options: ServerOptions & { readonly home: string },
  network: NetworkConfig = {},
): Promise<Server> {
  const server = new Server({ logLevel: 'silent', ...options });
  t.after(() => server.stop());
  await server.start(0, network);
  return server;
}

/** An account whose development key stands in the home. */
export function accountIn(home: string, name: string): Account {
  const stored = createKeystore(home).read(name);
  if (!stored.ok || !isDevelopmentKey(stored.value.file)) throw new Error(`${home} has no development key ${name}`);
  return accountFromSecret(Buffer.from(stored.value.file.secret, 'hex'), 'sl');
}

export function payment(server: Server, from: Account, to: Address, amount: number, nonce: number): Transaction {
  const api = server.api;
  if (api === undefined) throw new Error('the server runs');
  return signTransaction(
    {
      type: 'transfer',
      chain: api.chain,
      from: from.address,
      nonce: toNonce(nonce),
      fee: toAmount(10),
      outputs: [{ to, amount: toAmount(amount) }],
    },
    from.signer,
  );
}
