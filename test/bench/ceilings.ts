/**
 * What one thread does of each step alone, with nothing else to do, on payments as the load generators hand them in: no node
 * can be faster than its slowest step, and none can take less CPU time than all of them together.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeTransaction } from '../../ledger/values/decode-transaction.js';
import { transactionId } from '../../ledger/values/identity.js';
import { transactionSigningText } from '../../ledger/values/signing.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { createCrypto } from '../../server/crypto/create-crypto.js';
import { person, TestChain, testContext } from '../ledger/test-chain.js';
import { finalBlock, openStore } from '../server/storage/final-chain.js';

export interface Ceiling {
  readonly step: string;
  /** Transfers with one output. */
  readonly perSecond: number;
}

/** As many pay, and as many are paid, as in the measurements. */
const payerCount = 128;
const payeeCount = 256;
const blockSize = 450;
const blockCount = 8;
const leastMs = 200;

export async function measureCeilings(): Promise<readonly Ceiling[]> {
  const payers = Array.from({ length: payerCount }, (_, i) => `payer ${i}`);
  const options = { balances: Object.fromEntries(payers.map((name) => [name, 1_000_000])) };
  const chain = new TestChain(options, { ...testContext(options), isKnownGood: () => true });
  const crypto = createCrypto();
  /** Payment `n` of all. */
  const payment = (n: number) =>
    chain.pay(payers[n % payerCount]!, `payee ${(n * 7919) % payeeCount}`, 1, { nonce: Math.floor(n / payerCount) });
  const sample = Array.from({ length: blockSize }, (_, n) => payment(n));
  const texts = sample.map((one) => Buffer.from(JSON.stringify(one)));
  const rules = { chain: chain.context.chain, prefix: 'sl', parameters: chain.context.genesis.parameters };
  const keys = new Map(payers.map((name) => [person(name).address, person(name).account.publicKey]));
  const ceilings: Ceiling[] = [
    {
      step: 'verify a signature',
      perSecond: rate(sample, (one) =>
        must(crypto.verify(keys.get(one.from)!, transactionSigningText(one), one.signature), 'the signature is good'),
      ),
    },
    { step: 'hash to the id', perSecond: rate(sample, (one) => void transactionId(crypto, one)) },
    {
      step: 'parse and decode',
      perSecond: rate(texts, (text) => {
        const parsed = parseStrictJson(text);
        must(parsed.ok && decodeTransaction(parsed.value, rules).ok, 'the transaction decodes');
      }),
    },
  ];
  let executing = 0;
  const finals = Array.from({ length: blockCount }, (_, i) => {
    const payments = sample.map((_, n) => payment(i * blockSize + n));
    const draft = chain.draft(i + 1, payments);
    must(draft?.block.transactions.length === blockSize, 'the block takes all payments');
    const start = performance.now();
    must(chain.execute(draft!.block).ok, 'the block executes');
    executing += performance.now() - start;
    return finalBlock(chain, i + 1, payments);
  });
  ceilings.push({ step: 'execute in blocks', perSecond: (blockCount * blockSize * 1000) / executing });
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
  try {
    const store = openStore(join(directory, 'ledger.db'), new TestChain(options), { worker: true });
    const start = performance.now();
    for (const block of finals) await new Promise<void>((resolve) => store.append([block], resolve));
    const committing = performance.now() - start;
    await store.close();
    ceilings.push({ step: 'commit blocks to disk', perSecond: (blockCount * blockSize * 1000) / committing });
  } finally {
    rmSync(directory, { recursive: true });
  }
  return ceilings;
}

/** A second, after one round to warm up; whole rounds for at least `leastMs`. */
function rate<Item>(items: readonly Item[], run: (item: Item) => void): number {
  for (const item of items) run(item);
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < leastMs) {
    for (const item of items) run(item);
    done += items.length;
  }
  return (done * 1000) / (performance.now() - start);
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}
