/** What HTTP and the Server class see of a node. Its one rule: nothing is called final that is not on disk. */
import { EventEmitter } from 'node:events';
import { createSchedule } from '../../consensus/schedule.js';
import { readAccount, readEpoch, readEpochNumbered, readNonce } from '../../ledger/state-keys.js';
import type { Crypto, Signer } from '../../ledger/values/crypto.js';
import { transactionId } from '../../ledger/values/identity.js';
import { type Epoch, toEpoch, toHeight, toSlot } from '../../ledger/values/numbers.js';
import type { StateReader } from '../../ledger/values/state.js';
import type { Address } from '../../ledger/values/text.js';
import type { Transaction, TransactionId } from '../../ledger/values/transaction.js';
import type { OpenedGenesis } from '../home/init-home.js';
import type { NodeApi, NodeStatus, PeerSummary, SubmitOutcome, TransactionStatus } from '../http/node-api.js';
import type { MempoolLimits } from '../mempool/limits.js';
import type { Mempool as TransactionPool } from '../mempool/mempool.js';
import type { PeerNetworkStats } from '../p2p/peer-network.js';
import type { Admission, LedgerStore } from '../replica/ports.js';
import type { Replica } from '../replica/replica-interface.js';
import type { LedgerQueries } from '../storage/ledger-queries.js';
import { createFaucet } from './faucet.js';
import { type Hearing, mayBeBehind } from './hearing.js';
import { observerBecause } from './own-place.js';
import type { Pace } from './pace.js';
import type { PendingAnswers } from './pending-answers.js';
import { proveAccount } from './prove-account.js';
import { proveTransaction } from './prove-transaction.js';
import type { RecentFinals } from './recent-finals.js';
import type { Slices } from './slices.js';
import type { Waiters } from './waiters.js';

export interface NodeApiParts {
  readonly chain: OpenedGenesis;
  readonly crypto: Crypto;
  readonly nodeId: string;
  readonly validator: Signer | undefined;
  readonly treasury: Signer | undefined;
  readonly ledger: LedgerStore;
  /** For proofs: one state, as the file has it. */
  readonly stateOnDisk: StateReader;
  readonly queries: LedgerQueries;
  readonly pool: TransactionPool;
  /** Of the pool. */
  readonly limits: MempoolLimits;
  readonly replica: Replica;
  /** Where batches are answered. */
  readonly slices: Slices;
  readonly pace: Pace;
  readonly answers: PendingAnswers;
  readonly waiters: Waiters;
  readonly recentFinals: RecentFinals;
  readonly peers: () => readonly PeerSummary[];
  readonly networkStats?: () => PeerNetworkStats;
  readonly syncs: NonNullable<NodeApi['syncs']>;
  readonly onTimed: NonNullable<NodeApi['onTimed']>;
  readonly knownSignatures: NonNullable<NodeApi['knownSignatures']>;
  readonly health: NodeApi['health'];
  readonly hearing: () => Hearing;
}

/** Outcomes in one step: what is final is read from disk and checked, some hundred microseconds each. */
const answeredTogether = 8;

