/** One run of the simulator: a cluster, a load and faults drawn from a seed, then healing, in which liveness is owed. */
import { createConsensus } from '../../consensus/consensus.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { developmentParameters } from '../../ledger/values/parameters.js';
import type { Role } from '../../server/simulator/cast/cast.js';
import type { Casting } from '../../server/simulator/cast/casting.js';
import { checkEveryUnit } from '../../server/simulator/checkers/supply.js';
import { Violation } from '../../server/simulator/checkers/violation.js';
import { furthest, startLoad } from '../../server/simulator/load.js';
import { createRandom, type Random } from '../../server/simulator/random.js';
import { createSimulation, type Simulation } from '../../server/simulator/simulation.js';
import { drawCasting } from './draw-casting.js';
import { drawLimits, drawParameters } from './draw-parameters.js';
import { drawKinds, type FaultKind, isFinalityOwed, startFaults } from './faults.js';
import { awaitFinality, type Healing } from './healing.js';
import { startStakeMoves } from './stake-moves.js';

export interface RunOptions {
  readonly seed: number;
  /** Validators; by default drawn: three quarters of the seeds 4–7, a fifth 8–13, the rest 14–31. */
  readonly nodes?: number;
  /** Length of a slot, in ms; by default drawn, the longer the more validators there are (`drawSlotMs`). */
  readonly slotMs?: number;
  /** Simulated time under faults, in ms. */
  readonly chaosMs: number;
  readonly trace?: (line: string) => void;
  readonly realSignatures?: boolean;
  /** By default less than a third of the stake is Byzantine, in two thirds of the seeds. */
  readonly cast?: (random: Random, stakes: readonly number[]) => Casting;
}

export interface RunReport extends Healing {
  readonly seed: number;
  readonly validators: number;
  /** Nodes that hold no stake at the start. */
  readonly observers: number;
  /** Changes of stake that became final: more, less, joined, left. */
  readonly stakeMoves: number;
  /** Of what honest nodes accepted; the rest expired, or a rival with its nonce is final. */
  readonly accepted: Simulation['accepted']['counts'];
  /** What its Byzantine validators do; empty when all are honest. */
  readonly roles: readonly Role[];
  readonly simulatedMs: number;
  readonly slotMs: number;
  readonly events: number;
  readonly finalBlocks: number;
  readonly faults: Record<FaultKind, number>;
  /** Equivocations heard by one honest node, and what became of them; `mostBlocks`: final blocks until the proof. */
  readonly evidence: Simulation['evidence']['counts'];
  readonly traceHash: string;
  readonly verdict: 'ok' | 'violation';
  readonly violation?: string;
  /** Name of the rule that was broken. */
  readonly rule?: string;
}

function drawValidators(random: Random): number {
  const draw = random.below(100);
  if (draw < 75) return random.between(4, 7);
  return draw < 95 ? random.between(8, 13) : random.between(14, 31);
}

/**
 * Slots as long as chains choose them: more validators, longer slots. Everything that a run draws is in proportion, so a
 * slot is as eventful whatever its length.
 */
function drawSlotMs(random: Random, validators: number): number {
  if (validators > 13) return random.pick([12_000, 16_000]);
  if (validators > 7) return random.pick([6_000, 8_000]);
  const draw = random.below(100);
  if (draw < 5) return 1_000;
  if (draw < 15) return 2_000;
  return draw < 35 ? 4_000 : draw < 65 ? 6_000 : 8_000;
}

/** The delays that a chain reckons with, in proportion to its slots. */
function delaysFor(slotMs: number): Partial<Parameters> {
  const { slot_duration_ms, delta_ms, network_delay_ms, max_clock_offset_ms } = developmentParameters;
  const part = slotMs / slot_duration_ms;
  return {
    slot_duration_ms: slotMs,
    delta_ms: delta_ms * part,
    network_delay_ms: network_delay_ms * part,
    max_clock_offset_ms: max_clock_offset_ms * part,
  };
}

/** No one holds a third, so that anyone may turn out to be Byzantine. */
function drawStakes(random: Random, count: number): number[] {
  for (;;) {
    const stakes = Array.from({ length: count }, () => random.between(1, 100));
    const total = stakes.reduce((sum, stake) => sum + stake, 0);
    if (stakes.every((stake) => 3 * stake < total)) return stakes;
  }
}

/** Originals and the even ones of the others on one side, twins and the odd ones on the other. */
function separate({ nodes, options, network }: Simulation): void {
  const twins = options.twins ?? [];
  const side = (node: number): boolean => node >= options.stakes.length || (!twins.includes(node) && node % 2 === 1);
  for (const { index: from } of nodes) {
    for (const { index: to } of nodes) if (side(from) !== side(to)) network.cut(from, to);
  }
}

