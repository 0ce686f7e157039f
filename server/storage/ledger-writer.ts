/**
 * Writes final blocks and what they changed. One rule: what is given to one call of `append` is one database
 * transaction; it throws and leaves nothing behind, or all of it is durable when it returns.
 */
import { hash as sha256 } from 'node:crypto';
import { assert } from '../../ledger/values/assertion.js';
import type { FinalTip, StateChanges } from '../../ledger/values/state.js';
import { idPrefix } from './ledger-rows.js';
import { type PackedBlock, packState } from './packed-block.js';
import type { Connection } from './sqlite.js';
import { createStateWriter } from './state-writer.js';

export interface LedgerGenesis {
  readonly changes: StateChanges;
  readonly tip: FinalTip;
}

export interface LedgerWriter {
  /** Must follow the tip; the last one has a certificate. */
  append(blocks: readonly PackedBlock[]): void;
}

/** The state of block 0, into a file that has none. */
export function writeGenesis(database: Connection, { changes, tip }: LedgerGenesis): void {
  database
    .transaction(() => {
      const { index, hash, epoch, slot, view } = tip;
      const root = changes.nodes.get('');
      assert(typeof root === 'string', 'genesis has a state tree');
      database
        .prepare('INSERT INTO chain VALUES (1, @hash, @root, @index, @hash, @epoch, @slot, @view, 0)')
        .run({ root: `0x${sha256('sha256', root)}`, index, hash, epoch, slot, view });
      const state = packState(changes, new Map());
      const writer = createStateWriter(database);
      writer.write(index, state);
      writer.writeTree([state]);
    })
    .immediate();
}

export function createLedgerWriter(database: Connection): LedgerWriter {
  const state = createStateWriter(database);
  const insertBlock = database.prepare(
    'INSERT INTO blocks VALUES (@index, @hash, @slot, @epoch, @first, @transactions, @evidence, @bytes, @header)',
  );
  const insertCertificate = database.prepare('INSERT INTO certificates VALUES (?, ?, ?, ?)');
  const insertTransaction = database.prepare('INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?)');
  const insertEvidence = database.prepare(
    'INSERT INTO evidence (idx, position, offender, epoch, kind, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const moveTip = database.prepare(
    'UPDATE chain SET tip_index = ?, tip_hash = ?, tip_epoch = ?, tip_slot = ?, tip_view = ?',
  );
  let nextTransaction = database.prepare('SELECT coalesce(max(n), 0) + 1 FROM transactions').pluck().get() as number;

  function writeBlock(block: PackedBlock): void {
    const { index, certificate } = block;
    const first = nextTransaction;
    for (const [position, body] of block.bodies.entries()) {
      const id = block.ids[position]!;
      insertTransaction.run(nextTransaction, index, position, id, idPrefix(id), body);
      nextTransaction += 1;
    }
    for (const [position, { offender, epoch, kind, body }] of block.evidence.entries()) {
      insertEvidence.run(index, position, offender, epoch, kind, body);
    }
    insertBlock.run({
      index,
      hash: block.hash,
      slot: block.slot,
      epoch: block.epoch,
      first,
      transactions: block.bodies.length,
      evidence: block.evidence.length,
      bytes: block.bytes,
      header: block.header,
    });
    if (certificate !== undefined) {
      insertCertificate.run(index, certificate.epoch, certificate.view, certificate.text);
    }
    state.write(index, block.state);
  }

  return {
    append(blocks) {
      const last = blocks.at(-1);
      if (last === undefined) return;
      const { index, hash, slot, certificate } = last;
      assert(certificate !== undefined, 'the last block of an append has its certificate');
      database
        .transaction(() => {
          for (const one of blocks) writeBlock(one);
          state.writeTree(blocks.map((block) => block.state));
          moveTip.run(index, hash, certificate.epoch, slot, certificate.view);
        })
        .immediate();
    },
  };
}
