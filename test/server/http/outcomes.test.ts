import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signTransaction } from '../../../client/account.js';
import { transactionRefusals } from '../../../ledger/transaction-refusals.js';
import { toAmount } from '../../../ledger/values/numbers.js';
import { outcomeReply } from '../../../server/http/submit.js';
import { hex, idOf, startChainNode } from './chain-node.js';
import { listening, post } from './listening.js';

test('what the node refuses is 422 with the ledger’s own code and fix', async (t) => {
  const node = await startChainNode(t);
  await node.pay(1);
  const { url } = await listening(t, node.api);
  const { payer } = node;
  const [owner, shop] = [node.owner('v1'), node.owner('shop')];
  const signed = (fields: object, by = payer) =>
    signTransaction({ ...node.transfer(1), from: by.address, ...fields } as never, by.signer);
  const funds = [owner, shop].map(({ address: to }) => ({ to, amount: toAmount(10_000) }));
  await node.finalise([signed({ outputs: funds, fee: 100 })]);
  const { outputs: _, signature: __, ...bare } = node.transfer(2);
  const staking = (fields: object, by = payer) =>
    signTransaction({ ...bare, from: by.address, nonce: 0, fee: 100, ...fields } as never, by.signer);
  const [output] = node.transfer(1).outputs;
  const max = Number.MAX_SAFE_INTEGER;
  const cases: readonly (readonly [code: string, transaction: object])[] = [
    ['bad_signature', { ...node.transfer(2), fee: 1_000 }],
    ['expired', signed({ nonce: 2, expires_slot: 0 })],
    ['nonce_too_low', signed({ nonce: 0, fee: 1_000 })],
    ['nonce_too_high', signed({ nonce: 1_000_000 })],
    ['fee_too_low', signed({ nonce: 2, fee: 0 })],
    ['balance_too_low', signed({ nonce: 2, outputs: [{ ...output, amount: 2_000_000_000 }] })],
    ['not_an_owner', staking({ type: 'unstake', amount: 1 }, shop)],
    ['validator_missing', staking({ type: 'stake', amount: 5 }, shop)],
    ['stake_too_low', staking({ type: 'unstake', amount: max }, owner)],
  ];
  for (const [code, transaction] of cases) {
    const { status, body } = await post(`${url}/v1/transactions`, transaction);
    const { fix } = transactionRefusals[code as keyof typeof transactionRefusals];
    assert.deepEqual([status, body.code, body.fix], [422, code, fix]);
  }
  const { min_fee, min_fee_per_output } = node.genesis.parameters;
  const { body } = await post(`${url}/v1/transactions`, signed({ nonce: 2, fee: 0, outputs: Array(9).fill(output) }));
  const least = min_fee + 9 * min_fee_per_output;
  assert.equal(body.detail, `The fee is 0; the least fee of this transaction is ${least}.`);
  assert.equal((await post(`${url}/v1/transactions`, signed({ chain: `x-${'0'.repeat(32)}` }))).status, 422);
});

test('another transaction with the nonce of one that waits is 409 and names that one', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const first = node.transfer(1);
  assert.equal((await post(`${url}/v1/transactions`, first)).status, 202);
  const { status, body } = await post(`${url}/v1/transactions`, node.transfer(1, node.payer.address));
  assert.deepEqual([status, body.code, body.other], [409, 'nonce_taken', idOf(first)]);
});

test('each outcome has its answer: every refusal 422, a conflict 409, full 503 with Retry-After', () => {
  for (const [code, { detail }] of Object.entries(transactionRefusals)) {
    const { status, body } = outcomeReply({ kind: 'refused', refusal: { code, detail } });
    assert.deepEqual([status, (body as { code: string }).code], [422, code]);
  }
  assert.equal(outcomeReply({ kind: 'conflict', other: hex('other') }).status, 409);
  const full = outcomeReply({ kind: 'full', retry_after_s: 7, detail: 'The mempool is full.' });
  assert.deepEqual([full.status, full.headers['retry-after']], [503, '7']);
  assert.throws(() => outcomeReply({ kind: 'refused', refusal: { code: 'nobody_knows', detail: '' } }));
});