/** Somebody looks at the status of a node, which answers whatever it is doing. */
function lookNowAndThen({ nodes, queue, slotMs }: Simulation, random: Random): void {
  const look = (): void => {
    queue.schedule(queue.now() + random.between(1, 2_000 * slotMs), look);
    random.pick(nodes).replica()?.status();
  };
  look();
}

function checkAccepted(simulation: Simulation): void {
  const { accepted, nodes, slot } = simulation;
  accepted.check(slot(), furthest(simulation).disk, (node, id) => nodes[node]!.fateOf(id));
}

function checkEvidence({ evidence, nodes, chain, slot }: Simulation, healedAtSlot: number): void {
  const epoch = Math.max(...nodes.map((node) => node.replica()?.head().epoch ?? 0));
  evidence.check(healedAtSlot, slot(), epoch, chain.context.genesis.parameters.unbonding_epochs);
}

export function runSeed(options: RunOptions): RunReport {
  const random = createRandom(options.seed, 'run');
  const validators = options.nodes ?? drawValidators(random);
  const slotMs = options.slotMs ?? drawSlotMs(random.fork('slot'), validators);
  const slots = (count: number): number => count * slotMs;
  const stakes = drawStakes(random, validators);
  const { roles, actors, twins, camps } = options.cast
    ? options.cast(random.fork('cast'), stakes)
    : drawCasting(options.seed, random.fork('cast'), stakes);
  const observers = random.chance(500_000) ? random.between(1, 3) : 0;
  const limits = drawLimits(random.fork('limits'));
  const simulation = createSimulation({
    seed: options.seed,
    stakes,
    observers,
    actors,
    twins,
    parameters: { ...delaysFor(slotMs), ...drawParameters(random.fork('parameters'), validators) },
    newCore: () => (config, recovered) => createConsensus({ ...config, limits }, recovered),
    ...(options.trace ? { trace: options.trace } : {}),
    ...(options.realSignatures ? { realSignatures: true } : {}),
  });
  lookNowAndThen(simulation, random.fork('looks'));
  let healing: Healing = { termAtHealing: 0, recoverySlots: 0, recoveryTerms: 0 };
  const report = (verdict: 'ok' | 'violation', broken?: Violation): RunReport => ({
    seed: options.seed,
    validators,
    roles,
    simulatedMs: simulation.now(),
    slotMs,
    events: simulation.queue.executed(),
    finalBlocks: simulation.height(),
    faults: faults.counts,
    observers,
    ...healing,
    stakeMoves: moves?.final() ?? 0,
    accepted: simulation.accepted.counts,
    evidence: simulation.evidence.counts,
    traceHash: simulation.traceHash(),
    verdict,
    ...(broken === undefined ? {} : { violation: broken.message, rule: broken.rule }),
  });
  if (camps === true) separate(simulation);
  startLoad(simulation, slots(random.pick([0.7, 0.8, 0.95])));
  const moves = random.chance(500_000) ? startStakeMoves(simulation, slots(random.pick([3, 10]))) : undefined;
  const faults = startFaults(simulation, slots(random.pick([2, 5, 12])), drawKinds(random.fork('kinds')));
  try {
    simulation.run(options.chaosMs);
    faults.heal();
    // PROTOCOL section 5: where a third of the stake or more remembers nothing, only its holders can go on.
    if (!isFinalityOwed(simulation)) return report('ok');
    const healedAtSlot = simulation.slot();
    healing = awaitFinality(simulation);
    simulation.run(slots(20));
    // A set that came into office meanwhile may be one in which those who remember nothing hold a third.
    if (isFinalityOwed(simulation)) {
      checkEvidence(simulation, healedAtSlot);
      checkAccepted(simulation);
    }
    const honest = simulation.nodes.filter(({ index }) => simulation.isHonest(index));
    const behind = honest.filter((node) => node.disk.tip().index < simulation.height() - 5);
    if (behind.length > 0) {
      throw new Violation('everyone catches up', `nodes ${behind.map(({ index }) => index)} are behind after healing`);
    }
    const doubting = honest.filter((node) => node.clockFault() !== undefined);
    if (doubting.length > 0) {
      throw new Violation('a clock that is right again is believed', `${doubting.map((node) => node.clockFault())}`);
    }
    for (const node of simulation.nodes) checkEveryUnit(node.disk.entries());
    return report('ok');
  } catch (error) {
    if (error instanceof Violation) return report('violation', error);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return report('violation', new Violation('no code fails', text));
  }
}
