import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createOverlay, type Overlay, overlayOf } from '../../ledger/overlay.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { AccountEntry, StateReader } from '../../ledger/values/state.js';

const entry = (balance: number): AccountEntry => ({ kind: 'account', balance: toAmount(balance), nonces: {} });
const write = fc.record({
  layer: fc.nat(3),
  key: fc.nat(5).map(String),
  value: fc.option(fc.nat(9)),
  node: fc.boolean(),
});
const layers = [0, 1, 2, 3];
const keys = ['0', '1', '2', '3', '4', '5'];
const base: StateReader = {
  get: (key) => (key === '0' ? entry(7) : undefined),
  node: (path) => (path === '0' ? '7' : undefined),
};

/** What a reader at `top` must see of a cell: the uppermost write, or the base. */
function expected(model: readonly Map<string, number | null>[], top: number, cell: string): number | undefined {
  for (let i = top; i >= 0; i -= 1) {
    const own = model[i]!.get(cell);
    if (own !== undefined) return own ?? undefined;
  }
  return cell.endsWith('0') ? 7 : undefined;
}

test('a stack of overlays reads like one map per layer laid over the others, and writes never reach a parent', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
      const stack: Overlay[] = [];
      for (const i of layers) stack.push(createOverlay(stack[i - 1] ?? base));
      const model = layers.map(() => new Map<string, number | null>());
      for (const { layer, key, value, node } of writes) {
        if (node) stack[layer]!.setNode(key, value === null ? null : String(value));
        else stack[layer]!.set(key, value === null ? null : entry(value));
        model[layer]!.set(`${node ? 'node' : 'entry'} ${key}`, value);
      }
      const flat = createOverlay(base);
      for (const overlay of stack) flat.absorb(overlay.changes());
      const again = overlayOf(base, flat.changes());
      for (const key of keys) {
        for (const top of layers) {
          const account = stack[top]!.get(key) as AccountEntry | undefined;
          assert.equal(account?.balance, expected(model, top, `entry ${key}`));
          assert.equal(stack[top]!.node(key), expected(model, top, `node ${key}`)?.toString());
        }
        assert.deepEqual(again.get(key), stack[3]!.get(key));
        assert.equal(again.node(key), stack[3]!.node(key));
      }
    }),
  );
});
