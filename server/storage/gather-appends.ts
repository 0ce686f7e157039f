/**
 * Which appends become one database transaction: those that are at hand together, and those that nobody waits for with the ones that
 * follow them. A page of the file that several blocks change is read and written once then.
 */
import type { PackedBlock } from './packed-block.js';

export interface Append {
  readonly id: number;
  readonly blocks: readonly PackedBlock[];
  /** Nobody waits for these, and others come soon. */
  readonly moreFollow: boolean;
}

export interface GatheredAppends {
  add(append: Append): void;
  /** Nothing else is at hand. */
  pause(): void;
  writeAll(): void;
}

/** Blocks in one database transaction: bounds how long an acknowledgement can wait for others. */
export const maxBlocksTogether = 64;
/** Of blocks that nobody waits for so many are enough, unless less memory is to be taken: full ones have megabytes each. */
export const usualBlocksGathered = 16;
export const waitsForMs = 3_000;

/**
 * @param write everything up to the append with this id
 * @param after calls back after so many ms. @returns what gives it up
 * @param enough blocks that nobody waits for
 */
export function gatherAppends(
  write: (id: number, blocks: readonly PackedBlock[]) => void,
  after: (ms: number, call: () => void) => () => void,
  enough: number,
): GatheredAppends {
  let blocks: PackedBlock[] = [];
  let lastId = 0;
  let somebodyWaits = false;
  let giveUp: (() => void) | undefined;

  function writeAll(): void {
    giveUp?.();
    giveUp = undefined;
    const together = blocks;
    blocks = [];
    somebodyWaits = false;
    if (together.length > 0) write(lastId, together);
  }

  return {
    add(append) {
      blocks.push(...append.blocks);
      lastId = append.id;
      somebodyWaits ||= !append.moreFollow;
      if (blocks.length >= maxBlocksTogether) writeAll();
    },
    pause() {
      if (somebodyWaits || blocks.length >= enough) writeAll();
      else if (blocks.length > 0) giveUp ??= after(waitsForMs, writeAll);
    },
    writeAll,
  };
}
