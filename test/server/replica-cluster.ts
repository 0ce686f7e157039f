/** Several replicas in one process: virtual time, stores in memory, a network that delivers in order after 1 ms. */

import { checkTransaction } from '../../ledger/apply-transaction.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay, type Overlay } from '../../ledger/overlay.js';
import { readAccount, readNonce } from '../../ledger/state-keys.js';
import type { Block } from '../../ledger/values/block.js';
import type { Parameters } from '../../ledger/values/genesis.js';
import { transactionId } from '../../ledger/values/identity.js';
import { type Height, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Transaction } from '../../ledger/values/transaction.js';
import type { Certificate } from '../../ledger/values/vote.js';
import { createOwnSignatures } from '../../server/replica/own-signatures.js';
import type {
  Clock,
  LedgerStore,
  Mempool,
  RecoveredVoteState,
  ReplicaMessage,
  VoteStateStore,
} from '../../server/replica/ports.js';
import { initialVoteState } from '../../server/replica/recover.js';
import { createReplica } from '../../server/replica/replica.js';
import type { Replica, ReplicaEvent, ReplicaOptions } from '../../server/replica/replica-interface.js';
import { standInVrfProof as standInVrf } from '../ledger/stand-in-crypto.js';
import { person, testContext } from '../ledger/test-chain.js';

export class VirtualTime implements Clock {
  #now = 0;
  #order = 0;
  #calls: { at: number; order: number; call: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  at(at: number, call: () => void): () => void {
    const entry = { at: Math.max(at, this.#now), order: this.#order++, call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== entry);
    };
  }
  runUntil(end: number, done: () => boolean = () => false): void {
    for (;;) {
      if (done()) return;
      const [next] = this.#calls.sort((a, b) => a.at - b.at || a.order - b.order);
      if (next === undefined || next.at > end) break;
      this.#calls = this.#calls.filter((other) => other !== next);
      this.#now = next.at;
      next.call();
    }
    this.#now = end;
  }
}

export interface Member {
  readonly replica: Replica;
  readonly ledger: LedgerStore;
  readonly blocks: readonly Block[];
  readonly certificates: ReadonlyMap<Hash, Certificate>;
  readonly events: readonly ReplicaEvent[];
  readonly state: Overlay;
  stopped: boolean;
  voteStateWrites: number;
}

export interface ClusterOptions {
  /** When all are started. */
  readonly startMs?: number;
  /** Until what was handed in is on disk. */
  readonly mempoolWriteMs?: number;
  readonly parameters?: Partial<Parameters>;
  /** Votes and proposals of its own that each remembers. */
  readonly ownSignaturesKept?: number;
  /** What each finds beside its key. Starting value: the one that was made with the key. */
  readonly foundVoteState?: (name: string) => RecoveredVoteState | undefined;
  /** Starting value: nothing is checked ahead of execution. */
  readonly checkAhead?: ReplicaOptions['checkAhead'];
  readonly execute?: ReplicaOptions['execute'];
}

