/**
 * Takes every block of a ledger again, from genesis on, into a ledger of its own. One rule: nothing that the ledger
 * says about a block is believed; its hash, links, signatures, certificate and roots are computed anew.
 */
import { verifyCertificate } from '../../consensus/certificate.js';
import { createSchedule, type Schedule } from '../../consensus/schedule.js';
import { slotOfView, viewAt } from '../../consensus/view.js';
import type { LedgerContext } from '../../ledger/context.js';
import { executeBlock } from '../../ledger/execute-block.js';
import { createOverlay, type Overlay } from '../../ledger/overlay.js';
import { readEpoch } from '../../ledger/state-keys.js';
import type { Block } from '../../ledger/values/block.js';
import { decodeBlock } from '../../ledger/values/decode-block.js';
import type { ChainRules } from '../../ledger/values/decode-transaction.js';
import { decodeCertificate } from '../../ledger/values/decode-vote.js';
import { transactionId, transactionsRoot } from '../../ledger/values/identity.js';
import { type Height, toHeight, toView, type View } from '../../ledger/values/numbers.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Certificate } from '../../ledger/values/vote.js';
import type { FinalBlock } from '../replica/ports.js';
import { isLedgerDamage, LedgerDamage } from '../storage/ledger-damage.js';
import { createLedgerReader } from '../storage/ledger-reader.js';
import { createLedgerWriter } from '../storage/ledger-writer.js';
import { packBlock } from '../storage/packed-block.js';
import type { Connection } from '../storage/sqlite.js';
import type { Finding } from './report.js';

export interface Replay {
  readonly context: LedgerContext;
  /** The ledger to verify; only read. */
  readonly source: Connection;
  /** A ledger with genesis alone; holds everything that was verified afterwards. */
  readonly scratch: Connection;
  /** The last block that the source claims. */
  readonly tip: number;
  onBlock(index: number): void;
}

export interface Replayed {
  readonly index: number;
  readonly transactions: number;
  readonly certificates: number;
  /** Why it ended before the tip. */
  readonly finding?: Finding;
}

/** Blocks executed before they are written to the scratch ledger in one go. */
const batchBlocks = 64;

class Fault extends Error {
  constructor(readonly finding: Finding) {
    super(finding.detail);
  }
}

const fault = (table: string, index: number, detail: string, row?: string): Fault =>
  new Fault({ table, index, ...(row === undefined ? {} : { row }), detail });

/** Blocks that pass are in the scratch ledger up to the last certificate; the first that does not ends it. */
export function replayBlocks({ context, source, scratch, tip, onBlock }: Replay): Replayed {
  const state = createLedgerReader(scratch);
  const writer = createLedgerWriter(scratch);
  const certificateText = source.prepare('SELECT certificate FROM certificates WHERE idx = ?').pluck();
  const storedIds = source.prepare('SELECT id FROM transactions WHERE idx = ? ORDER BY n').pluck();
  const { chain, genesis } = context;
  const stored: StoredBlocks = {
    context,
    rules: { chain, prefix: genesis.address_prefix, parameters: genesis.parameters },
    block: createLedgerReader(source).blockByIndex,
    ids: (index) => storedIds.all(index) as string[],
  };
  let overlay = createOverlay(state);
  let batch: FinalBlock[] = [];
  let parent = context.genesisHash;
  let index = 0;
  let transactions = 0;
  let certificates = 0;
  let finding: Finding | undefined;
  let epoch = openEpoch(context, overlay, context.genesisHash);
  let parentView = toView(0);
  try {
    for (let at = 1; at <= tip; at += 1) {
      const block = readBlock(stored, toHeight(at));
      const executed = executeBlock({ context, state: overlay, parent, block });
      if (!executed.ok) throw fault('blocks', at, executed.problem.detail);
      checkPlace(context, epoch, parentView, block);
      const certificate = readCertificate(context, epoch.entry, block, certificateText.get(at) as string | undefined);
      const { changes, receipts, epochChanged } = executed.value;
      if (certificate === undefined && (epochChanged || at === tip)) {
        const what = epochChanged ? 'closes its epoch' : 'is the last one';
        throw fault('certificates', at, `The block ${what} and has no finality certificate.`);
      }
      overlay.absorb(changes);
      batch.push({ block, changes, receipts, ...(certificate === undefined ? {} : { certificate }) });
      if (certificate !== undefined) certificates += 1;
      transactions += block.transactions.length;
      if (certificate !== undefined && (batch.length >= batchBlocks || at === tip)) {
        writer.append(batch.map(packBlock));
        batch = [];
        overlay = createOverlay(state);
      }
      if (epochChanged) {
        epoch = openEpoch(context, overlay, block.hash);
      }
      parent = block.hash;
      parentView = viewAt(genesis.parameters, block.slot, block.round);
      index = at;
      onBlock(at);
    }
  } catch (error) {
    finding = error instanceof Fault ? error.finding : fileDamage(error, index + 1);
  }
  const certified = batch.findLastIndex(({ certificate }) => certificate !== undefined);
  writer.append(batch.slice(0, certified + 1).map(packBlock));
  return { index, transactions, certificates, ...(finding === undefined ? {} : { finding }) };
}

