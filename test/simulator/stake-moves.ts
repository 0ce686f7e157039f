/**
 * Owners who add to their stake, take some of it back, join with a new validator or leave; whoever was punished comes
 * back. One rule: in no set that may come of it do the Byzantine hold a third of the stake.
 */
import { readAccount, readEpoch, readNonce, readValidator } from '../../ledger/state-keys.js';
import type { StateReader } from '../../ledger/values/state.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import { furthest } from '../../server/simulator/load.js';
import { createPurse, ownerOf, validatorKeyOf } from '../../server/simulator/simulated-chain.js';
import type { Simulation } from '../../server/simulator/simulation.js';

/** Epochs that an owner waits after a move, so that sets and bonded stake agree again before the next. */
const restEpochs = 4;
const mostStake = 100;

interface Move {
  readonly nonce: number;
  readonly transaction: Transaction;
}

/** Owner, stake in the running set and bonded, by node; twins share the identity of their original. */
interface Standing {
  readonly node: number;
  readonly active: number;
  readonly bonded: number;
}

function standings({ options, nodes }: Simulation, state: Pick<StateReader, 'get'>): readonly Standing[] {
  const { validators } = readEpoch(state);
  const own = nodes.length - (options.twins?.length ?? 0);
  return Array.from({ length: own }, (_, node) => ({
    node,
    active: validators.find(({ key }) => key === validatorKeyOf(node))?.stake ?? 0,
    bonded: readValidator(state, validatorKeyOf(node))?.bonded ?? 0,
  }));
}

/** @param everyMs mean time between moves @returns how many became final so far */
export function startStakeMoves(simulation: Simulation, everyMs: number): { readonly final: () => number } {
  const { chain, queue, isHonest, options } = simulation;
  const random = simulation.random.fork('stake moves');
  const underway = new Map<number, Move>();
  const movedIn = new Map<number, number>();
  let final = 0;

  /** What a node's owner would do next; undefined: nothing that is safe. */
  function draw(node: number, all: readonly Standing[]): number | undefined {
    const own = all[node]!;
    if (!isHonest(node)) {
      // Thrown out: comes back with what it had.
      const amount = options.stakes[node] ?? 0;
      return own.active === 0 && own.bonded === 0 && isSafe(all, node, amount) ? amount : undefined;
    }
    if (own.bonded === 0) return random.between(1, mostStake);
    if (random.chance(500_000)) return random.between(1, mostStake >> 1);
    const amount = random.chance(300_000) ? own.bonded : random.between(1, own.bonded);
    return isSafe(all, node, -amount) ? -amount : undefined;
  }
  /** The most that honest members may lose to joins that find the set full: for each the one with most among those with less. */
  function pushedOut(all: readonly Standing[], node: number, change: number): number {
    const joins = all
      .filter(({ active }) => active === 0)
      .map(({ node: other, bonded }) => bonded + (other === node ? change : 0))
      .filter((stake) => stake > 0);
    const members = all.filter(({ active }) => active > 0);
    if (members.length + joins.length <= chain.context.genesis.parameters.max_validators) return 0;
    const most = Math.max(...joins);
    const atRisk = members.filter(({ node: other, active }) => isHonest(other) && active < most);
    const stakes = atRisk.map(({ active }) => active).sort((a, b) => b - a);
    return stakes.slice(0, joins.length).reduce((sum, stake) => sum + stake, 0);
  }
  /** The least that the honest and the most that the others may hold, in this and the sets to come. */
  function isSafe(all: readonly Standing[], node: number, change: number): boolean {
    let [honest, byzantine] = [-pushedOut(all, node, change), 0];
    for (const { node: other, active, bonded } of all) {
      const moved = other === node ? change : 0;
      if (isHonest(other)) honest += Math.max(0, Math.min(active, bonded, bonded + moved));
      else byzantine += Math.max(active, bonded, bonded + moved);
    }
    return honest > 0 && 2 * byzantine < honest;
  }
  function handIn(move: Move): void {
    const up = simulation.nodes.filter((one) => one.isUp());
    if (up.length > 0) simulation.submit(random.pick(up), move.transaction);
  }
  function sign(node: number, nonce: number, change: number, isNew: boolean): Transaction {
    const purse = createPurse(chain, 'owner', node, nonce);
    return change < 0 ? purse.unstake(-change) : purse.stake(change, isNew ? node : undefined);
  }
  function next(): void {
    queue.schedule(queue.now() + random.between(1, 2 * everyMs) * 1000, next);
    const state = furthest(simulation).disk;
    const all = standings(simulation, state);
    const node = random.pick(all).node;
    const nonce = readNonce(readAccount(state, ownerOf(node)), 0);
    for (const [owner, move] of underway) {
      if (move.nonce < readNonce(readAccount(state, ownerOf(owner)), 0)) {
        underway.delete(owner);
        final++;
      } else handIn(move);
    }
    const epoch = readEpoch(state).number;
    // One at a time over all owners: what is safe was counted without the others.
    if (underway.size > 0 || epoch < (movedIn.get(node) ?? -restEpochs) + restEpochs) return;
    const change = draw(node, all);
    if (change === undefined) return;
    const move = { nonce, transaction: sign(node, nonce, change, all[node]!.bonded === 0) };
    simulation.note(`owner ${node} moves ${change}`);
    movedIn.set(node, epoch);
    underway.set(node, move);
    handIn(move);
  }
  queue.schedule(queue.now() + everyMs * 1000, next);
  return { final: () => final };
}
