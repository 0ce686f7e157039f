/** Signed payments, made before the clock runs: what the load generator hands in. */
import type { Genesis } from '../../ledger/values/genesis.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { minimumFee } from '../../ledger/values/parameters.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import type { Address, ChainId } from '../../ledger/values/text.js';
import type { Transaction, TransactionBody } from '../../ledger/values/transaction.js';
import { createSigner } from '../../server/crypto/create-crypto.js';
import type { Payer } from './chain-under-test.js';

export interface PaymentPlan {
  readonly chain: ChainId;
  readonly parameters: Genesis['parameters'];
  readonly payees: readonly Address[];
  /** Payments under one signature, 1 to 256, one unit each. */
  readonly outputs: number;
}

export interface Purse {
  /** The next payment of this payer's lane. */
  next(): Transaction;
}

/** One lane of one payer. Nonces start at 0. */
export function createPurse(plan: PaymentPlan, payer: Payer, lane: number): Purse {
  const signer = createSigner(Buffer.from(payer.seed, 'hex'));
  let nonce = 0;
  return {
    next() {
      // Spread over all payees, however many there are.
      const first = (nonce * 7919 + Number.parseInt(payer.seed.slice(-4), 16) * 104_729) % plan.payees.length;
      const outputs = Array.from({ length: plan.outputs }, (_, i) => ({
        to: plan.payees[(first + i) % plan.payees.length]!,
        amount: toAmount(1),
      }));
      const body: TransactionBody = {
        chain: plan.chain,
        type: 'transfer',
        from: payer.address,
        ...(lane === 0 ? {} : { lane: lane as never }),
        nonce: toNonce(nonce),
        fee: toAmount(0),
        outputs,
      };
      const paid = { ...body, fee: minimumFee(plan.parameters, body) };
      nonce += 1;
      return { ...paid, signature: signer.sign(transactionSigningText(paid)) } as Transaction;
    },
  };
}