export function cluster(names: readonly string[], options: ClusterOptions = {}) {
  const { startMs = 0, mempoolWriteMs = 0, parameters = {}, ownSignaturesKept } = options;
  const time = new VirtualTime();
  time.runUntil(startMs);
  const context = testContext({ stakes: Object.fromEntries(names.map((name) => [name, 1000])), parameters });
  const members: Member[] = [];
  const sent: {
    readonly from: number;
    readonly at: number;
    readonly type: ReplicaMessage['type'];
    readonly message: ReplicaMessage;
  }[] = [];
  const deliver = (from: number, to: number, message: ReplicaMessage): void => {
    sent.push({ from, at: time.now(), type: message.type, message });
    time.at(time.now() + 1, () => {
      const member = members[to];
      if (member === undefined || member.stopped || members[from]?.stopped) return;
      const verdict = member.replica.receive(`${from}`, message);
      if (verdict.peer !== 'fine') throw new Error(`${names[to]} blames ${names[from]}: ${verdict.reason}`);
    });
  };
  for (const [own, name] of names.entries()) {
    const state = createOverlay({ get: () => undefined, node: () => undefined });
    const genesis = genesisState(context);
    state.absorb(genesis.changes);
    const blocks: Block[] = [
      { hash: context.genesisHash, index: toHeight(0), slot: toSlot(0), epoch: toEpoch(0) } as Block,
    ];
    const certificates = new Map<Hash, Certificate>();
    const ledger: LedgerStore = {
      get: (key) => state.get(key),
      node: (path) => state.node(path),
      tip() {
        const { index, hash, slot, epoch } = blocks.at(-1)!;
        return { index, hash, slot, epoch, view: certificates.get(hash)?.view ?? toView(0) };
      },
      header: (index: Height) => blocks[index],
      blockByIndex: (index: Height) => blocks[index],
      blockByHash: (hash) => blocks.find((block) => block.hash === hash),
      certificate: (hash) => certificates.get(hash),
      page: (from, count) => {
        const page = blocks.slice(from, from + count);
        const certified = page.filter((block) => block === page.at(-1) || block.next_epoch !== undefined);
        return { blocks: page, finality: certified.flatMap(({ hash }) => certificates.get(hash) ?? []) };
      },
      receipt: () => undefined,
      append(finals, stored) {
        time.at(time.now() + 1, () => {
          for (const { block, certificate, changes } of finals) {
            blocks.push(block);
            if (certificate) certificates.set(block.hash, certificate);
            state.absorb(changes);
          }
          stored();
        });
      },
    };
    const pending = new Map<Hash, Transaction>();
    const mempool: Mempool = {
      add(transactions, done, taken) {
        const admissions = transactions.map((transaction) => {
          const id = transactionId(context.crypto, transaction);
          const known = pending.has(id);
          if (readNonce(readAccount(state, transaction.from), 0) <= transaction.nonce) pending.set(id, transaction);
          return { kind: 'accepted', known } as const;
        });
        const fresh = transactions.filter((_, at) => admissions[at]?.known === false);
        if (fresh.length > 0) taken(fresh);
        time.at(time.now() + mempoolWriteMs, () => done(admissions));
      },
      addCopies(transactions, taken) {
        mempool.add(transactions, () => {}, taken);
      },
      onlyGaps: () => undefined,
      *candidates(at) {
        const next = new Map<string, number>();
        for (const transaction of [...pending.values()].sort((a, b) => a.nonce - b.nonce)) {
          const { from, nonce } = transaction;
          if (nonce !== (next.get(from) ?? readNonce(readAccount(at, from), 0))) continue;
          next.set(from, nonce + 1);
          yield transaction;
        }
      },
      forgetFinal(transactions) {
        for (const transaction of transactions) pending.delete(transactionId(context.crypto, transaction));
      },
      review(ids) {
        for (const id of ids) {
          const transaction = pending.get(id);
          if (transaction && !checkTransaction(context, state, transaction, toSlot(0)).ok) pending.delete(id);
        }
      },
      get size() {
        return pending.size;
      },
    };
    const me = person(name);
    const named = { key: me.validator.publicKey, genesis: context.genesisHash };
    const made = { ...named, voteState: initialVoteState(context.genesisHash), bodies: [] };
    let kept: RecoveredVoteState | undefined = options.foundVoteState ? options.foundVoteState(name) : made;
    const voteState: VoteStateStore = {
      read: () => kept,
      write(next, bodies) {
        member.voteStateWrites++;
        kept = { ...named, voteState: next, bodies: [...bodies] };
      },
    };
    const others = names.map((_, at) => at).filter((at) => at !== own);
    const events: ReplicaEvent[] = [];
    const replica = createReplica({
      ...context,
      signer: me.validator,
      vrf: { publicKey: me.vrf.publicKey, prove: (alpha) => standInVrf(me.vrf.publicKey, alpha) },
      clock: time,
      voteState,
      ledger,
      mempool,
      onEvent: (event) => events.push(event),
      createOwnSignatures: (signedUpTo) => createOwnSignatures(signedUpTo, ownSignaturesKept),
      ...(options.checkAhead ? { checkAhead: options.checkAhead } : {}),
      ...(options.execute ? { execute: options.execute } : {}),
      network: {
        broadcast: (message) => others.forEach((to) => void deliver(own, to, message)),
        // Everyone is connected to everyone.
        relay: () => {},
        sendToValidator: (key, message) => {
          deliver(
            own,
            names.findIndex((other) => person(other).validator.publicKey === key),
            message,
          );
        },
        send: (peer, message) => deliver(own, Number(peer), message),
        peers: () => others.filter((at) => members[at]?.stopped === false).map(String),
      },
    });
    const member: Member = { replica, ledger, blocks, certificates, events, state, stopped: false, voteStateWrites: 0 };
    members.push(member);
  }
  for (const { replica } of members) replica.start();
  return { time, context, members, sent };
}
