/**
 * A whole node in one object: `new Server().start(8080)`. It owns a home directory, runs the replica, answers HTTP
 * and, if asked, talks to peers. Its one rule: what it reports as final is on disk.
 */
import { EventEmitter } from 'node:events';
import { addressOfKey } from '../client/account.js';
import { createKeystore } from '../client/keystore/keystore.js';
import type { Slot } from '../ledger/values/numbers.js';
import type { Address, PublicKey } from '../ledger/values/text.js';
import { isHashText } from '../ledger/values/text-forms.js';
import { badOption, checkServerOptions, checkStart } from './check-options.js';
import { isStartStopped, notRunning, SlotledgerError } from './errors.js';
import type { NodeApi, NodeEvents, PeerSummary, SubmitOutcome } from './http/node-api.js';
import { accountNamed } from './node-runtime/account-named.js';
import { readTransaction } from './node-runtime/read-transaction.js';
import { type RunningNode, runNode } from './node-runtime/run-node.js';
import type { Stakeholder } from './node-runtime/stakeholders.js';
import { tellProgram } from './node-runtime/tell-program.js';
import { untilSignal } from './node-runtime/until-signal.js';
import { parseHostPort } from './p2p/host-port.js';
import type { NetworkConfig, ServerOptions } from './server-options.js';

export type ServerEvents = { [Name in keyof NodeEvents]: NodeEvents[Name] } & {
  peer: [PeerSummary];
  /** The node cannot go on, such as after a disk failure; it has stopped by itself. */
  failed: [SlotledgerError];
};

export class Server extends EventEmitter<ServerEvents> {
  readonly #options: ServerOptions;
  readonly #stakeholders: Stakeholder[] = [];
  #slotDurationMs: number | undefined;
  #node: RunningNode | undefined;
  #starting: Promise<void> | undefined;
  /** Of the start under way. */
  #startEnds = new AbortController();
  #stopping: Promise<void> | undefined;
  #wasStarted = false;
  #failure: SlotledgerError | undefined;
  /** Told when the node has stopped, with why if it had to. */
  readonly #endings = new Set<(failure: unknown) => void>();

  /**
   * @param options a number means `{difficulty}`
   * @throws SlotledgerError BAD_OPTIONS, naming the option
   */
  constructor(options: number | ServerOptions = {}) {
    super();
    this.#options = typeof options === 'number' ? { difficulty: options } : options;
    checkServerOptions(this.#options);
  }

  /**
   * Resolves when the ports listen. Rejects with a SlotledgerError (`code`: PORT_IN_USE, HOME_LOCKED, WRONG_CHAIN,
   * …) and then leaves nothing open. Port 0 takes a free one.
   */
  async start(httpPort = 8080, network: NetworkConfig = {}): Promise<void> {
    if (this.#stopping !== undefined) {
      throw new SlotledgerError('ALREADY_RUNNING', 'This server is still stopping.', 'Await its stop() first.');
    }
    if (this.#node !== undefined || this.#starting !== undefined) {
      throw new SlotledgerError('ALREADY_RUNNING', 'This server is started already.', 'Stop it first.');
    }
    checkStart(httpPort, network);
    this.#failure = undefined;
    this.#startEnds = new AbortController();
    this.#starting = this.#start(httpPort, network)
      .catch((error: unknown) => {
        // Of a node that had to stop while it started, why is more than that it was stopped.
        throw isStartStopped(error) ? (this.#failure ?? error) : error;
      })
      .finally(() => {
        this.#starting = undefined;
      });
    this.#wasStarted = true;
    return this.#starting;
  }

  /**
   * Proposes nothing more, brings to disk what is under way, closes everything. Does nothing when stopped. A start under way goes
   * no further than its next step, waits for no bootstrap peer, and rejects with START_STOPPED. A stop under way is the same stop.
   */
  async stop(): Promise<void> {
    if (this.#node !== undefined || this.#starting !== undefined) {
      this.#stopping ??= this.#stop().finally(() => {
        this.#stopping = undefined;
      });
    }
    return this.#stopping;
  }