/** The file was found damaged while it was read; anything else is not its fault. */
function fileDamage(error: unknown, index: number): Finding {
  if (isLedgerDamage(error)) return { table: 'file', index, detail: `${(error as Error).message}.` };
  throw error;
}

interface CurrentEpoch {
  readonly entry: EpochEntry;
  readonly schedule: Schedule;
  /** The closing block before it, or genesis. */
  readonly closing: Hash;
}

function openEpoch({ crypto }: LedgerContext, state: Overlay, closing: Hash): CurrentEpoch {
  const entry = readEpoch(state);
  return { entry, schedule: createSchedule(crypto, entry), closing };
}

interface StoredBlocks {
  readonly context: LedgerContext;
  readonly rules: ChainRules;
  block(index: Height): Block | undefined;
  /** Ids by which the block's transactions are found. */
  ids(index: Height): readonly string[];
}

function readBlock(stored: StoredBlocks, index: Height): Block {
  let value: Block | undefined;
  try {
    value = stored.block(index);
  } catch (error) {
    if (!(error instanceof LedgerDamage)) throw error;
    throw fault('blocks', index, 'The block or one of its transactions is not JSON.');
  }
  if (value === undefined) throw fault('blocks', index, 'The block is missing.');
  const decoded = decodeBlock(value, stored.rules);
  if (!decoded.ok) {
    const { path, detail } = decoded.problem;
    throw fault(path.startsWith('transactions') ? 'transactions' : 'blocks', index, detail, path);
  }
  const block = decoded.value;
  const { crypto } = stored.context;
  if (block.tx_root === transactionsRoot(crypto, block.transactions)) return block;
  const ids = stored.ids(index);
  const changed = block.transactions.findIndex((transaction, at) => transactionId(crypto, transaction) !== ids[at]);
  const detail =
    changed < 0
      ? 'The transactions are not those that the block was made with.'
      : 'The transaction is not the one that the block was made with.';
  throw fault('transactions', index, detail, changed < 0 ? undefined : `transaction ${changed}`);
}

/** Rules of consensus that a header shows: who led its slot, and that its justification fits. PROTOCOL sections 4 to 6. */
function checkPlace({ genesis }: LedgerContext, epoch: CurrentEpoch, parentView: View, block: Block): void {
  const { schedule, closing } = epoch;
  if (block.justify_view < parentView) {
    throw fault('blocks', block.index, 'It is justified by a view before that of the block before it.');
  }
  // What genesis is final by belongs to no slot.
  const opensEpoch = block.prev_hash === closing && block.justify_view > 0;
  if (opensEpoch && block.slot <= slotOfView(genesis.parameters, block.justify_view)) {
    throw fault('blocks', block.index, 'It opens its epoch in the slot in which the epoch before it was closed.');
  }
  const leader = schedule.leader(block.slot);
  if (block.proposer === leader) return;
  throw fault('blocks', block.index, `The leader of slot ${block.slot} is ${leader}, and another proposed the block.`);
}

function readCertificate(
  context: LedgerContext,
  set: EpochEntry,
  block: Block,
  text: string | undefined,
): Certificate | undefined {
  if (text === undefined) return undefined;
  const { index } = block;
  const certificate = decodedCertificate(text, index, context.genesis.parameters.max_validators);
  if (certificate.phase !== 'commit') throw fault('certificates', index, 'It is not of commit votes.');
  if (certificate.block !== block.hash) throw fault('certificates', index, 'It is of another block.');
  if (certificate.view < viewAt(context.genesis.parameters, block.slot, block.round)) {
    throw fault('certificates', index, 'Its view is before the view of its block.');
  }
  const verified = verifyCertificate(context.crypto, set, certificate, context.chain);
  if (verified.ok) return certificate;
  throw fault('certificates', index, `It does not hold: ${verified.problem}.`);
}

function decodedCertificate(text: string, index: number, maxValidators: number): Certificate {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault('certificates', index, 'The certificate is not JSON.');
  }
  const decoded = decodeCertificate(value, maxValidators);
  if (decoded.ok) return decoded.value;
  throw fault('certificates', index, decoded.problem.detail, decoded.problem.path);
}
