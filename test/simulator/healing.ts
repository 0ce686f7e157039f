/**
 * After the healing liveness is owed, in the protocol's terms: something becomes final by the end of the second whole
 * term whose leader is honest and up. Slots for which a clock that ran ahead has made its validator sign do not count:
 * it signs nothing for them again. Nor do terms in which a validator still doubts its clock, until it has asked others,
 * and those that begin with nothing to make final: what only Byzantine nodes were handed nobody else can propose.
 */
import { slotOfView } from '../../consensus/view.js';
import { hasWork } from '../../ledger/has-work.js';
import { toSlot } from '../../ledger/values/numbers.js';
import { Violation } from '../../server/simulator/checkers/violation.js';
import { furthest } from '../../server/simulator/load.js';
import { validatorKeyOf } from '../../server/simulator/simulated-chain.js';
import type { Simulation } from '../../server/simulator/simulation.js';
import { isSilent } from './faults.js';

/** However unlucky the draw of leaders. */
const owedWithinSlots = 60;
/** Into a slot, so that everyone has noticed that it began. */
const glanceMs = 20;

export interface Healing {
  /** Slots that a term has when everything is mended, by the node with the longest; 0: no finality was owed or awaited. */
  readonly termAtHealing: number;
  /** Slots from healing to the next final block. */
  readonly recoverySlots: number;
  /** Whole terms with an honest leader that is up, begun until then. */
  readonly recoveryTerms: number;
}

/** Where each node stands, in its own words. */
function standing({ nodes }: Simulation): string {
  return nodes.map((node) => `  node ${node.index}: ${JSON.stringify(node.replica()?.status() ?? 'down')}`).join('\n');
}

function longestTerm({ nodes, isHonest }: Simulation): number {
  const terms = nodes
    .filter(({ index }) => isHonest(index))
    .map((node) => node.replica()?.status().consensus.term_slots);
  return Math.max(1, ...terms.map((slots) => slots ?? 1));
}

/** The last slot for which an honest validator has signed. */
function signedUntil({ nodes, isHonest, chain }: Simulation): number {
  const views = nodes
    .filter(({ index }) => isHonest(index))
    .map((node) => node.replica()?.status().consensus.watermark?.view);
  return Math.max(
    0,
    ...views.map((view) => (view === undefined ? 0 : slotOfView(chain.context.genesis.parameters, view))),
  );
}

/** Whether the leader of the present term can do what a leader does. */
function isLedWell(simulation: Simulation): boolean {
  const leader = furthest(simulation).replica()?.status().consensus.leader;
  const node = simulation.nodes.find(({ index }) => validatorKeyOf(index) === leader);
  // One that lost its vote state watches and waits.
  return node?.isUp() === true && simulation.isHonest(node.index) && !isSilent(node);
}

const isAnyClockInDoubt = ({ nodes, isHonest }: Simulation): boolean =>
  nodes.some((node) => isHonest(node.index) && node.clockFault() !== undefined);

/** Whether an honest node that is not behind has something to add, or a block to bring to an end. */
function isWorkAtHand(simulation: Simulation): boolean {
  const { chain, nodes, isHonest } = simulation;
  const slot = toSlot(simulation.slot());
  return nodes.some(({ index, disk, replica }) => {
    const status = replica()?.status();
    if (!isHonest(index) || status === undefined || disk.tip().index < simulation.height()) return false;
    if (status.consensus.lock.block !== status.head.final_hash) return true;
    const pending = status.onlyGaps ? 0 : status.pending;
    const evidence = replica()?.pendingEvidence().length ?? 0;
    return hasWork(chain.context, disk, slot, pending, evidence);
  });
}

/** To be called at the start of a slot, after everything was mended. @throws Violation when finality does not come back */
export function awaitFinality(simulation: Simulation): Healing {
  const owedAfter = Math.max(simulation.slot(), signedUntil(simulation));
  const before = simulation.height();
  const termAtHealing = longestTerm(simulation);
  let term: { start: number; slots: number; good: boolean } | undefined;
  let recoveryTerms = 0;
  simulation.run(glanceMs);
  for (let waited = 0; ; waited++) {
    if (simulation.height() > before) return { termAtHealing, recoverySlots: waited, recoveryTerms };
    const slot = simulation.slot();
    const slots = longestTerm(simulation);
    if (term?.good && slots > term.slots) recoveryTerms--;
    const isOver = term === undefined || slots > term.slots || slot >= term.start + term.slots;
    if (isOver && recoveryTerms === 2)
      fail(simulation, 'nothing is final at the end of the second term that is led well');
    if (waited >= owedWithinSlots) fail(simulation, `nothing became final within ${owedWithinSlots} slots of healing`);
    if (isOver) {
      const start = slot - (slot % slots);
      const isLed = start > owedAfter && isLedWell(simulation) && !isAnyClockInDoubt(simulation);
      term = { start, slots, good: isLed && isWorkAtHand(simulation) };
      if (term.good) recoveryTerms++;
    }
    simulation.run(simulation.slotMs);
  }
}

function fail(simulation: Simulation, sentence: string): never {
  throw new Violation('finality resumes', `${sentence}\n${standing(simulation)}`);
}
