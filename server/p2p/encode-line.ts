/**
 * Messages to lines. The one rule: one message has one line. After `type`, which stands first for human readers, comes
 * canonical JSON (RFC 8785), so the hash of a line is the identity of its message whoever sent it.
 */
import { hash } from 'node:crypto';
import { canonicalMembers } from '../../ledger/values/canonical.js';
import type { Lines } from './gossip.js';
import { MAX_LINE_BYTES } from './limits.js';
import type { WireMessage, WireType } from './messages.js';
import type { Priority } from './outbox.js';

/** The line with its newline. May be longer than a line's limit: ask `fitsLine`. */
export function encodeLine(message: WireMessage): Buffer {
  const { type, ...fields } = message;
  const rest = canonicalMembers(flat(type, fields));
  return Buffer.from(`{"type":"${type}"${rest === '' ? '' : `,${rest}`}}\n`);
}

export const fitsLine = (line: Buffer): boolean => line.length - 1 <= MAX_LINE_BYTES;

/** Messages as they travel between processes; a line's key is its hash. */
export const wireLines: Lines<Buffer> = {
  of(message) {
    const line = encodeLine(message);
    return fitsLine(line) ? line : undefined;
  },
  key: (line) => hash('sha256', line, 'base64'),
  bytes: (line) => line.length,
  alone(line) {
    // A short one from the common pool would hold on to the 8 KiB that it was cut from.
    if (line.buffer.byteLength === line.length) return line;
    const copy = Buffer.allocUnsafeSlow(line.length);
    line.copy(copy);
    return copy;
  },
};

/** A block travels flat: its fields stand beside `proposal` and `justify`. PROTOCOL section 3. */
function flat(type: WireType, fields: object): object {
  if (type !== 'new_block' || !('block' in fields)) return fields;
  const { block, ...others } = fields;
  return { ...(block as object), ...others };
}

/** Votes and what leads to them go first; pages, batches and lists wait. */
export function priorityOf(type: WireType): Priority {
  switch (type) {
    case 'blocks':
    case 'transactions':
    case 'evidence':
    case 'peers':
    case 'genesis':
      return 'bulk';
    default:
      return 'urgent';
  }
}
