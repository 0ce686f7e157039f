/** The stake that is counted vote by vote is the stake of the votes that are held, whatever was forgotten meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxVotesPerValidator } from '../../consensus/config.js';
import { createCoreState } from '../../consensus/core-state.js';
import { onVote } from '../../consensus/on-vote.js';
import { memberOf } from '../../consensus/quorum.js';
import { toEpoch, toView } from '../../ledger/values/numbers.js';
import { voteSigningText } from '../../ledger/values/signing.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Vote } from '../../ledger/values/vote.js';
import { createRandom } from '../../server/simulator/random.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import { chain, epochEntry, genesis, genesisCertificate, keyOf, parameters } from './lone-core.js';

const blocks: readonly Hash[] = [`0x${'a'.repeat(64)}`, `0x${'b'.repeat(64)}`];

for (const seed of [1, 2, 3]) {
  test(`stake is tallied as the held votes have it, seed ${seed}`, () => {
    const random = createRandom(seed);
    const state = createCoreState(
      { chain, genesisTime: 0, parameters, hasher: standInCrypto },
      {
        epoch: epochEntry(),
        tip: genesis,
        tipCertificate: genesisCertificate,
        base: { block: genesis, certificate: genesisCertificate },
        bodies: [],
      },
    );
    let forgotten = 0;
    for (let i = 0; i < 1_000; i++) {
      const validator = keyOf(random.pick(['v1', 'v2', 'v3', 'v4']));
      const held = state.votes.get(validator)?.size ?? 0;
      const vote: Vote = {
        chain,
        epoch: toEpoch(0),
        view: toView(random.between(1, 60)),
        block: random.pick(blocks),
        phase: random.pick(['prepare', 'commit'] as const),
        justify_view: toView(0),
        validator,
        signature: `0x${'0'.repeat(128)}`,
      };
      onVote(state, vote);
      if (held === maxVotesPerValidator) forgotten++;
      const expected = new Map<string, number>();
      for (const own of state.votes.values()) {
        for (const held of own.values()) {
          const name = voteSigningText({ ...held });
          expected.set(name, (expected.get(name) ?? 0) + memberOf(state.epoch, held.validator)!.stake);
        }
      }
      assert.deepEqual(new Map([...state.tallies].sort()), new Map([...expected].sort()));
    }
    assert.ok(forgotten > 100, 'votes were forgotten as well');
  });
}