export function createNodeApi(parts: NodeApiParts): NodeApi {
  const { chain, crypto, ledger, queries, pool, limits, replica, slices, pace, waiters, recentFinals } = parts;
  const events: NodeApi['events'] = new EventEmitter();
  // One listener for each event stream; HTTP bounds their number.
  events.setMaxListeners(0);

  const finalNonce = (from: Address, lane: number): number => readNonce(readAccount(ledger, from), lane);

  function status(): NodeStatus {
    const now = replica.status();
    const tip = ledger.tip();
    const own = parts.validator?.publicKey;
    const member = readEpoch(ledger).validators.some(({ key }) => key === own);
    const because = own === undefined ? undefined : observerBecause(chain.genesis, ledger, own);
    const hearing = parts.hearing();
    const { because: unsure } = hearing;
    const state = now.sync.state === 'syncing' ? 'syncing' : mayBeBehind(hearing) ? 'waiting' : 'synced';
    return {
      slot: now.slot,
      epoch: toEpoch(now.epoch),
      leader: now.leader,
      slot_ends_at: now.slotEndsAt,
      role: member ? 'validator' : 'observer',
      ...(member && own !== undefined ? { validator: own } : {}),
      ...(because === undefined ? {} : { observer_because: because }),
      final: { index: tip.index, hash: tip.hash, slot: tip.slot, view: tip.view },
      stored_index: toHeight(now.storedIndex),
      sync: {
        state,
        ...(state === 'syncing' ? { target_index: now.sync.targetIndex } : {}),
        ...(state === 'syncing' || unsure === undefined ? {} : { unsure_because: unsure }),
      },
      pending_transactions: now.pending,
      peers: parts.peers().length,
      ...(now.notFinalBecause === undefined ? {} : { not_final_because: now.notFinalBecause }),
    };
  }

  function transactionStatus(id: TransactionId): TransactionStatus | undefined {
    const waiting = pool.get(id);
    if (waiting !== undefined) return { id, status: 'pending', transaction: waiting };
    const final = queries.transaction(id);
    if (final !== undefined) return { id, status: 'final', ...final };
    const dropped = pool.dropped(id);
    return dropped && { id, ...dropped };
  }

  /** For whoever waits: what became final just now is at hand. */
  const statusNow = (id: TransactionId): TransactionStatus | undefined =>
    recentFinals.find(id) ?? transactionStatus(id);

  function outcomeOf(transaction: Transaction, admission: Admission): SubmitOutcome {
    switch (admission.kind) {
      case 'accepted': {
        const id = transactionId(crypto, transaction);
        const known = statusNow(id) ?? { id, status: 'pending', transaction };
        return { kind: 'accepted', known: admission.known, status: known };
      }
      case 'refused': {
        // Handing in what is final already is no mistake of the sender: the first answer may have been lost.
        const final =
          admission.code === 'nonce_too_low' ? transactionStatus(transactionId(crypto, transaction)) : undefined;
        if (final?.status === 'final') return { kind: 'accepted', known: true, status: final };
        return { kind: 'refused', refusal: { code: admission.code, detail: admission.detail } };
      }
      case 'conflict':
      case 'full':
        return admission;
    }
  }

  const submit = (transactions: readonly Transaction[]): Promise<readonly SubmitOutcome[]> =>
    parts.answers.wait((resolve, reject) => {
      const answer = (admissions: readonly Admission[]): void => {
        const outcomes: SubmitOutcome[] = [];
        slices.run(() => {
          try {
            const last = Math.min(outcomes.length + answeredTogether, transactions.length);
            for (let at = outcomes.length; at < last; at += 1) {
              outcomes.push(outcomeOf(transactions[at]!, admissions[at]!));
            }
          } catch (error) {
            reject(error);
            return false;
          }
          if (outcomes.length < transactions.length) return true;
          resolve(outcomes);
          return false;
        });
      };
      pace.admit(transactions.length, () => replica.submit(transactions, answer));
    });

  function schedule(number: Epoch, fromSlot: number, count: number) {
    const epoch = readEpochNumbered(ledger, number) ?? queries.epoch(number);
    if (epoch === undefined) return undefined;
    const { leader } = createSchedule(crypto, epoch);
    return Array.from({ length: count }, (_, at) => {
      const slot = toSlot(fromSlot + at);
      return { slot, leader: leader(slot) };
    });
  }

  const faucet =
    chain.genesis.development && parts.treasury
      ? createFaucet({
          chain,
          treasury: parts.treasury,
          nextNonce: (from, lane) => pool.pendingNonces(from)[String(lane)] ?? finalNonce(from, lane),
          submit,
        })
      : undefined;

  return {
    genesis: chain.genesis,
    genesisHash: chain.hash,
    chain: chain.chain,
    nodeId: parts.nodeId,
    queries,
    events,
    status,
    submit,
    transactionStatus,
    async waitUntilFinal(id, timeoutMs, signal) {
      const known = statusNow(id);
      if (known?.status !== 'pending') return known;
      await waiters.wait(id, timeoutMs, signal);
      return statusNow(id) ?? known;
    },
    pendingNonces: (address) => pool.pendingNonces(address),
    roomWait: (address, lane) => pool.roomWait(address, lane),
    pendingTransactions(limit, cursor) {
      const { items, next } = pool.page(limit, cursor === undefined ? -1 : Number(cursor));
      return { items, nextCursor: next === undefined ? null : String(next) };
    },
    pendingEvidence: () => replica.pendingEvidence(),
    mempool: () => ({
      ...pool.summary(),
      max_transactions: limits.maxTransactions,
      max_bytes: limits.maxBytes,
      max_per_account: limits.maxPerAccount,
    }),
    schedule,
    syncs: parts.syncs,
    onTimed: parts.onTimed,
    knownSignatures: parts.knownSignatures,
    held: () => pace.held,
    peers: parts.peers,
    ...(parts.networkStats === undefined ? {} : { networkStats: parts.networkStats }),
    prove: (address, index) => proveAccount(crypto, parts.stateOnDisk, queries, address, index),
    proveTransaction: (id) => proveTransaction(crypto, queries, id),
    ...(faucet === undefined ? {} : { faucet }),
    health: parts.health,
  };
}
