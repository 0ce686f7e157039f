/**
 * A node that is started on damaged files and asked, before anybody verifies or repairs them. It is a copy without the
 * validator's keys: what it does to its files, and what it would sign, is not the network's affair. It may answer what
 * is true, refuse with 503, or end with a sentence that a person can act on; nothing else.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ApiProblem, NodeUnreachable } from '../../../client/http/problem.js';
import { freePort } from '../../free-ports.js';
import { hangGuardMs } from '../../hang-guard.js';
import { isSame, type Known } from '../known-answers.js';
import { createTorturedNode, type TorturedNode } from '../tortured-node.js';
import type { Arena } from './fault.js';

/** Files that make a node a validator. */
const signs = /^(validator|vrf|vote-state)/;
const clearSentence =
  /is damaged|Cannot (read|open|write)|cannot be (read|opened)|is not a|(run|Run) `server (verify|repair)`/;
/** Of an exception that nobody caught. */
const stack = /\n\s+at .+\.js:\d+|Something unexpected happened/;

export interface Stood {
  /** What it should not have said or done. */
  readonly wrong: readonly string[];
  /** Told otherwise than it is, where nothing proves it: `server verify` has to find that. */
  readonly unproved: readonly string[];
}

/**
 * @param node is down
 * @param helper is intact, and the copy's only peer
 * @param upTo the height that the questions go up to
 */
export async function standsOn(
  { random, count }: Arena,
  node: TorturedNode,
  helper: TorturedNode,
  known: readonly Known[],
  upTo: number,
): Promise<Stood> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'slotledger-standing-')));
  const home = join(directory, 'home');
  cpSync(node.home, home, { recursive: true, filter: (path) => !signs.test(basename(path)) });
  const copy = await createTorturedNode({
    name: `${node.name} on its damaged files`,
    home,
    place: join(directory, 'disk'),
    p2pPort: await freePort(),
    bootstrap: [Number(helper.address.split(':')[1])],
  });
  const wrong: string[] = [];
  const unproved: string[] = [];
  try {
    await copy.start();
    count('stood_on_damage');
    const beganShort = await copy.client.status().then(
      ({ final }) => final.index < upTo,
      () => true,
    );
    for (const one of random.shuffle(known)) {
      const outcome = await askOne(copy, one, beganShort);
      count(outcome.kind === 'wrong' && !one.proved ? 'wrong_where_unproved' : outcome.kind);
      if (outcome.kind === 'wrong') (one.proved ? wrong : unproved).push(`${one.name}: ${outcome.said}`);
      if (outcome.kind === 'no_answer') break;
    }
    const hasFailed =
      !copy.isRunning() || (await copy.client.ready().catch(() => undefined))?.checks.database?.ok !== true;
    const code = hasFailed ? await copy.endsWithin(hangGuardMs) : await copy.stop();
    if (hasFailed) count('ended_by_itself');
    if (code === undefined) wrong.push('it came upon damage and does not end');
    if (code !== 0 && !clearSentence.test(copy.output())) wrong.push(`it ended with ${code}: ${copy.output()}`);
  } catch (error) {
    count('did_not_start');
    if (copy.isRunning() || !clearSentence.test(copy.output())) wrong.push((error as Error).message);
  } finally {
    await copy.kill();
    copy.disk.close();
  }
  if (stack.test(copy.output())) wrong.push(`it ended with a stack: ${copy.output()}`);
  if (wrong.length === 0) rmSync(directory, { recursive: true, force: true });
  return { wrong, unproved };
}

type Outcome =
  | { readonly kind: 'right_answers' | 'refusals' | 'uncompared' | 'no_answer' }
  | { readonly kind: 'wrong'; readonly said: string };

async function askOne(copy: TorturedNode, { ask }: Known, beganShort: boolean): Promise<Outcome> {
  try {
    const compared = await ask(copy.client);
    if (compared === undefined) return { kind: 'uncompared' };
    const [told, truth] = compared;
    if (isSame(told, truth)) return { kind: 'right_answers' };
    return { kind: 'wrong', said: `${JSON.stringify(told)} is told, ${JSON.stringify(truth)} is true` };
  } catch (error) {
    // The intact node may be too busy to answer in time.
    if (error instanceof NodeUnreachable) return { kind: error.url === copy.client.url ? 'no_answer' : 'uncompared' };
    if (!(error instanceof ApiProblem)) throw error;
    if (error.status === 503) return { kind: 'refusals' };
    // A ledger that lost its log is a true one, and shorter until it has caught up.
    if (error.status === 404 && beganShort) return { kind: 'uncompared' };
    return { kind: 'wrong', said: `${error.status} ${error.code} ${error.message}` };
  }
}
