/** Opens everything a node keeps on disk. One rule: what is opened is closed, also when a later file cannot be opened. */
import type { Logger } from 'pino';
import type { LedgerContext } from '../../ledger/context.js';
import { genesisState } from '../../ledger/genesis-state.js';
import type { Hasher } from '../../ledger/values/crypto.js';
import { genesisBlock } from '../../ledger/values/genesis-file.js';
import { transactionId } from '../../ledger/values/identity.js';
import { toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import type { StateReader } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { SlotledgerError } from '../errors.js';
import type { HomePaths } from '../home/home.js';
import type { SyncCounts } from '../http/node-api.js';
import type { LedgerStore } from '../replica/ports.js';
import { isDamage, isDiskFailure } from '../storage/disk-failure.js';
import { isLedgerDamage } from '../storage/ledger-damage.js';
import type { LedgerQueries } from '../storage/ledger-queries.js';
import { createLedgerStore } from '../storage/ledger-store.js';
import { longLogText } from '../storage/log-watch.js';
import { createLineReader } from '../storage/mempool-line.js';
import { createMempoolStore, type MempoolFile } from '../storage/mempool-store.js';
import { RefusedFile } from '../storage/open-database.js';
import { createLedgerQueries } from '../storage/sqlite-queries.js';
import { createVoteStateStore, type VoteStateFile } from '../storage/vote-state-file.js';
import { checkTip, damaged } from './check-tip.js';
import { withGenesisBlock } from './genesis-block.js';
import type { MemoryPlan } from './memory-plan.js';

export interface Stores {
  readonly ledger: LedgerStore;
  /** The state as the file has it now: see LedgerFile. */
  readonly stateOnDisk: StateReader;
  readonly queries: LedgerQueries;
  readonly mempool: MempoolFile;
  readonly voteState: VoteStateFile;
  /** Syncs of each file since the start: what was acknowledged waited for one of them. */
  readonly syncs: SyncCounts;
  /** Writes what is still under way, then closes. */
  close(): Promise<void>;
}

export interface StoresEvents {
  readonly onFailure: (error: Error) => void;
  readonly onLedgerWritten: (ms: number) => void;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** @throws SlotledgerError LEDGER_NOT_OPENED, LEDGER_DAMAGED; `voteState` throws by itself when it is read */
export async function openStores(
  paths: HomePaths,
  context: LedgerContext,
  ownKey: PublicKey | undefined,
  { caches, blocksGathered, threadLimits }: Pick<MemoryPlan, 'caches' | 'blocksGathered' | 'threadLimits'>,
  { onFailure, onLedgerWritten, log }: StoresEvents,
): Promise<Stores> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  // Until everything is open, what fails is thrown, so that it is said once.
  let isOpen = false;
  let failedEarly: Error | undefined;
  const fail = (error: Error): void => {
    if (isOpen) onFailure(error);
    else failedEarly = error;
  };
  const syncs = { ledger: 0, mempool: 0, vote_state: 0 };
  const { genesis, genesisHash: hash } = context;
  const hasher: Hasher = context.crypto;
  try {
    const store = createLedgerStore({
      path: paths.ledger,
      worker: true,
      caches,
      blocksGathered,
      threadLimits,
      onFailure: fail,
      onSync: () => {
        syncs.ledger += 1;
      },
      onWritten: onLedgerWritten,
      onOlder: (from, to) => log.info({ from, to }, 'an older ledger.db is brought up to date: minutes per GB'),
      onLongLog: (bytes) => log.warn(longLogText(paths.ledger, bytes, ', `server verify`, or a backup')),
      genesisHash: hash,
      genesis: () => ({
        changes: genesisState(context).changes,
        tip: { index: toHeight(0), hash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) },
      }),
    });
    closers.push(() => store.close());
    const queries = createLedgerQueries({
      path: paths.ledger,
      genesis: context.genesis,
      chain: context.chain,
      cacheKiB: caches.readerKiB,
      signatures: { verifier: context.crypto, addressPrefix: context.genesis.address_prefix },
      onFailure: fail,
    });
    // The last: of what becomes final while the ledger is closed the program is told, and reads about it.
    closers.unshift(() => queries.close());
    const mempool = createMempoolStore({
      path: paths.mempool,
      cacheKiB: caches.mempoolKiB,
      threadLimits,
      idOf: (transaction) => transactionId(hasher, transaction),
      readLine: createLineReader({
        chain: context.chain,
        prefix: genesis.address_prefix,
        parameters: genesis.parameters,
      }),
      onFailure,
      onSync: () => {
        syncs.mempool += 1;
      },
      onLongLog: (bytes) => log.warn(longLogText(paths.mempool, bytes)),
    });
    closers.push(() => mempool.close());
    const voteFile = createVoteStateStore(paths.keys, {
      ...(ownKey === undefined ? {} : { key: ownKey }),
      genesis: hash,
    });
    closers.push(() => voteFile.close());
    const voteState: VoteStateFile = {
      ...voteFile,
      write(state, bodies, keep) {
        voteFile.write(state, bodies, keep);
        syncs.vote_state += 1;
      },
    };
    // Not worked out again: the state of a genesis with many accounts takes seconds.
    const { state_root: genesisRoot } = queries.block(toHeight(0))!.block;
    const ledger = withGenesisBlock(store, genesisBlock(hasher, context.genesis, genesisRoot));
    checkTip(paths.ledger, ledger, context);
    if (failedEarly !== undefined) throw failedEarly;
    isOpen = true;
    return { ledger, stateOnDisk: store.onDisk, queries, mempool, voteState, syncs, close };
  } catch (error) {
    await close();
    if (error instanceof SlotledgerError) throw error;
    const { message, cause } = error as Error;
    if (isLedgerDamage(cause)) throw damaged(message);
    throw new SlotledgerError('LEDGER_NOT_OPENED', message, error instanceof RefusedFile ? error.fix : fixOf(cause));
  }
}

/** What the disk refuses, such as room, is no reason to put another file in the place of one that is whole. */
function fixOf(cause: unknown): string {
  if (isDamage(cause)) return 'See docs/OPERATING.md, repairing the ledger.';
  return isDiskFailure(cause) ? 'Mend that, then start the node again.' : 'See docs/OPERATING.md, backup and restore.';
}
