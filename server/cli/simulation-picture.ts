/** A simulated network as a picture: a column for each slot, a row for each node. */
import { validatorKeyOf } from '../simulator/simulated-chain.js';
import type { Simulation } from '../simulator/simulation.js';

export interface SlotRecord {
  readonly slot: number;
  readonly leader: number;
  /** By node. */
  readonly up: readonly boolean[];
  /** Blocks that it learnt to be final in this slot, by node. */
  readonly final: readonly number[];
  /** ms from a payment's sending to its finality, for those that became final in this slot. */
  readonly finalityMs: readonly number[];
}

export interface Picture {
  readonly simulation: Simulation;
  readonly records: readonly SlotRecord[];
  /** Who breaks the rules, and how. */
  readonly byzantine: readonly { readonly node: number; readonly role: string }[];
  /** The group that a node was cut off with in a slot, or -1. */
  readonly groupIn: (node: number, slot: number) => number;
  readonly seed: number;
}

const slotsPerLine = 60;

export function drawPicture({ simulation, records, byzantine, groupIn, seed }: Picture): string {
  const { nodes } = simulation;
  const made = new Set(
    nodes.flatMap(({ disk }) =>
      disk
        .blocks()
        .slice(1)
        .map(({ slot, proposer }) => `${slot} ${proposer}`),
    ),
  );
  const cell = ({ slot, leader, up, final }: SlotRecord, node: number): string => {
    if (up[node] !== true) return 'x';
    if (made.has(`${slot} ${validatorKeyOf(node)}`)) return '#';
    if (leader === node) return 'l';
    if (final[node]! > 0) return 'o';
    const group = groupIn(node, slot);
    return group >= 0 ? 'abcdefghijklmn'[group % 14]! : '.';
  };
  const isByzantine = (node: number): boolean => !simulation.isHonest(node);
  const lines: string[] = [];
  for (let start = 0; start < records.length; start += slotsPerLine) {
    const part = records.slice(start, start + slotsPerLine);
    lines.push(`slot     ${part.map(({ slot }) => (slot % 10 === 0 ? String(slot).padEnd(10) : '')).join('')}`);
    for (const { index } of nodes) {
      const name = `${index}${isByzantine(index) ? '!' : ''}`;
      lines.push(`node ${name.padEnd(3)} ${part.map((one) => cell(one, index)).join('')}`);
    }
    lines.push(`finality ${part.map(speed).join('')}`, '');
  }
  const sorted = simulation.finalityMs.slice().sort((left, right) => left - right);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)} ms`;
  lines.push(
    '# leads, and its block became final   l leads, nothing became of it   o learnt of final blocks   x down',
    'a b … cut off with its group          finality: slowest payment 1 < 0.1 s, 2 < 1 s, 3 < 10 s, 4 longer',
    ...byzantine.map(({ node, role }) => `! breaks the rules: node ${node}, ${describe(role, node, simulation)}`),
    `${simulation.height()} blocks final; ${sorted.length} payments, median ${at(0.5)}, 99% ${at(0.99)}; seed ${seed}`,
  );
  return lines.join('\n');
}

const describe = (role: string, node: number, { options }: Simulation): string => {
  const at = (options.twins ?? []).indexOf(node);
  return at < 0 ? role : `twin: node ${options.stakes.length + at} has the same key`;
};

function speed({ finalityMs }: SlotRecord): string {
  if (finalityMs.length === 0) return ' ';
  const longest = Math.max(...finalityMs);
  return longest < 100 ? '1' : longest < 1_000 ? '2' : longest < 10_000 ? '3' : '4';
}
