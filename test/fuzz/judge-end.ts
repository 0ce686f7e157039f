/** When the noise is over: the nodes agree, their books balance, they stop when told, and `server verify` is content. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../client/http/client.js';
import { run } from '../cli/programs.js';
import { hangGuardMs } from '../hang-guard.js';
import type { Stage } from './stage.js';

export interface Books {
  readonly blocks: number;
  readonly epochs: number;
  readonly burnt: number;
  readonly verified: number;
  readonly evidence: number;
}

/** A minute for half an hour of blocks, on a machine that does nothing else. */
const verifyWithinMs = 600_000;

export async function judgeEnd(stage: Stage, fail: (what: string) => void): Promise<Books> {
  const clients = stage.honest.map(({ client }) => client);
  const index = await agree(clients, fail);
  const { epoch } = await clients[0]!.status();
  const supplies = await Promise.all(clients.map((client) => client.supply()));
  for (const [i, { genesis, burnt, supply, bonded, unbonding }] of supplies.entries()) {
    const held = await sumOfBalances(clients[i]!);
    if (genesis - burnt !== supply || held + bonded + unbonding !== supply) {
      fail(`supply of node ${i + 1}: ${genesis} - ${burnt} is to be ${supply} = ${held} + ${bonded} + ${unbonding}`);
    }
  }
  const { items: evidence } = await clients[0]!.evidence({ limit: 100 });
  let verified = 0;
  for (const node of stage.honest) {
    const code = await node.stop();
    if (code !== 0) fail(`a node that was told to stop ended with ${code}: ${node.output().slice(-1_000)}`);
    if (/this is a bug|assertion/i.test(node.output())) fail(`a node wrote of a bug: ${node.output().slice(-3_000)}`);
    const outcome = await run('server', node.home, ['verify', '--home', node.home], { timeoutMs: verifyWithinMs });
    if (outcome.code === 0) verified += 1;
    else fail(`server verify ended with ${outcome.code}: ${outcome.stdout}${outcome.stderr}`);
  }
  return { blocks: index, epochs: epoch, burnt: supplies[0]!.burnt, verified, evidence: evidence.length };
}

async function agree(clients: readonly Client[], fail: (what: string) => void): Promise<number> {
  const deadline = Date.now() + hangGuardMs;
  for (;;) {
    const heads = await Promise.all(clients.map((client) => client.status()));
    const lowest = Math.min(...heads.map(({ stored_index }) => stored_index));
    const blocks = await Promise.all(clients.map((client) => client.block(lowest)));
    if (new Set(blocks.map(({ block }) => block.hash)).size !== 1) {
      fail(`the nodes have different final blocks at ${lowest}`);
      return lowest;
    }
    if (heads.every(({ final }) => final.index === lowest)) return lowest;
    if (Date.now() > deadline) {
      fail(`the nodes do not come to one head: ${heads.map(({ final }) => final.index).join(', ')}`);
      return lowest;
    }
    await pause(100);
  }
}

async function sumOfBalances(client: Client): Promise<number> {
  let sum = 0;
  let cursor: string | undefined;
  do {
    const page = await client.accounts({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const { balance } of page.items) sum += balance;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return sum;
}
