/** What a validator knows after a restart, and how long it is silent without its vote state. PROTOCOL sections 5 and 8. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toView } from '../../ledger/values/numbers.js';
import {
  entered,
  genesis,
  genesisCertificate,
  LoneCore,
  messages,
  ofType,
  others,
  viewOf,
  votes,
} from './lone-core.js';

test('[5-lost-vote-state] nothing is signed before a certificate later than every slot the clock had reached', () => {
  const lone = new LoneCore();
  const slot = lone.slotLedBy(others, 5);
  const lost = new LoneCore({
    recovered: { voteState: undefined as never, voteStateLost: { clockSlot: slot as never } },
  });
  lost.enter(slot);
  const early = lost.child(genesis, slot);
  assert.deepEqual(messages(lost.offer(early, genesisCertificate), 'vote'), []);
  const qc = lost.certificate(early, viewOf(slot + 1));
  assert.deepEqual(messages(lost.step({ type: 'certificate', certificate: qc }), 'vote'), [], 'one slot is the margin');
  const later = lost.slotLedBy(others, slot + 3);
  lost.enter(later);
  const view = viewOf(later);
  const certified = lost.child(genesis, later);
  lost.step({ type: 'certificate', certificate: lost.certificate(certified, view) });
  assert.equal(lost.core.describe().watermark.view, 0, 'the block is not at hand yet');
  lost.give(certified);
  assert.deepEqual(lost.core.describe().watermark, { view: toView(view), step: 'commit' });
  const next = lost.child(certified, later, 1, view);
  const effects = lost.offer(next, lost.certificate(certified, view));
  assert.deepEqual(votes(effects, 'prepare'), [[next.hash, viewOf(later, 1)]]);
});

test('[5-lost-vote-state] the margin is the slot after the clock offset limit, for certificates and for final blocks alike', () => {
  const slot = new LoneCore().slotLedBy(others, 5);
  const silentAt = (offsetMs: number, certified: number, how: 'certificate' | 'final'): boolean => {
    const lost = new LoneCore({
      parameters: { max_clock_offset_ms: offsetMs },
      recovered: { voteState: undefined as never, voteStateLost: { clockSlot: slot as never } },
    });
    lost.enter(slot);
    const block = lost.child(genesis, certified);
    lost.give(block);
    const phase = how === 'final' ? 'commit' : 'prepare';
    const certificate = lost.certificate(block, viewOf(certified), phase);
    if (how === 'final') lost.final(block, certificate);
    else lost.step({ type: 'certificate', certificate });
    return lost.core.describe().watermark.view === 0;
  };
  for (const how of ['certificate', 'final'] as const) {
    assert.equal(silentAt(50, slot + 1, how), true, `${how}: within one slot of the offset`);
    assert.equal(silentAt(50, slot + 2, how), false, how);
    assert.equal(silentAt(1500, slot + 2, how), true, `${how}: two slots of offset`);
    assert.equal(silentAt(1500, slot + 3, how), false, how);
  }
});

test('[8-higher-lock] a restart goes on from the higher of vote state and tip, and keeps the watermark', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot, 1);
  lone.offer(block, genesisCertificate);
  const lock = lone.certificate(block, viewOf(slot, 1));
  lone.step({ type: 'certificate', certificate: lock });
  const { vote_state } = ofType(lone.take(), 'persist').at(-1)!;
  const again = new LoneCore({ recovered: { voteState: vote_state, bodies: [block] } });
  again.enter(slot);
  assert.equal(again.core.describe().lock.block, block.hash);
  const lower = again.child(genesis, slot, 0);
  assert.deepEqual(votes(again.offer(lower, genesisCertificate), 'prepare'), []);
  const twice = again.child(genesis, slot, 1, 0, { tx_root: genesis.hash });
  assert.deepEqual(votes(again.offer(twice, genesisCertificate), 'prepare'), []);
});

test('[5-same-bytes] after a restart the last prepare vote is named in new-views and sent again in its view', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  const [sent] = messages(lone.offer(block, genesisCertificate), 'vote');
  const { vote_state } = ofType(lone.take(), 'persist').at(-1)!;
  const again = new LoneCore({ recovered: { voteState: vote_state, bodies: [block] } });
  const [newView] = messages(again.enter(slot), 'new_view');
  assert.deepEqual(newView?.new_view.last_prepare, sent?.vote);
  assert.deepEqual(messages(again.offer(block, genesisCertificate), 'vote'), [sent]);
});

test('[5-bodies] what was voted for before a restart is kept with what is voted for after it', () => {
  const { lone, slot } = entered();
  const block = lone.child(genesis, slot);
  lone.offer(block, genesisCertificate);
  const { vote_state } = ofType(lone.take(), 'persist').at(-1)!;
  const again = new LoneCore({ recovered: { voteState: vote_state, bodies: [block] } });
  again.enter(slot);
  const sibling = again.child(genesis, slot, 1);
  again.offer(sibling, genesisCertificate);
  assert.deepEqual(ofType(again.take(), 'persist').at(-1)?.bodies, [block.hash, sibling.hash]);
});
