/**
 * Looks for peers to connect to. The one rule: bootstrap addresses are always tried; others only while there is room
 * for peers of this node's own choice.
 */
import { isIP, type Socket } from 'node:net';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Clock } from '../replica/ports.js';
import type { AddressBook } from './address-book.js';
import { FetchClient } from './fetch-client.js';
import { parseHostPort } from './host-port.js';
import { DIAL_INTERVAL_MS, MAX_DIALS } from './limits.js';
import type { HostPort } from './messages.js';
import { createNameLookup, type NameLookupOptions } from './name-lookup.js';
import type { PeerLogger } from './peer-network.js';
import { repeat } from './repeat.js';
import type { TlsTransport } from './tls-transport.js';

export interface Dialler {
  start(): void;
  /** Looks at once, not at the next interval. */
  now(): void;
  stop(): void;
}

export interface DiallerOptions {
  readonly clock: Clock;
  readonly book: AddressBook;
  readonly logger: PeerLogger;
  /** `--private` */
  readonly bootstrapOnly: boolean;
  /** Addresses with a connection of ours, proved or not. */
  readonly inUse: () => Iterable<HostPort>;
  /** Whether this node is of no use as a peer now: connected, banned, ourselves. */
  readonly isOut: (node: PublicKey) => boolean;
  /** Peers that may still be connected to: in all, and by our own choice. */
  readonly room: () => { readonly total: number; readonly chosen: number };
  readonly onSocket: (socket: Socket, address: HostPort, key: PublicKey | undefined) => void;
  readonly onFailed: (address: HostPort, reason: string) => void;
  /** Of the peers by our own choice, so many places at most wait for bootstrap addresses that lead to no peer yet. */
  readonly maxReserved: number;
  /** Absent: without TLS. */
  readonly tls: TlsTransport | undefined;
  /** Whether so many peers were chosen in the subnet of this IP address already that no more are. */
  readonly isSubnetFull: (host: string) => boolean;
  readonly names: NameLookupOptions;
}

export function createDialler(options: DiallerOptions): Dialler {
  const { clock, book, logger } = options;
  const ending = new AbortController();
  const names = createNameLookup(options.names);
  const client = new FetchClient({ clock, tls: options.tls, lookup: names.lookup, signal: ending.signal });
  const dialling = new Set<HostPort>();
  let running = false;

  async function dial(address: HostPort): Promise<void> {
    dialling.add(address);
    const connected = await client.connect(address);
    dialling.delete(address);
    if (!running) {
      if (connected.ok) connected.value.socket.destroy();
    } else if (!connected.ok) {
      book.onFailed(address, 0);
      logger.debug({ address, reason: connected.problem }, 'dialling failed');
      options.onFailed(address, connected.problem);
    } else if (!book.isBootstrap(address) && options.isSubnetFull(connected.value.socket.remoteAddress ?? '')) {
      connected.value.socket.destroy();
      book.onFailed(address, 0);
    } else {
      options.onSocket(connected.value.socket, address, connected.value.key);
    }
  }

  const isOut = (node: PublicKey | undefined): boolean => node !== undefined && options.isOut(node);

  /** Names that others tell may be such as nobody ever answers for: they must not keep this node from looking up its own. */
  const isPutOff = (host: string): boolean => (isIP(host) === 0 ? names.isAsking() : options.isSubnetFull(host));

  function look(): void {
    const inUse = new Set([...dialling, ...options.inUse()]);
    const room = options.room();
    // Whoever fills all places while a bootstrap peer is away would keep it out for good.
    const away = book.bootstrap().filter(({ address, node }) => !inUse.has(address) && !isOut(node)).length;
    let chosen = room.chosen - dialling.size - Math.min(away, options.maxReserved);
    let total = room.total - dialling.size;
    for (const { address, node, isBootstrap } of book.due()) {
      if (dialling.size >= MAX_DIALS || total <= 0) return;
      if (inUse.has(address) || (!isBootstrap && (chosen <= 0 || options.bootstrapOnly))) continue;
      if (isOut(node) || (!isBootstrap && isPutOff(parseHostPort(address)?.host ?? ''))) continue;
      chosen -= 1;
      total -= 1;
      void dial(address);
    }
  }

  const looking = repeat(clock, DIAL_INTERVAL_MS, () => {
    look();
    looking.soon();
  });

  return {
    start() {
      running = true;
      looking.soon();
    },
    now() {
      if (running) look();
    },
    stop() {
      running = false;
      looking.stop();
      ending.abort();
    },
  };
}
