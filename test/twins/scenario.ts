/**
 * Scenarios by hand, one happening a line:
 *   `players A A' B C D`, `set A B C D` (one line an epoch), `epoch 20` (slots an epoch), all before the first slot;
 *   `slot B: A B | C D`: the next slot that B leads, with these groups; `slot B past 20`, `slot B by 0` (set of epoch 0);
 *   `; lose commit to A C`: these messages are lost; `expect A final 1`: where a player stands.
 */
import { type Losable, Stage } from './stage.js';

const words = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean);

/** @returns what was expected and is not so, by line; throws a Conflict at two final blocks of one height */
export function playScenario(text: string): readonly string[] {
  let players: string[] = ['A', "A'", 'B', 'C', 'D'];
  const sets: string[][] = [];
  let slotsPerEpoch = 1_000_000;
  let stage: Stage | undefined;
  const failed: string[] = [];
  for (const line of text.trim().split('\n')) {
    const [verb, ...rest] = words(line);
    if (verb === 'players') players = rest;
    else if (verb === 'set') sets.push(rest);
    else if (verb === 'epoch') slotsPerEpoch = Number(rest[0]);
    else if (verb === 'slot') {
      stage ??= new Stage({ players, slotsPerEpoch, sets: sets.length > 0 ? sets : [['A', 'B', 'C', 'D']] });
      playSlot(stage, line);
    } else if (verb === 'expect') {
      const at = stage?.players.find(({ name }) => name === rest[0])?.final.at(-1)?.index;
      if (at !== Number(rest[2])) failed.push(`${line.trim()}: it is at ${at}`);
    } else throw new Error(`"${line.trim()}" is no line of a scenario`);
  }
  return failed;
}

function playSlot(stage: Stage, line: string): void {
  const [head = '', tail = ''] = line.split(':');
  const [, leader = '', ...how] = words(head);
  const [groups = '', ...losses] = tail.split(';');
  const lost = losses.map((loss) => {
    const [, kind, , ...to] = words(loss);
    return { kind: kind as Losable, to };
  });
  const number = (word: string): number | undefined => {
    const at = how.indexOf(word);
    return at < 0 ? undefined : Number(how[at + 1]);
  };
  const past = number('past');
  const epoch = number('by');
  stage.play(leader, groups.split('|').map(words), {
    ...(past === undefined ? {} : { past }),
    ...(epoch === undefined ? {} : { epoch }),
    lost: (_from, to, kind) => lost.some((loss) => loss.kind === kind && loss.to.includes(to)),
  });
}
