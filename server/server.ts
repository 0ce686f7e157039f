/**
 * A whole node in one object: `new Server().start(8080)`. It owns a home directory, runs the replica, answers HTTP
 * and, if asked, talks to peers. Its one rule: what it reports as final is on disk.
 */
import { EventEmitter } from 'node:events';
import type { Slot } from '../ledger/values/numbers.js';
import type { PublicKey } from '../ledger/values/text.js';
import type { NodeApi, NodeEvents, PeerSummary, SubmitOutcome } from './http/node-api.js';
import type { NetworkConfig, ServerOptions } from './server-options.js';

export type ServerEvents = { [Name in keyof NodeEvents]: NodeEvents[Name] } & { peer: [PeerSummary] };

export class Server extends EventEmitter<ServerEvents> {
  readonly #options: ServerOptions;

  /** @param options a number means `{difficulty}` */
  constructor(options: number | ServerOptions = {}) {
    super();
    this.#options = typeof options === 'number' ? { difficulty: options } : options;
  }

  /** Resolves when the ports listen. Rejects with a ServerError (`code`: PORT_IN_USE, HOME_LOCKED, …). */
  async start(_httpPort = 8080, _network: NetworkConfig = {}): Promise<void> {
    throw new Error(`not yet: ${this.#options.home}`);
  }

  async stop(): Promise<void> {}

  /** Starts nothing; resolves after SIGTERM or SIGINT, when the node has stopped cleanly. */
  async runUntilSignal(): Promise<void> {}

  isRunning(): boolean {
    return false;
  }

  isHealthy(): boolean {
    return false;
  }

  /** Shapes the genesis of a NEW chain. `id` becomes the validator's name. */
  registerStakeholder(_id: string, _stake: number, _publicKey?: PublicKey): void {}

  /** Shapes the genesis of a NEW chain. */
  setSlotDuration(_seconds: number): void {}

  async submitTransaction(_transaction: unknown): Promise<SubmitOutcome> {
    throw new Error('not running');
  }

  getPendingTransactionCount(): number {
    return 0;
  }

  getCurrentSlot(): Slot {
    throw new Error('not running');
  }

  getCurrentEpoch(): number {
    return 0;
  }

  /** Final blocks, genesis included: the tip's index + 1. */
  getBlockCount(): number {
    return 0;
  }

  getBalance(_addressOrName: string): number {
    return 0;
  }

  async connectToPeer(_hostPort: string): Promise<void> {}

  isP2PEnabled(): boolean {
    return false;
  }

  getPeerCount(): number {
    return 0;
  }

  getConnectedPeers(): readonly PeerSummary[] {
    return [];
  }

  /** The port that HTTP listens on; undefined while stopped. */
  get httpPort(): number | undefined {
    return undefined;
  }

  get p2pPort(): number | undefined {
    return undefined;
  }

  /** What HTTP sees of this node; undefined while stopped. */
  get api(): NodeApi | undefined {
    return undefined;
  }
}
