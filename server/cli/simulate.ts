/** `server simulate`: a network in virtual time under faults you choose, as a picture of slots and nodes. */
import type { Command } from 'commander';
import { usageProblem } from '../../client/cli/cli-problem.js';
import { createTerminal } from '../../client/cli/terminal.js';
import { startLoad } from '../simulator/load.js';
import { validatorKeyOf } from '../simulator/simulated-chain.js';
import { createSimulation } from '../simulator/simulation.js';

interface Options {
  readonly validators: string;
  readonly slots: string;
  readonly seed: string;
  readonly partition?: string;
  readonly crash?: string;
  readonly output?: string;
}

interface SlotRecord {
  readonly slot: number;
  readonly leader: number;
  readonly up: readonly boolean[];
  readonly final: readonly number[];
  /** ms from a payment's sending to its finality, for those that became final in this slot. */
  readonly finalityMs: readonly number[];
}

function whole(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw usageProblem(`--${name} ${text} is not a whole number from ${low} to ${high}.`, `Write --${name} ${low}.`);
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
  const simulation = createSimulation({ seed, stakes: Array.from({ length: count }, () => 1_000) });
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
    const group = groupOf(node);
    return group >= 0 && slot >= from && slot < to ? 'abcdefghijklmn'[group % 14]! : '.';
  };
  const speed = ({ finalityMs }: SlotRecord): string => {
    if (finalityMs.length === 0) return ' ';
    const longest = Math.max(...finalityMs);
    return longest < 100 ? '1' : longest < 1_000 ? '2' : longest < 10_000 ? '3' : '4';
  };
  const sorted = simulation.finalityMs.slice().sort((left, right) => left - right);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)} ms`;
  terminal.result({ seed, height: simulation.height(), slots: records }, () => {
    const lines: string[] = [];
    for (let start = 0; start < slots; start += 60) {
      const part = records.slice(start, start + 60);
      lines.push(`slot     ${part.map(({ slot }) => (slot % 10 === 0 ? String(slot).padEnd(10) : '')).join('')}`);
      for (const { index } of nodes)
        lines.push(`node ${String(index).padEnd(3)} ${part.map((one) => cell(one, index)).join('')}`);
      lines.push(`finality ${part.map(speed).join('')}`, '');
    }
    lines.push(
      '# leads, and its block became final   l leads, nothing became of it   o learnt of final blocks   x down',
      'a b … cut off with its group          finality: slowest payment 1 < 0.1 s, 2 < 1 s, 3 < 10 s, 4 longer',
      `${simulation.height()} blocks final; ${sorted.length} payments, median ${at(0.5)}, 99% ${at(0.99)}; seed ${seed}`,
    );
    return lines.join('\n');
  });
}
