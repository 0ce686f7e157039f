/**
 * Makes a home with a long ledger and many accounts, as if its one validator had been busy for hours: blocks by draftBlock,
 * with real signatures, VRF proofs and certificates, written by the ledger's own writer. A home that has less than what is
 * asked for is continued.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { assembleCertificate } from '../../../consensus/certificate.js';
import type { LedgerContext } from '../../../ledger/context.js';
import { draftBlock } from '../../../ledger/draft-block.js';
import { genesisState } from '../../../ledger/genesis-state.js';
import { readEpoch } from '../../../ledger/state-keys.js';
import { toEpoch, toHeight, toSlot, toView } from '../../../ledger/values/numbers.js';
import { voteSigningText } from '../../../ledger/values/signing.js';
import type { Hash } from '../../../ledger/values/text.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';
import { homePaths } from '../../../server/home/home.js';
import { readGenesis } from '../../../server/home/init-home.js';
import { makeTestnet } from '../../../server/home/make-testnet.js';
import { openKeys } from '../../../server/node-runtime/keys.js';
import type { VoteStateNames } from '../../../server/replica/ports.js';
import { writeGenesis } from '../../../server/storage/ledger-writer.js';
import { ledgerMigrations } from '../../../server/storage/migrations/ledger-migrations.js';
import { openWriter } from '../../../server/storage/open-database.js';
import { type PackedBlock, packBlock } from '../../../server/storage/packed-block.js';
import { createVoteStateStore } from '../../../server/storage/vote-state-file.js';
import { blocksPerSlot, type HomePlan, makingTransactions } from './home-plan.js';
import { createPaymentSource } from './payment-source.js';
import { readWholeState } from './read-state.js';
import { startWriter } from './writer-thread.js';

export interface LargeHome extends HomePlan {
  readonly home: string;
  readonly blocks: number;
  /** The ledger as it was halfway, or where the last build ended: what a node has that follows from there. */
  readonly behind: string;
}

export interface BuildOptions extends HomePlan {
  readonly directory: string;
  readonly say: (line: string) => void;
  /** Asked between blocks: true ends the build there, with what is there by then. */
  readonly stopNow?: () => boolean;
}

/** Written when a build has ended well, with what is there. */
const doneFile = 'large-home.json';
const behindFile = 'behind.db';
/** In one database transaction. */
const blocksTogether = 32;
/** A chain may be continued up to so many transfers: its genesis lies in the past by as many slots as those take. */
const mostTransactions = 20_000_000;
/** Transfers with one output that a full block holds at least. */
const leastInBlock = 400;
/** And at most. */
const mostInBlock = 500;
const sayEveryMs = 10_000;

export async function buildHome(options: BuildOptions): Promise<LargeHome> {
  const { directory, accounts, say } = options;
  const done = readDone(directory);
  if (done !== undefined && done.accounts === accounts && done.transactions >= options.transactions) return done;
  if (done !== undefined && done.accounts !== accounts) {
    throw new Error(`${directory} has ${done.accounts} accounts, not ${accounts}: name another --large-home.`);
  }
  if (done === undefined) {
    rmSync(join(directory, 'chain'), { recursive: true, force: true });
    rmSync(join(directory, behindFile), { force: true });
  }
  mkdirSync(directory, { recursive: true });
  rmSync(join(directory, doneFile), { force: true });
  const made = await append(options, done);
  writeFileSync(join(directory, doneFile), `${JSON.stringify(made)}\n`);
  say(`${made.transactions} transfers, ${made.accounts} accounts, ${made.blocks} blocks`);
  return made;
}

export function readDone(directory: string): LargeHome | undefined {
  const path = join(directory, doneFile);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LargeHome) : undefined;
}

function makeEmptyHome(directory: string): void {
  const slots = Math.ceil(mostTransactions / leastInBlock / blocksPerSlot) + 3600;
  const genesisTime = Date.now() - slots * 1000;
  makeTestnet({ directory: join(directory, 'chain'), validators: 1, basePort: 9000, genesisTime });
}

