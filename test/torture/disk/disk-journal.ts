/** The journal that power-cut.c keeps: what was done to the home since the last power cut, in order. */
import { readFileSync } from 'node:fs';

/** `file` is the inode number; paths are absolute. `at` is where the record begins, by which syncs say what they cover. */
export type DiskRecord = { readonly at: number } & (
  | {
      readonly kind: 'write';
      readonly file: string;
      readonly offset: number;
      readonly length: number;
      readonly oldSize: number;
      /** What stood there, as far as the file reached. */
      readonly old: Buffer;
    }
  /** To `size` bytes. */
  | {
      readonly kind: 'resize';
      readonly file: string;
      readonly size: number;
      readonly oldSize: number;
      readonly old: Buffer;
    }
  /** Everything before the record at `covers` is safe. */
  | { readonly kind: 'sync'; readonly file: string; readonly covers: number }
  /** It failed: what it should have covered will not be written any more, whatever later syncs say. */
  | { readonly kind: 'lost_sync'; readonly file: string; readonly covers: number }
  | { readonly kind: 'sync_directory'; readonly path: string; readonly covers: number }
  | { readonly kind: 'create'; readonly file: string; readonly path: string }
  | { readonly kind: 'remove'; readonly file: string; readonly path: string }
  | { readonly kind: 'rename'; readonly file: string; readonly from: string; readonly to: string }
);

const headBytes = 40;

/** An unfinished last record is left out: the call that it is about was never made. */
export function readDiskJournal(path: string): readonly DiskRecord[] {
  const bytes = readFileSync(path);
  const records: DiskRecord[] = [];
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const payloadBytes = bytes.readUInt32LE(at);
    const end = at + headBytes + payloadBytes;
    if (end > bytes.length) break;
    records.push(
      recordOf(
        at,
        bytes.readUInt32LE(at + 4),
        bytes.subarray(at + 8, at + headBytes),
        bytes.subarray(at + headBytes, end),
      ),
    );
    at = end;
  }
  return records;
}

function recordOf(at: number, kind: number, head: Buffer, payload: Buffer): DiskRecord {
  const file = head.readBigUInt64LE(0).toString();
  const [offset, length, oldSize] = [8, 16, 24].map((from) => Number(head.readBigInt64LE(from))) as [
    number,
    number,
    number,
  ];
  switch (kind) {
    case 1:
      return { at, kind: 'write', file, offset, length, oldSize, old: payload };
    case 2:
      return { at, kind: 'resize', file, size: offset, oldSize, old: payload };
    case 3:
      return { at, kind: 'sync', file, covers: offset };
    case 4:
      return { at, kind: 'sync_directory', path: payload.toString(), covers: offset };
    case 5:
      return { at, kind: 'create', file, path: payload.toString().replace('\0', '') };
    case 6:
      return { at, kind: 'remove', file, path: payload.toString().replace('\0', '') };
    case 7: {
      const [from, to] = payload.toString().split('\0') as [string, string];
      return { at, kind: 'rename', file, from, to };
    }
    case 8:
      return { at, kind: 'lost_sync', file, covers: offset };
    default:
      throw new Error(`record ${kind} at ${at} of the disk's journal is not known`);
  }
}
