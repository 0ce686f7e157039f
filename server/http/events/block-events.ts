/**
 * The events of one final block, in their one order, so that an id `<index>.<n>` means the same on every node and
 * after every restart: 0 is `final`, then each transaction, each piece of evidence, and at last `epoch`.
 */
import type { Block } from '../../../ledger/values/block.js';
import type { TransactionId } from '../../../ledger/values/transaction.js';

export const eventTypes = ['final', 'transaction', 'epoch', 'evidence', 'slot'] as const;
export type EventType = (typeof eventTypes)[number];

/** Place of an event among all: `n` within block `index`. */
export interface EventPlace {
  readonly index: number;
  readonly n: number;
}

/** As `n`: after all events of the block. */
export const blockEnd = Number.MAX_SAFE_INTEGER;

/** As `parsePlace` reads it. */
export const placeText = ({ index, n }: EventPlace): string => (n === blockEnd ? String(index) : `${index}.${n}`);

/** A comment for who asked for what follows a place that this node has not come to; of it nothing else is sent. */
export const aheadComment = ({ index }: EventPlace, tip: number): string =>
  index > tip ? `: block ${index} is not final here yet, the latest is ${tip}; events come from then on\n` : '';

export interface BlockEvent {
  readonly place: EventPlace;
  readonly type: Exclude<EventType, 'slot'>;
  /** As it stands in a stream. Made when the first listener wants it, and shared by all of them. */
  readonly bytes: () => Buffer;
  /** Of transactions: who is touched. */
  readonly addresses: readonly string[];
}

/** @param ids the ids of the block's transactions, in order */
export function blockEvents(block: Block, ids: readonly TransactionId[], roundsPerSlot: number): readonly BlockEvent[] {
  const events: BlockEvent[] = [];
  const add = (type: BlockEvent['type'], data: object, addresses: readonly string[] = []): void => {
    const place = { index: block.index, n: events.length };
    let source: object | undefined = data;
    let bytes: Buffer | undefined;
    events.push({
      place,
      type,
      addresses,
      bytes: () => {
        bytes ??= alone(`id: ${placeText(place)}\nevent: ${type}\ndata: ${JSON.stringify(source)}\n\n`);
        source = undefined;
        return bytes;
      },
    });
  };
  const { index, hash, slot, epoch, round, proposer } = block;
  const view = slot * roundsPerSlot + round;
  add('final', { index, hash, slot, epoch, view, proposer, transactions: ids });
  block.transactions.forEach((transaction, position) => {
    const touched = transaction.type === 'transfer' ? transaction.outputs.map(({ to }) => to) : [];
    const data = { id: ids[position], index, block: hash, slot, position, transaction };
    add('transaction', data, [transaction.from, ...touched]);
  });
  for (const evidence of block.evidence) {
    const { validator, epoch: offence } = evidence.first;
    const { kind } = evidence;
    add('evidence', { offender: validator, epoch: offence, kind, evidence, status: 'final', index });
  }
  if (block.next_epoch !== undefined) {
    const { number, validators_hash, nonce } = block.next_epoch;
    add('epoch', { number, index, validators_hash, nonce });
  }
  return events;
}

/** Thousands are kept. A short one from the common pool would hold on to the 8 KiB that it was cut from. */
function alone(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** `<index>.<n>`, or `<index>` alone for the end of that block. */
export function parsePlace(text: string): EventPlace | undefined {
  const found = /^(0|[1-9][0-9]{0,14})(?:\.(0|[1-9][0-9]{0,8}))?$/.exec(text);
  if (found === null) return undefined;
  return { index: Number(found[1]), n: found[2] === undefined ? blockEnd : Number(found[2]) };
}
