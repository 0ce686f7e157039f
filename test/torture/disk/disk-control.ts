/** What the disk under a node does to it, told through a file that power-cut.c maps into memory: it holds at once. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const controlBytes = 144;

/** Offsets in bytes, as `struct control` of power-cut.c has them; little-endian. */
const at = {
  clockOffsetNs: 0,
  dieAfter: 8,
  failAfter: 16,
  failTimes: 24,
  failKind: 32,
  failErrno: 36,
  failPartial: 40,
  loseSyncs: 44,
  syncDelayUs: 48,
  calls: 56,
  failed: 64,
  failPath: 72,
} as const;

/** Linux' numbers. */
const errorNumbers = { EIO: 5, ENOSPC: 28 } as const;
const failureKinds = { write: 1, sync: 2, name: 4 } as const;

export interface Failure {
  /** Writes and resizing, syncs, or opening for writing and renaming. */
  readonly kinds: readonly (keyof typeof failureKinds)[];
  /** Absent: the write is only short. */
  readonly error?: keyof typeof errorNumbers;
  /** The n-th matching call is the first that fails; from 1. */
  readonly after: number;
  /** Starting value: for ever. */
  readonly times?: number;
  /** A part of the path. Starting value: any file of the home. */
  readonly path?: string;
  /** The failing write begins with a short one of so many bytes. */
  readonly partial?: number;
}

export interface DiskControl {
  fail(failure: Failure): void;
  /** No call fails any more: the disk has room again. */
  mend(): void;
  /** The process ends before its n-th call on the home from now on; 0: it does not. */
  dieAfter(calls: number): void;
  shiftClock(offsetMs: number): void;
  /** A sync says that it is done and makes nothing safe. */
  loseSyncs(lose: boolean): void;
  /** A sync lasts a random time up to this. */
  syncDelay(us: number): void;
  /** Calls on the home since the beginning. */
  calls(): number;
  /** Calls that were made to fail. */
  failed(): number;
  close(): void;
}

/** @param path a file that is there or is made */
export function openDiskControl(path: string): DiskControl {
  const handle = openSync(path, 'a+');
  closeSync(handle);
  const file = openSync(path, 'r+');
  if (readSync(file, Buffer.alloc(controlBytes), 0, controlBytes, 0) < controlBytes) {
    writeSync(file, Buffer.alloc(controlBytes), 0, controlBytes, 0);
  }
  const put64 = (offset: number, value: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(value)));
    writeSync(file, bytes, 0, 8, offset);
  };
  const put32 = (offset: number, value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    writeSync(file, bytes, 0, 4, offset);
  };
  const get64 = (offset: number): number => {
    const bytes = Buffer.alloc(8);
    readSync(file, bytes, 0, 8, offset);
    return Number(bytes.readBigInt64LE());
  };
  return {
    fail({ kinds, error, after, times = Number.MAX_SAFE_INTEGER, path: match = '', partial = 0 }) {
      put64(at.failAfter, 0);
      const name = Buffer.alloc(64);
      name.write(match, 0, 63, 'utf8');
      writeSync(file, name, 0, 64, at.failPath);
      put64(at.failTimes, times);
      put32(
        at.failKind,
        kinds.reduce((set, kind) => set | failureKinds[kind], 0),
      );
      put32(at.failErrno, error === undefined ? 0 : errorNumbers[error]);
      put32(at.failPartial, partial);
      put64(at.failAfter, after);
    },
    mend: () => put64(at.failAfter, 0),
    dieAfter: (calls) => put64(at.dieAfter, calls),
    shiftClock: (offsetMs) => put64(at.clockOffsetNs, offsetMs * 1e6),
    loseSyncs: (lose) => put32(at.loseSyncs, lose ? 1 : 0),
    syncDelay: (us) => put32(at.syncDelayUs, us),
    calls: () => get64(at.calls),
    failed: () => get64(at.failed),
    close: () => closeSync(file),
  };
}