async function append(options: BuildOptions, before: LargeHome | undefined): Promise<LargeHome> {
  const { directory, accounts, say, stopNow = () => false } = options;
  if (before === undefined) makeEmptyHome(directory);
  const home = join(directory, 'chain', 'node1');
  const paths = homePaths(home);
  const { genesis, hash: genesisHash, chain } = readGenesis(paths)!;
  // What is signed here need not be checked here: `server verify` and those who fetch it do.
  const context: LedgerContext = { genesis, genesisHash, chain, crypto: createCrypto(), isKnownGood: () => true };
  if (before === undefined) {
    const { changes } = genesisState(context);
    const tip = { index: toHeight(0), hash: genesisHash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) };
    const database = openWriter(paths.ledger, ledgerMigrations);
    writeGenesis(database, { changes, tip });
    database.close();
  }
  const { state, tip } = readWholeState(paths.ledger);
  const { validator } = await openKeys(paths);
  if (validator === undefined) throw new Error(`${home} has the keys of a validator`);
  const { signer, vrf } = validator;
  const making = makingTransactions({ accounts });
  const source = createPaymentSource({ home, chain, genesis, accounts, transactions: mostTransactions });
  const writer = startWriter(paths.ledger);
  let { index } = tip;
  let parent: Hash = tip.hash;
  let justifyView = tip.view;
  let lock: Certificate | undefined;
  const behind = join(directory, behindFile);
  if (before !== undefined) copyFileSync(paths.ledger, behind);
  let transactions = before?.transactions ?? 0;
  let batch: PackedBlock[] = [];
  let halfway = false;
  let ready: Transaction[] = [];
  const firstIndex = index;
  const firstSlot = tip.slot + 1;
  const slotNow = Math.floor((Date.now() - genesis.genesis_time) / genesis.parameters.slot_duration_ms);
  source.begin(before === undefined ? 0 : making + transactions, making + options.transactions);
  const began = performance.now();
  let said = began;
  const had = transactions;
  for (;;) {
    if (ready.length < mostInBlock) ready = ready.concat(await source.more());
    if (ready.length === 0 || stopNow()) break;
    const slot = toSlot(firstSlot + Math.floor((index - firstIndex) / blocksPerSlot));
    if (slot >= slotNow) throw new Error(`${directory} has no past left to put blocks into: make it anew.`);
    const round = (index - firstIndex) % blocksPerSlot;
    const set = readEpoch(state);
    const draft = draftBlock({
      context,
      state,
      parent,
      slot,
      round,
      justifyView,
      proposer: signer.publicKey,
      vrfProof: (alpha) => vrf.prove(alpha),
      candidates: ready,
      evidence: [],
      onRefused: (id, { detail }) => {
        throw new Error(`transaction ${id} is refused: ${detail}`);
      },
    });
    if (draft === undefined) throw new Error(`there is nothing to add at slot ${slot}`);
    const { block, executed } = draft;
    const { justify_view } = block;
    justifyView = toView(slot * genesis.parameters.rounds_per_slot + round);
    const body = {
      chain,
      epoch: block.epoch,
      view: justifyView,
      block: block.hash,
      phase: 'commit' as const,
      justify_view,
    };
    const vote = { ...body, validator: signer.publicKey, signature: signer.sign(voteSigningText(body)) };
    const certificate = assembleCertificate(set, [vote]);
    state.absorb(executed.changes);
    parent = block.hash;
    index = block.index;
    lock = certificate;
    ready = ready.slice(block.transactions.length);
    const transfers = block.transactions.filter(({ from }) => from !== source.treasury).length;
    transactions += transfers;
    const { changes, receipts } = executed;
    batch.push(packBlock({ block, certificate, changes, receipts }));
    const isHalf = before === undefined && !halfway && transactions >= options.transactions / 2;
    if (batch.length >= blocksTogether || isHalf) {
      await writer.write(batch);
      batch = [];
    }
    // Answers of the threads follow one another so closely that nothing else would get its turn, such as a signal.
    await setImmediate();
    if (isHalf) {
      halfway = true;
      await writer.idle();
      copyFileSync(paths.ledger, behind);
    }
    const now = performance.now();
    if (now - said < sayEveryMs) continue;
    said = now;
    const rate = ((transactions - had) * 1000) / (now - began);
    say(`block ${index}, ${transactions} of ${options.transactions} transfers, ${Math.round(rate)} a second`);
  }
  if (batch.length > 0) await writer.write(batch);
  await writer.close();
  await source.close();
  if (lock !== undefined) writeLastVote(paths.keys, { key: validator.signer.publicKey, genesis: genesisHash }, lock);
  return { home, accounts, transactions, blocks: index, behind };
}

/** Without it the vote state would be older than the ledger, and its validator would wait for others. */
function writeLastVote(keys: string, names: VoteStateNames, lock: Certificate): void {
  const votes = createVoteStateStore(keys, names);
  votes.write({ version: 1, lock, watermark: { view: lock.view, step: 'commit' } }, [], []);
  votes.close();
}
