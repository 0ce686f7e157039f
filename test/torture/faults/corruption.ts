/**
 * Something wrote over the files of a node while it was down. Started on them it may tell nothing wrong; what is damaged
 * has to be found by `server verify`; `server repair` has to mend it without touching the vote state; and the node has to
 * catch up from the other.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../server/simulator/random.js';
import { Database } from '../../../server/storage/sqlite.js';
import { binOf } from '../../cli/programs.js';
import { hangGuardMs } from '../../hang-guard.js';
import { knownAnswers } from '../known-answers.js';
import type { TorturedNode } from '../tortured-node.js';
import { type Fault, pause, startAgain } from './fault.js';
import { standsOn } from './standing.js';

const pageBytes = 4096;

function flipBits(path: string, random: Random): void {
  const bytes = readFileSync(path);
  for (let flips = random.between(1, 20); flips > 0; flips--)
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  writeFileSync(path, bytes);
}

function swapPages(path: string, random: Random): void {
  const bytes = readFileSync(path);
  const pages = Math.floor(bytes.length / pageBytes);
  const [one, other] = [random.below(pages) * pageBytes, random.below(pages) * pageBytes];
  const kept = Buffer.from(bytes.subarray(one, one + pageBytes));
  bytes.copy(bytes, one, other, other + pageBytes);
  kept.copy(bytes, other);
  writeFileSync(path, bytes);
}

const damages = {
  'flipped bits in ledger.db': ({ home }: TorturedNode, random: Random) => flipBits(join(home, 'ledger.db'), random),
  'swapped pages in ledger.db': ({ home }: TorturedNode, random: Random) => swapPages(join(home, 'ledger.db'), random),
  'a cut ledger.db': ({ home }: TorturedNode, random: Random) => {
    const path = join(home, 'ledger.db');
    truncateSync(path, random.below(statSync(path).size));
  },
  'a deleted log of ledger.db': ({ home }: TorturedNode) => rmSync(join(home, 'ledger.db-wal'), { force: true }),
  'flipped bits in peers.json': ({ home }: TorturedNode, random: Random) => {
    const path = join(home, 'peers.json');
    if (existsSync(path)) flipBits(path, random);
  },
} as const;

const names = Object.keys(damages) as (keyof typeof damages)[];

function tipOf({ home }: TorturedNode): number {
  const database = new Database(join(home, 'ledger.db'), { readonly: true });
  try {
    return database.prepare('SELECT tip_index FROM chain').pluck().get() as number;
  } finally {
    database.close();
  }
}

const server = (node: TorturedNode, word: 'verify' | 'repair') =>
  spawnSync(process.execPath, [binOf('server'), word, '--home', node.home], { encoding: 'utf8' });

export const corruption: Fault = async (arena, node) => {
  const { validators, follower, random, count, started } = arena;
  const helper = node === follower ? validators[0]! : (follower ?? validators.find((one) => one !== node)!);
  // What is final has to be somewhere else as well before the only copy is damaged.
  const { index } = (await node.client.status()).final;
  for (
    const end = performance.now() + hangGuardMs;
    (await helper.client.status()).stored_index < index;
    await pause(50)
  ) {
    if (performance.now() > end) return [`${helper.name} does not have block ${index} of ${node.name}`];
  }
  const known = await knownAnswers(helper.client, index, random);
  // A node that stops well leaves no log beside the file: then whatever is hit in it counts.
  if (random.below(2) === 0) await node.kill();
  else await node.stop();
  // It may have gone on since then: the only copy of a block is not damaged, as nobody could bring it back.
  if ((await helper.client.status()).stored_index < tipOf(node)) {
    count('not_copied_yet');
    await startAgain(arena, node);
    return [];
  }
  const voteState = join(node.home, 'keys/vote-state.journal');
  const votes = existsSync(voteState) ? readFileSync(voteState) : undefined;
  const what = random.pick(names);
  damages[what](node, random);
  node.disk.settle();
  const stood = await standsOn(arena, node, helper, known, index);
  const complaints = stood.wrong.map((one) => `${what}: ${one}`);
  const verified = server(node, 'verify');
  const isDamaged = verified.status !== 0;
  if (!isDamaged) complaints.push(...stood.unproved.map((one) => `${what}, and verify finds nothing: ${one}`));
  if (isDamaged) {
    count('damage_found');
    const repaired = server(node, 'repair');
    if (repaired.status !== 0) complaints.push(`${what}: repair ended with ${repaired.status}: ${repaired.stderr}`);
    else count('repairs');
    const again = server(node, 'verify');
    if (again.status !== 0) complaints.push(`${what}: after the repair verify says ${again.stdout}${again.stderr}`);
  }
  if (votes !== undefined && !readFileSync(voteState).equals(votes)) complaints.push(`${what}: the vote state changed`);
  node.disk.settle();
  try {
    await started(node, await node.start());
  } catch (error) {
    return [...complaints, `${what}: ${node.name} does not start: ${(error as Error).message}`];
  }
  if (!(await catchesUp(node, index))) complaints.push(`${what}: ${node.name} does not catch up to block ${index}`);
  return complaints;
};

/** A ledger that lost nearly all may take minutes on a busy machine; what has to come is the next block. */
async function catchesUp({ client }: TorturedNode, index: number): Promise<boolean> {
  let stored = -1;
  for (let since = performance.now(); performance.now() - since < hangGuardMs; await pause(50)) {
    // A busy machine may not let it answer in time, which is no end of its way.
    const stored_index = await client.status().then(
      (status) => status.stored_index,
      () => stored,
    );
    if (stored_index >= index) return true;
    if (stored_index === stored) continue;
    stored = stored_index;
    since = performance.now();
  }
  return false;
}
