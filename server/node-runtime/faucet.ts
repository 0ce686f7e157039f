/** The faucet of a development chain: the treasury pays, from a lane of its own so that no other payment waits for it. */
import { encodeAddress } from '../../ledger/values/address.js';
import type { Signer } from '../../ledger/values/crypto.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { minimumFee } from '../../ledger/values/parameters.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, Transfer } from '../../ledger/values/transaction.js';
import type { OpenedGenesis } from '../home/init-home.js';
import type { SubmitOutcome } from '../http/node-api.js';

const faucetLane = 255;

export interface FaucetParts {
  readonly chain: OpenedGenesis;
  readonly treasury: Signer;
  /** Counts what waits in the mempool. */
  readonly nextNonce: (from: Address, lane: number) => number;
  readonly submit: (transactions: readonly Transaction[]) => Promise<readonly SubmitOutcome[]>;
}

export function createFaucet({ chain, treasury, nextNonce, submit }: FaucetParts) {
  const { address_prefix: prefix, parameters } = chain.genesis;
  const from = encodeAddress(prefix, treasury.publicKey);
  let before: Promise<unknown> = Promise.resolve();

  async function pay(to: Address, amount: number): Promise<SubmitOutcome> {
    const unpaid: Omit<Transfer, 'fee'> = {
      type: 'transfer',
      chain: chain.chain,
      from,
      lane: faucetLane,
      nonce: toNonce(nextNonce(from, faucetLane)),
      outputs: [{ to, amount: toAmount(amount) }],
    };
    const fee = toAmount(minimumFee(parameters, { ...unpaid, fee: toAmount(0) }));
    const body: Transfer = { ...unpaid, fee };
    const [outcome] = await submit([{ ...body, signature: treasury.sign(transactionSigningText(body)) }]);
    return outcome!;
  }

  // One after the other: a payment takes its nonce when it is admitted, which waits where signatures are checked on threads.
  return (to: Address, amount: number): Promise<SubmitOutcome> => {
    const paid = before.then(() => pay(to, amount));
    before = paid.catch(() => undefined);
    return paid;
  };
}
