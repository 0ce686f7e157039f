/** How long a node takes from `server start` until HTTP answers. */
import { spawnSync } from 'node:child_process';
import { createNodeProcess, type NodeProcess } from '../../network/node-process.js';

/** Asks the system to forget what it keeps of a file. @returns whether there is a program for that */
export function forgetFile(path: string): boolean {
  spawnSync('sync', [path]);
  return spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']).status === 0;
}

/** In ms. The node runs afterwards. */
export async function timeStart(node: NodeProcess): Promise<number> {
  const began = performance.now();
  await node.start();
  return performance.now() - began;
}

/** In ms; started and stopped. */
export async function timeStartAt(home: string): Promise<number> {
  const node = await createNodeProcess({ home, args: ['--log-level', 'warn'] });
  try {
    return await timeStart(node);
  } finally {
    await node.stop();
  }
}
