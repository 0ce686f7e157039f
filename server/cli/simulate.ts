/** `server simulate`: a network in virtual time under faults you choose, as a picture of slots and nodes. */
import type { Command } from 'commander';
import { usageProblem } from '../../client/cli/cli-problem.js';
import { createTerminal } from '../../client/cli/terminal.js';
import { type Role, roles } from '../simulator/cast/cast.js';
import { castEach } from '../simulator/cast/casting.js';
import { startLoad } from '../simulator/load.js';
import { createRandom } from '../simulator/random.js';
import { createSimulation } from '../simulator/simulation.js';
import { drawPicture, type SlotRecord } from './simulation-picture.js';

interface Options {
  readonly validators: string;
  readonly slots: string;
  readonly seed: string;
  readonly partition?: string;
  readonly crash?: string;
  readonly byzantine: string;
  readonly output?: string;
}

function whole(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw usageProblem(`--${name} ${text} is not a whole number from ${low} to ${high}.`, `Write --${name} ${low}.`);
}

/** The last ones, each in a way of its own. @throws where they hold what no protocol of this kind bears */
function drawByzantine(count: number, byzantine: number, seed: number): readonly { node: number; role: Role }[] {
  if (byzantine > 0 && 3 * byzantine >= count) {
    const most = Math.ceil(count / 3) - 1;
    throw usageProblem(
      `${byzantine} of ${count} hold a third of the stake or more, and nothing is promised then.`,
      most > 0 ? `Write --byzantine ${most}, or more --validators.` : 'Write --validators 4.',
    );
  }
  const drawn = createRandom(seed, 'roles').shuffle(roles);
  return Array.from({ length: byzantine }, (_, at) => ({
    node: count - byzantine + at,
    role: drawn[at % drawn.length]!,
  }));
}

/** The faults last through the middle third of the run. */
export function simulate(command: Command): void {
  const options = command.optsWithGlobals<Options>();
  const terminal = createTerminal(options);
  const count = whole('validators', options.validators, 1, 31);
  const slots = whole('slots', options.slots, 3, 2_000);
  const seed = whole('seed', options.seed, 0, 2 ** 32);
  const nodeOf = (name: string) => (text: string) => whole(name, text, 0, count - 1);
  const groups = (options.partition ?? '')
    .split('/')
    .map((part) => part.split(',').filter(Boolean).map(nodeOf('partition')));
  const crashed = (options.crash ?? '').split(',').filter(Boolean).map(nodeOf('crash'));
  const groupOf = (node: number): number => groups.findIndex((group) => group.includes(node));
  const byzantine = drawByzantine(count, whole('byzantine', options.byzantine, 0, count), seed);
  const { actors, twins } = castEach(byzantine);
  const simulation = createSimulation({ seed, stakes: Array.from({ length: count }, () => 1_000), actors, twins });
  const { nodes, network } = simulation;
  startLoad(simulation, 250);
  const from = Math.floor(slots / 3);
  const to = Math.floor((2 * slots) / 3);
  const records: SlotRecord[] = [];
  for (let slot = 0; slot < slots; slot++) {
    if (slot === from) {
      for (const left of nodes) {
        for (const right of nodes) {
          const [one, other] = [groupOf(left.index), groupOf(right.index)];
          if (one >= 0 && other >= 0 && one !== other) network.cut(left.index, right.index);
        }
      }
      for (const node of crashed) nodes[node]!.crash();
    }
    if (slot === to) {
      network.mendAll();
      for (const node of crashed) if (!nodes[node]!.isUp()) nodes[node]!.boot();
    }
    const before = nodes.map(({ disk }) => disk.tip().index);
    const known = simulation.finalityMs.length;
    simulation.run(500);
    const leader = simulation.leaderNode();
    simulation.run(500);
    const final = nodes.map(({ disk, index }) => disk.tip().index - before[index]!);
    records.push({
      slot,
      leader,
      up: nodes.map((node) => node.isUp()),
      final,
      finalityMs: simulation.finalityMs.slice(known),
    });
  }
  const groupIn = (node: number, slot: number): number => (slot >= from && slot < to ? groupOf(node) : -1);
  terminal.result({ seed, height: simulation.height(), byzantine, slots: records }, () =>
    drawPicture({ simulation, records, byzantine, groupIn, seed }),
  );
}
