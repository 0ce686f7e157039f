/** A restored copy of the vote state: what the ledger holds of the same key shows its age. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotOfView } from '../../../consensus/view.js';
import { toSlot, toView } from '../../../ledger/values/numbers.js';
import { initialVoteState, recover } from '../../../server/replica/recover.js';
import { person } from '../../ledger/test-chain.js';
import { cluster } from '../replica-cluster.js';
import { pay } from './chain-of-one.js';

const names = ['v1', 'v2', 'v3', 'v4'];

/** The certificate of a final block that three signed while v4 was away, and what each finds with a vote state of `view`. */
function withoutTheFourth() {
  const nodes = cluster(names);
  const [first, , , fourth] = nodes.members;
  const { ledger, events, certificates } = first!;
  fourth!.stopped = true;
  nodes.time.runUntil(1500);
  pay(nodes, 0);
  nodes.time.runUntil(30_000, () => events.some(({ type }) => type === 'final'));
  const certificate = certificates.get(ledger.tip().hash);
  assert.ok(certificate && certificate.signers.length === 3 && certificate.view > 0);
  const { genesisHash, genesis } = nodes.context;
  const found = (name: string, view: number, clockSlot = 40) => {
    const voteState = { ...initialVoteState(genesisHash), watermark: { view: toView(view), step: 'commit' } } as const;
    const { publicKey } = person(name).validator;
    return recover(ledger, genesisHash, { voteState, bodies: [] }, publicKey, toSlot(clockSlot), genesis.parameters);
  };
  return { view: certificate.view, slot: slotOfView(genesis.parameters, certificate.view), found };
}

test('[5-old-vote-state] below a vote of this key in the ledger it counts as lost, at that vote it is kept', () => {
  const { view, found } = withoutTheFourth();
  for (const name of ['v1', 'v2', 'v3']) {
    const old = found(name, view - 1);
    assert.deepEqual([old.voteState, old.voteStateLost], [undefined, { clockSlot: 40 }]);
    const recent = found(name, view);
    assert.deepEqual([recent.voteState?.watermark.view, recent.voteStateLost], [view, undefined]);
  }
});

test('[5-lost-vote-state] where the clock is behind at the start, what the ledger had reached counts', () => {
  const { view, slot, found } = withoutTheFourth();
  assert.ok(slot > 0);
  assert.deepEqual(found('v1', view - 1, slot - 1).voteStateLost, { clockSlot: slot });
});

test('[5-old-vote-state] a certificate that only others signed does not make it old', () => {
  const { view, found } = withoutTheFourth();
  const kept = found('v4', view - 1);
  assert.deepEqual([kept.voteState?.watermark.view, kept.voteStateLost], [view - 1, undefined]);
});
