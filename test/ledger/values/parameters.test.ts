import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../../ledger/values/canonical.js';
import type { Parameters } from '../../../ledger/values/genesis.js';
import { maxLineBytes } from '../../../ledger/values/limits.js';
import { toAmount, toNonce } from '../../../ledger/values/numbers.js';
import {
  checkParameters,
  developmentParameters,
  minimumFee,
  parameterBounds,
  productionParameters,
} from '../../../ledger/values/parameters.js';
import type { ChainId } from '../../../ledger/values/text.js';
import { addressOf } from './sample-genesis.js';

const bounds = Object.entries(parameterBounds);

test('the starting values of both kinds of chain pass', () => {
  for (const good of [productionParameters, developmentParameters]) {
    assert.deepEqual(checkParameters({ ...good }), { ok: true, value: good });
  }
});

test('a value outside of its bounds is refused by name', () => {
  for (const [name, [min, max]] of bounds) {
    for (const value of [min - 1, max + 1, min + 0.5, -0, '1', null, Number.NaN]) {
      const found = checkParameters({ ...productionParameters, [name]: value });
      assert.ok(!found.ok && found.problem.path === name, `${name} = ${value}`);
    }
  }
  for (const value of [0, 3, 5, 16]) {
    const found = checkParameters({ ...productionParameters, max_term_slots: value });
    assert.ok(!found.ok && found.problem.path === 'max_term_slots');
  }
  const routed = checkParameters({ ...productionParameters, vote_routing: 'nobody' });
  assert.ok(!routed.ok && routed.problem.path === 'vote_routing');
});

test('delta and the slot leave room for the network and the clocks', () => {
  const pathOf = (changes: Partial<Parameters>): string => {
    const found = checkParameters({ ...productionParameters, ...changes });
    return found.ok ? 'good' : found.problem.path;
  };
  // 100 + 2 * 50 = 200, and 200 + 4 * 100 + 2 * 50 = 700.
  assert.equal(pathOf({ delta_ms: 200, slot_duration_ms: 700 }), 'good');
  assert.equal(pathOf({ delta_ms: 199 }), 'delta_ms');
  assert.equal(pathOf({ delta_ms: 200, slot_duration_ms: 699 }), 'slot_duration_ms');
});

const anyParameters = fc.record(
  Object.fromEntries([
    ...bounds.map(([name, [min, max]]) => [name, fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }))]),
    ['max_term_slots', fc.constantFrom(1, 2, 4, 8)],
    ['vote_routing', fc.constantFrom('everyone', 'leader')],
  ]),
) as unknown as fc.Arbitrary<Parameters>;

/** Times that often, but not always, leave each other room. */
const plausible = fc
  .tuple(anyParameters, fc.nat(2000), fc.integer({ min: -1, max: 100 }))
  .map(([p, network, extra]) => {
    const network_delay_ms = network + 1;
    const max_clock_offset_ms = Math.min(p.max_clock_offset_ms, network);
    const delta_ms = network_delay_ms + 2 * max_clock_offset_ms + extra;
    const slot_duration_ms = Math.max(250, delta_ms + 4 * network_delay_ms + 2 * max_clock_offset_ms + extra);
    return { ...p, network_delay_ms, max_clock_offset_ms, delta_ms, slot_duration_ms, max_block_bytes: 196_608 };
  });

test('whatever is accepted keeps its relations: times fit into slots, blocks and certificates into lines', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(anyParameters, plausible), (p) => {
      const found = checkParameters(p);
      if (!found.ok) return;
      accepted += 1;
      assert.equal(canonicalJson(found.value), canonicalJson(p));
      assert.ok(p.delta_ms >= p.network_delay_ms + 2 * p.max_clock_offset_ms);
      assert.ok(p.slot_duration_ms >= p.delta_ms + 4 * p.network_delay_ms + 2 * p.max_clock_offset_ms);
      assert.ok(p.max_block_bytes + 140 * p.max_validators < maxLineBytes);
      // Views stay exact for more than a thousand years of the shortest slots.
      const slots = (1000 * 365 * 86_400_000) / p.slot_duration_ms;
      assert.ok(slots * p.rounds_per_slot < 2 ** 53);
      const outputs = new Array(p.max_outputs).fill({ to: addressOf(1), amount: toAmount(1) });
      const fee = minimumFee(p, {
        type: 'transfer',
        chain: 'a' as ChainId,
        from: addressOf(1),
        nonce: toNonce(0),
        fee: toAmount(0),
        memo: 'm'.repeat(p.max_memo_bytes),
        outputs,
      });
      assert.ok(Number.isSafeInteger(fee), `${fee}`);
    }),
    { numRuns: 1000 },
  );
  assert.ok(accepted > 100, `${accepted} of 1000 were accepted`);
});

test('the least fee counts outputs and bytes of memo', () => {
  const body = { chain: 'a' as ChainId, from: addressOf(1), nonce: toNonce(0), fee: toAmount(0) };
  const output = { to: addressOf(2), amount: toAmount(5) };
  const fees = { ...productionParameters, min_fee: 1000, min_fee_per_output: 100, min_fee_per_memo_byte: 10 };
  assert.equal(minimumFee(fees, { ...body, type: 'transfer', outputs: [output, output] }), 1200);
  assert.equal(minimumFee(fees, { ...body, type: 'transfer', outputs: [output], memo: 'aé€𝄞' }), 1200);
  assert.equal(minimumFee(fees, { ...body, type: 'unstake', amount: toAmount(1) }), 1000);
  assert.equal(minimumFee(fees, { ...body, type: 'stake', amount: toAmount(1), memo: 'x' }), 1010);
});
