/**
 * The machine's clock is set, forwards or backwards, while the node runs or before it starts; then it is put right.
 * Where other validators contradict it the node has to say so at /readyz and sign nothing, and to heal afterwards.
 */

import { hangGuardMs } from '../../hang-guard.js';
import type { TorturedNode } from '../tortured-node.js';
import { type Arena, type Fault, pause, startAgain } from './fault.js';

/** Beyond the limit of the chain, in ms. A single validator's clock is the chain's, so its steps are small. */
const stepsMs = [400, 5_000, 3_600_000];
const stepsAloneMs = [100, 400, 1_000];

async function clockFault({ client }: TorturedNode): Promise<string | undefined> {
  const { checks } = await client.ready();
  return checks.clock?.ok === false ? checks.clock.detail : undefined;
}

async function within(ms: number, condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await pause(50)) {
    if (await condition().catch(() => false)) return true;
  }
  return false;
}

const finalIndex = async ({ client }: TorturedNode): Promise<number> => (await client.status()).final.index;

async function amongOthers(arena: Arena, node: TorturedNode, step: number): Promise<readonly string[]> {
  const { random, validators } = arena;
  const complaints: string[] = [];
  if (random.below(3) === 0) {
    await node.kill();
    node.disk.control.shiftClock(step);
    await startAgain(arena, node);
  } else node.disk.control.shiftClock(step);
  const noticed = await within(hangGuardMs, async () => (await clockFault(node)) !== undefined);
  if (!noticed) complaints.push(`${node.name} did not say that its clock is off by ${step} ms`);
  const other = validators.find((one) => one !== node)!;
  const before = await finalIndex(other);
  const goesOn = await within(hangGuardMs, async () => (await finalIndex(other)) > before + 1);
  if (!goesOn) complaints.push(`nothing became final while the clock of ${node.name} was off by ${step} ms`);
  node.disk.control.shiftClock(0);
  const healed = await within(hangGuardMs, async () => (await clockFault(node)) === undefined);
  if (!healed) complaints.push(`${node.name} did not heal from ${step} ms: ${await clockFault(node)}`);
  return complaints;
}

export const clockStep: Fault = async (arena, node) => {
  const { random, validators } = arena;
  const sign = random.pick([-1, 1]);
  if (validators.length > 1) return amongOthers(arena, node, sign * random.pick(stepsMs));
  node.disk.control.shiftClock(sign * random.pick(stepsAloneMs));
  await pause(random.between(100, 600));
  node.disk.control.shiftClock(0);
  const healed = await within(hangGuardMs, async () => (await clockFault(node)) === undefined);
  return healed ? [] : [`${node.name}: ${await clockFault(node)}`];
};
