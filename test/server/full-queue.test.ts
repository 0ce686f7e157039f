/** A stake that is handed in while a thousand others have filled the queue of stakes: kept, and said to wait for room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signTransaction } from '../../client/account.js';
import { encodeAddress } from '../../ledger/values/address.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { possessionText } from '../../ledger/values/signing.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { createSigner } from '../../server/crypto/create-crypto.js';
import { hex, idOf, startChainNode } from './http/chain-node.js';
import { call, listening, post } from './http/listening.js';

const signer = (name: string) => createSigner(Buffer.from(hex(name).slice(2), 'hex'));
const places = 1024;
const together = 256;

test('a stake that finds the queue full is accepted and waits, and what the others hand in goes on', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const { chain, payer, genesis } = node;
  const { min_fee, min_fee_per_output } = genesis.parameters;
  const owners = Array.from({ length: places + 1 }, (_, at) => {
    const account = signer(`account ${at}`);
    return { account, address: encodeAddress(genesis.address_prefix, account.publicKey) };
  });
  const fund = (first: number, nonce: number): Transaction => {
    const outputs = owners.slice(first, first + together).map(({ address: to }) => ({ to, amount: toAmount(20_000) }));
    const fee = toAmount(min_fee + outputs.length * min_fee_per_output);
    const body = { chain, type: 'transfer' as const, from: payer.address, nonce: toNonce(nonce), fee, outputs };
    return signTransaction(body, payer.signer);
  };
  const stake = (at: number): Transaction => {
    const { account, address } = owners[at]!;
    const [key, vrf] = [signer(`key ${at}`), signer(`vrf ${at}`)];
    const validator = {
      ...{ key: key.publicKey, vrf_key: vrf.publicKey },
      key_proof: key.sign(possessionText({ chain }, address, 'validator', key.publicKey)),
      vrf_key_proof: vrf.sign(possessionText({ chain }, address, 'vrf', vrf.publicKey)),
    };
    const fields = { type: 'stake' as const, amount: toAmount(1), fee: toAmount(min_fee), validator };
    return signTransaction({ chain, from: address, nonce: toNonce(0), ...fields }, account);
  };
  const funds = Array.from({ length: Math.ceil(owners.length / together) }, (_, at) => fund(at * together, at));
  await node.finalise(funds);
  await node.finalise(Array.from({ length: places }, (_, at) => stake(at)));

  const late = stake(places);
  const { status, body } = await post(`${url}/v1/transactions`, late);
  assert.deepEqual([status, body.status], [202, 'pending']);
  const payment = node.transfer(funds.length);
  await node.finalise([payment]);
  const asked = (await call(`${url}/v1/transactions/${idOf(late)}`)).body;
  assert.equal(asked.status, 'pending');
  assert.match(asked.not_final_because, /^The queue of stakes is full/);
  const { account, address } = owners[places]!;
  const { signature: _, ...more } = node.transfer(1);
  const behind = signTransaction({ ...more, from: address }, account);
  assert.equal((await post(`${url}/v1/transactions`, behind)).status, 202);
  const { not_final_because: because } = (await call(`${url}/v1/transactions/${idOf(behind)}`)).body;
  assert.equal(because, `It waits for ${idOf(late)}, a stake that waits for room in the full queue of stakes.`);
});
