/** `kill -9` at a random moment. */
import { type Fault, pause, startAgain } from './fault.js';

export const kill: Fault = async (arena, node) => {
  await pause(arena.random.between(20, 500));
  await node.kill();
  await startAgain(arena, node);
  return [];
};
