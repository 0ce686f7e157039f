/** The power goes at a call on the disk: what was not synced is there, is not, or is torn. */
import { type Fault, startAgain } from './fault.js';

const longestMs = 1_500;

export const powerCut: Fault = async (arena, node) => {
  const { random, count } = arena;
  node.disk.control.dieAfter(random.between(1, 150));
  if ((await node.endsWithin(longestMs)) === undefined) await node.kill();
  node.disk.control.dieAfter(0);
  const { unsafeWrites, unsafeNames } = node.cutPower(random);
  count('writes_at_risk', unsafeWrites);
  count('names_at_risk', unsafeNames);
  await startAgain(arena, node);
  return [];
};
