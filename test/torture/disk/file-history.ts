/**
 * One file after a power cut: what was synced is there; each later write is there, is not, or is there in part, in
 * sectors of 512 bytes, as a disk writes them.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Random } from '../../../server/simulator/random.js';
import type { DiskRecord } from './disk-journal.js';

const sectorBytes = 512;

type Change = Extract<DiskRecord, { kind: 'write' | 'resize' }>;

export interface Step {
  readonly change: Change;
  /** A sync covered it. */
  readonly safe: boolean;
}

/** The steps of one file from its first unsafe one on: what came before is in the file for good. */
export function unsafeSteps(records: readonly DiskRecord[]): readonly Step[] {
  const steps: { change: Change; safe: boolean; hopeless: boolean }[] = [];
  for (const record of records) {
    if (record.kind === 'write' || record.kind === 'resize') {
      steps.push({ change: record, safe: false, hopeless: false });
    } else if (record.kind === 'sync' || record.kind === 'lost_sync') {
      for (const step of steps) {
        if (step.safe || step.change.at >= record.covers) continue;
        if (record.kind === 'lost_sync') step.hopeless = true;
        else if (!step.hopeless) step.safe = true;
      }
      while (steps[0]?.safe === true) steps.shift();
    }
  }
  return steps;
}

/** Takes the steps back, last one first. @returns what each had written */
function rewind(handle: number, steps: readonly Step[]): Buffer[] {
  const written: Buffer[] = [];
  for (const { change } of [...steps].reverse()) {
    const { size } = fstatSync(handle);
    const offset = change.kind === 'write' ? change.offset : change.size;
    if (change.kind === 'write') {
      const bytes = Buffer.alloc(Math.max(0, Math.min(change.length, size - offset)));
      readSync(handle, bytes, 0, bytes.length, offset);
      written.unshift(bytes);
    } else written.unshift(Buffer.alloc(0));
    if (size !== change.oldSize) ftruncateSync(handle, change.oldSize);
    if (change.old.length > 0) writeSync(handle, change.old, 0, change.old.length, offset);
  }
  return written;
}

/** Writes the sectors of `bytes` that `reached` names; a sector is one of the disk, so the first may be a short one. */
function writeSectors(handle: number, bytes: Buffer, offset: number, reached: () => boolean): void {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(sectorBytes - ((offset + done) % sectorBytes), bytes.length - done);
    if (reached()) writeSync(handle, bytes, done, length, offset + done);
    done += length;
  }
}

/** Brings the file at `path` into a state that the disk may hold. @returns unsafe steps met */
export function cutFile(path: string, steps: readonly Step[], random: Random): number {
  if (steps.length === 0) return 0;
  const handle = openSync(path, 'r+');
  const fullSize = fstatSync(handle).size;
  const written = rewind(handle, steps);
  const unsafe = steps.filter(({ safe }) => !safe).length;
  const mode = random.pick(['none', 'all', 'prefix', 'prefix', 'sectors', 'sectors'] as const);
  const whole = mode === 'prefix' ? random.below(unsafe) : mode === 'all' ? unsafe : 0;
  let met = 0;
  steps.forEach(({ change, safe }, i) => {
    const place = safe ? -1 : met++;
    const present = safe || place < whole;
    const torn = mode === 'sectors' || (mode === 'prefix' && place === whole);
    if (change.kind === 'resize') {
      if (present || (torn && random.below(2) === 0)) ftruncateSync(handle, change.size);
    } else if (present || torn) {
      writeSectors(handle, written[i]!, change.offset, () => present || random.below(2) === 0);
    }
  });
  // The size may reach the disk before what makes it up.
  if (mode === 'sectors' && fstatSync(handle).size < fullSize && random.below(2) === 0) ftruncateSync(handle, fullSize);
  closeSync(handle);
  return unsafe;
}

/** Takes back everything that the journal knows of a file. */
export function undoFile(path: string, records: readonly DiskRecord[]): void {
  const handle = openSync(path, 'r+');
  const changes = records.filter((record) => record.kind === 'write' || record.kind === 'resize');
  rewind(
    handle,
    changes.map((change) => ({ change, safe: false })),
  );
  closeSync(handle);
}
