/** A vote state beside a key that it does not belong to: it says nothing of what that key signed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VoteState } from '../../../consensus/vote-state.js';
import { toSlot } from '../../../ledger/values/numbers.js';
import type { RecoveredVoteState } from '../../../server/replica/ports.js';
import { initialVoteState, recover } from '../../../server/replica/recover.js';
import { genesis as header, LoneCore } from '../../consensus/lone-core.js';
import { testGenesisHash as genesis, person } from '../../ledger/test-chain.js';
import { cluster } from '../replica-cluster.js';
import { pay } from './chain-of-one.js';

const keyOf = (name: string) => person(name).validator.publicKey;
const voteState = initialVoteState(genesis);
const withVoteOf = (name: string): VoteState => ({ ...voteState, last_prepare: new LoneCore().vote(name, header, 7) });

/** What v1 makes of it, before there is anything on the chain. */
function found(state: Omit<RecoveredVoteState, 'bodies'>) {
  const { members, context } = cluster(['v1']);
  const [{ ledger }] = members as [(typeof members)[0]];
  const recovered = recover(
    ledger,
    genesis,
    { ...state, bodies: [] },
    keyOf('v1'),
    toSlot(5),
    context.genesis.parameters,
  );
  return recovered.voteStateLost === undefined ? recovered.voteState : 'lost';
}

test('[5-whose-vote-state] one that names another key counts as lost', () => {
  assert.equal(found({ key: keyOf('v1'), genesis, voteState }), voteState);
  assert.equal(found({ key: keyOf('v2'), genesis, voteState }), 'lost');
});

test('[5-whose-vote-state] one without a name is taken, unless it holds a vote of another key', () => {
  assert.equal(found({ voteState }), voteState);
  const own = withVoteOf('v1');
  assert.equal(found({ voteState: own }), own);
  assert.equal(found({ voteState: withVoteOf('v2') }), 'lost');
  assert.equal(found({ key: keyOf('v1'), genesis, voteState: withVoteOf('v2') }), 'lost');
});

test('[5-whose-vote-state] with the fresh vote state of another key a validator signs nothing before it is safe', () => {
  const nodes = cluster(['v1'], { foundVoteState: () => ({ key: keyOf('v2'), genesis, voteState, bodies: [] }) });
  const [member] = nodes.members;
  pay(nodes, 0);
  nodes.time.runUntil(30_000);
  assert.deepEqual([member!.blocks.length, member!.voteStateWrites], [1, 0]);
  assert.match(member!.replica.status().consensus.waiting_for!, /lost its vote state/);
});