  /**
   * Resolves when SIGTERM, SIGINT or SIGHUP came, or somebody called stop(), and the node has stopped cleanly; a second signal
   * ends the process at once; at once where it has stopped already. Rejects with a SlotledgerError if the node had to stop by
   * itself, with that of a start under way that fails, and with NOT_RUNNING where nobody has called start().
   */
  async runUntilSignal(): Promise<void> {
    if (this.#failure !== undefined) {
      await this.stop();
      throw this.#failure;
    }
    if (!this.#wasStarted) throw notRunning();
    if (this.#node === undefined && this.#starting === undefined) return this.stop();
    await untilSignal(
      () => this.stop(),
      (end) => {
        this.#endings.add(end);
        // One that a stop ended is told of by that stop.
        this.#starting?.catch((error) => {
          if (this.#stopping === undefined) end(error);
        });
        return () => this.#endings.delete(end);
      },
    );
  }

  /** Started, and nobody has called stop() since. */
  isRunning(): boolean {
    return this.#node !== undefined && this.#stopping === undefined;
  }

  /** Runs, and nothing is wrong with disk, clock, sync or peers. */
  isHealthy(): boolean {
    return this.isRunning() && Object.keys(this.#running().api.health()).length === 0;
  }

  /**
   * Shapes the genesis of a NEW chain. `id` becomes the validator's name; the first one registered, or the one named
   * like this node, is this node's own. A node that joins a development chain registers itself, by its `nodeId`: it
   * then bonds that stake as soon as its account (`addressOf(id)`) holds it.
   * @param stake units of the token, at least 1
   * @param publicKey of the account that owns the stake; without it one is made under keys/accounts/
   * @throws SlotledgerError ALREADY_RUNNING after start(), BAD_OPTIONS
   */
  registerStakeholder(id: string, stake: number, publicKey?: PublicKey): void {
    this.#beforeStart('registerStakeholder()');
    if (typeof id !== 'string' || !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(id)) {
      throw badOption(`"${id}" is no name: use 1 to 32 lower-case letters, digits, "-" and "_".`);
    }
    if (!Number.isSafeInteger(stake) || stake < 1) {
      throw badOption(`A stake of ${stake} is not possible: it is a whole number of token units, at least 1.`);
    }
    if (publicKey !== undefined && !isHashText(publicKey)) {
      throw badOption('A public key is 0x and 64 lower-case hex digits.');
    }
    if (this.#stakeholders.some((other) => other.id === id)) throw badOption(`${id} is registered already.`);
    this.#stakeholders.push({ id, stake, ...(publicKey === undefined ? {} : { owner: publicKey }) });
  }

  /**
   * Shapes the genesis of a NEW chain; one that exists keeps its own, and another is refused by start().
   * @throws SlotledgerError ALREADY_RUNNING after start(), BAD_OPTIONS
   */
  setSlotDuration(seconds: number): void {
    this.#beforeStart('setSlotDuration()');
    const ms = Math.round(seconds * 1000);
    if (!(ms >= 250 && ms <= 60_000)) throw badOption(`A slot lasts 0.25 to 60 seconds, not ${seconds}.`);
    this.#slotDurationMs = ms;
  }

  /** @param transaction an object, or its JSON as text. Resolves when it is durable, or with why it was not taken. */
  async submitTransaction(transaction: unknown): Promise<SubmitOutcome> {
    const { api } = this.#running();
    const read = readTransaction(transaction, api);
    if (!read.ok) return { kind: 'refused', refusal: read.problem };
    const [outcome] = await api.submit([read.value]);
    return outcome!;
  }

  getPendingTransactionCount(): number {
    return this.#running().api.mempool().count;
  }

  getCurrentSlot(): Slot {
    return this.#running().api.status().slot;
  }

  getCurrentEpoch(): number {
    return this.#running().api.status().epoch;
  }

  /** Final blocks, genesis included: the tip's index + 1. */
  getBlockCount(): number {
    return this.#running().api.queries.tip().index + 1;
  }

  /**
   * Units of the token; 0 for an account that was never seen.
   * @throws SlotledgerError UNKNOWN_ACCOUNT for a text that is neither an address nor a name of genesis
   */
  getBalance(addressOrName: string): number {
    const { api } = this.#running();
    const account = api.queries.account(accountNamed(addressOrName, api.genesis));
    return account === 'pruned' ? 0 : (account.entry?.balance ?? 0);
  }

  /**
   * The address behind a name: of genesis, or of a key in this home, such as the one that owns this node's stake.
   * @throws SlotledgerError UNKNOWN_ACCOUNT
   */
  addressOf(name: string): Address {
    const { api, home } = this.#running();
    const own = typeof name === 'string' ? createKeystore(home).read(name) : undefined;
    if (own?.ok) return addressOfKey(`0x${own.value.file.pubkey}`, api.genesis.address_prefix);
    return accountNamed(name, api.genesis);
  }

  /** Dials `host:port` now, and again whenever the connection is lost. */
  async connectToPeer(hostPort: string): Promise<void> {
    const { peers } = this.#running();
    if (peers === undefined) {
      throw new SlotledgerError('P2P_DISABLED', 'This node has no peers.', 'Start it with { enableP2P: true }.');
    }
    if (parseHostPort(hostPort) === undefined) throw badOption(`"${hostPort}" is not an address: write host:port.`);
    peers.connect(hostPort);
  }

  isP2PEnabled(): boolean {
    return this.#node?.peers !== undefined;
  }

  getPeerCount(): number {
    return this.getConnectedPeers().length;
  }

  getConnectedPeers(): readonly PeerSummary[] {
    return this.#node?.api.peers() ?? [];
  }

  /** The port that HTTP listens on; undefined while stopped, or without HTTP. */
  get httpPort(): number | undefined {
    return this.#node?.httpPort;
  }

  get p2pPort(): number | undefined {
    return this.#node?.p2pPort;
  }

  /** The port that only metrics are read from; undefined while stopped, or when none was asked for. */
  get metricsPort(): number | undefined {
    return this.#node?.metricsPort;
  }

  /** What HTTP sees of this node; undefined while stopped. */
  get api(): NodeApi | undefined {
    return this.#node?.api;
  }

  async #start(httpPort: number, network: NetworkConfig): Promise<void> {
    const slotDurationMs = this.#slotDurationMs ?? this.#options.slotDurationMs;
    const node = await runNode({
      server: { ...this.#options, ...(slotDurationMs === undefined ? {} : { slotDurationMs }) },
      network,
      httpPort,
      stakeholders: this.#stakeholders,
      onFatal: (sentence) => void this.#fail(sentence),
      onPeer: (peer) => this.emit('peer', peer),
      signal: this.#startEnds.signal,
    });
    this.#node = node;
    const { events } = node.api;
    events.on('final', (event) => this.emit('final', event));
    events.on('epoch', (event) => this.emit('epoch', event));
    events.on('evidence', (event) => this.emit('evidence', event));
    events.on('slot', (event) => this.emit('slot', event));
  }

  async #stop(): Promise<void> {
    this.#startEnds.abort();
    await this.#starting?.catch(() => undefined);
    try {
      // It is there to the end: of what becomes final meanwhile the program is told, and its listeners ask for more.
      await this.#node?.stop();
    } catch (error) {
      this.#failure ??= error as SlotledgerError;
      throw error;
    } finally {
      this.#node = undefined;
      for (const end of this.#endings) end(this.#failure);
    }
  }

  async #fail(sentence: string): Promise<void> {
    if (this.#failure !== undefined) return;
    const failure = new SlotledgerError('NODE_FAILED', sentence, 'Mend that, then start the node again.');
    this.#failure = failure;
    // What cannot be closed then has been told of already.
    await this.stop().catch(() => undefined);
    tellProgram(() => this.emit('failed', failure));
  }

  /** What shapes a chain does nothing any more once there is one. */
  #beforeStart(call: string): void {
    if (this.#node === undefined && this.#starting === undefined) return;
    throw new SlotledgerError(
      'ALREADY_RUNNING',
      `${call} shapes a new chain, and this server is started already.`,
      'Call it before start().',
    );
  }

  #running(): RunningNode {
    if (this.#node !== undefined) return this.#node;
    throw notRunning();
  }
}
