/** The transactions of a large home in order, signed ahead on a thread of its own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createKeystore } from '../../../client/keystore/keystore.js';
import { encodeAddress } from '../../../ledger/values/address.js';
import { decodeTransaction } from '../../../ledger/values/decode-transaction.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { transactionSigningText } from '../../../ledger/values/signing.js';
import type { Address, ChainId } from '../../../ledger/values/text.js';
import type { Transaction, Transfer } from '../../../ledger/values/transaction.js';
import { createSigner } from '../../../server/crypto/create-crypto.js';
import {
  accountAddress,
  type HomePlan,
  makingAt,
  makingTransactions,
  type Names,
  payerBalance,
  payerSeed,
  payersOf,
  paymentAt,
} from './home-plan.js';
import type { Signed, ToSign } from './sign.worker.js';

/** Signed together. */
const together = 512;
/** Batches that are signed while others are used. */
const ahead = 4;

export interface PaymentSource {
  /** Pays for the accounts; it sends nothing else. */
  readonly treasury: Address;
  /** @param from number of the first transaction, those that make accounts included @param to of the one after the last */
  begin(from: number, to: number): void;
  /** The next ones, at most `together`; none: the end. */
  more(): Promise<readonly Transaction[]>;
  close(): Promise<void>;
}

export interface SourceOptions extends HomePlan {
  readonly home: string;
  readonly chain: ChainId;
  readonly genesis: Genesis;
}

export function createPaymentSource(options: SourceOptions): PaymentSource {
  const { home, chain, genesis } = options;
  const { address_prefix: prefix, parameters } = genesis;
  const stored = createKeystore(home).read('treasury');
  if (!stored.ok || !('secret' in stored.value.file)) throw new Error('the treasury has no readable key');
  const secret = String(stored.value.file.secret);
  const treasury = encodeAddress(prefix, createSigner(Buffer.from(secret, 'hex')).publicKey);
  const names: Names = {
    chain,
    parameters,
    payers: Array.from({ length: payersOf(options) }, (_, i) =>
      encodeAddress(prefix, createSigner(Buffer.from(payerSeed(i), 'hex')).publicKey),
    ),
    accounts: Array.from({ length: options.accounts }, (_, i) => accountAddress(i)),
  };
  const making = makingTransactions(options);
  const perPayer = payerBalance(options);
  const rules = { chain, prefix, parameters };
  const thread = new Worker(new URL('./sign.worker.js', import.meta.url));
  const underWay: { readonly bodies: readonly Transfer[]; readonly signed: Promise<Signed> }[] = [];
  let next = 0;
  let end = 0;
  let id = 0;

  function ask(): void {
    const bodies: Transfer[] = [];
    const by: (number | string)[] = [];
    for (; bodies.length < together && next < end; next += 1) {
      const n = next - making;
      bodies.push(n < 0 ? makingAt(names, treasury, next, perPayer) : paymentAt(names, n));
      by.push(n < 0 ? secret : n % names.payers.length);
    }
    if (bodies.length === 0) return;
    id += 1;
    const own = id;
    const signed = new Promise<Signed>((resolve, reject) => {
      const take = (answer: Signed): void => {
        if (answer.id !== own) return;
        thread.off('message', take).off('error', reject);
        resolve(answer);
      };
      thread.on('message', take).on('error', reject);
    });
    thread.postMessage({ id, by, texts: bodies.map(transactionSigningText) } satisfies ToSign);
    underWay.push({ bodies, signed });
  }

  return {
    treasury,
    begin(from, to) {
      next = from;
      end = to;
    },
    async more() {
      while (underWay.length < ahead && next < end) ask();
      const first = underWay.shift();
      if (first === undefined) return [];
      const { signatures } = await first.signed;
      return first.bodies.map((body, at) => {
        // Decoded, as one that came over the network: its texts are made once then.
        const decoded = decodeTransaction({ ...body, signature: signatures[at]! }, rules);
        if (!decoded.ok) throw new Error(`a payment does not decode: ${decoded.problem.detail}`);
        return decoded.value;
      });
    },
    async close() {
      const ended = once(thread, 'exit');
      await thread.terminate();
      await ended;
    },
  };
}
