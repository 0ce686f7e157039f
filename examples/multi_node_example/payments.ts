/** Four people pay each other round and round, each through a node of their own, or another while that one is down. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  accountFromSecret,
  NodeUnreachable,
  NotFinalYet,
  PaidByAnother,
  parseAmount,
  walletOf,
} from 'slotledger/client';
import type { DemoNode } from './network.js';

const pauseMs = 100;

export interface Payments {
  /** Of every payment that became final: which node took it, and the time from handing it in, ms. */
  readonly final: readonly { readonly node: string; readonly tookMs: number }[];
  /** Lets payments under way become final. */
  stop(): Promise<void>;
}

export async function startPayments(nodes: readonly DemoNode[]): Promise<Payments> {
  const people = nodes.map(() => accountFromSecret(randomBytes(32), 'sl'));
  const { client: faucet } = nodes[0]!;
  for (const { address } of people) await faucet.waitUntilFinal((await faucet.faucet(address)).id);
  const parsed = parseAmount('0.01', (await faucet.status()).token);
  if (!parsed.ok) throw new Error(parsed.problem);
  const amount = parsed.value;
  const final: { node: string; tookMs: number }[] = [];
  let running = true;

  async function payOnAndOn(i: number): Promise<void> {
    const to = people[(i + 1) % people.length]!.address;
    while (running) {
      const node = [...nodes.slice(i), ...nodes.slice(0, i)].find((one) => one.isUp())!;
      try {
        // A node that is killed takes its answer with it; the next payment, another one, goes through another node. Where it is
        // the same that is owed, it is signed once with `prepare` and sent with `sendAndWait` until it is final: docs/CLIENT.md.
        const wallet = walletOf(node.client, people[i]!);
        const { tookMs } = await wallet.send({ type: 'transfer', outputs: [{ to, amount }] }, { timeoutMs: 3_000 });
        final.push({ node: node.name, tookMs });
      } catch (error) {
        // Through another node, the next payment may turn out to be the very one whose answer was lost.
        const isDoubt = [NodeUnreachable, NotFinalYet, PaidByAnother].some((kind) => error instanceof kind);
        if (!isDoubt) throw error;
      }
      await pause(pauseMs);
    }
  }

  const ends = Promise.all(people.map((_, i) => payOnAndOn(i)));
  // Whoever stops the payments hears what went wrong; until then it must not end the process.
  ends.catch(() => undefined);
  return {
    final,
    async stop() {
      running = false;
      await ends;
    },
  };
}
