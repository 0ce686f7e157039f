/**
 * Where nodes can be reached, remembered on disk. The one rule: what others tell is a hint; an address counts as known
 * only after a node proved itself there, and hints never push out what is known. Where there is no room, the network with
 * the most addresses, or that told the most hints, loses one: nobody fills the book alone.
 */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { isHashText } from '../../ledger/values/text-forms.js';
import type { Clock } from '../replica/ports.js';
import { subnetOf } from './address-group.js';
import { type AddressEntry, leavingHint, leavingProved } from './address-room.js';
import { parseHostPort } from './host-port.js';
import {
  MAX_ADDRESSES_OF_A_NODE,
  MAX_KNOWN_ADDRESSES,
  MAX_PEERS_IN_ANSWER,
  MAX_PROVED_ADDRESSES,
  REDIAL_FIRST_MS,
  REDIAL_LAST_MS,
  STEADY_MS,
} from './limits.js';
import type { HostPort, PeerAddress } from './messages.js';

export interface AddressBook {
  /** A hint. Ignored when the address is malformed. @param from the host of who gave it */
  add(address: HostPort, node?: PublicKey, from?: string): void;
  /** Like `bootstrap` at creation: retried for ever. */
  addBootstrap(address: HostPort): void;
  /** @param isHidden see AddressEntry */
  onProved(address: HostPort, node: PublicKey, isHidden?: boolean): void;
  /** No connection, or lost after `lastedMs`: not again before a pause, longer each time unless it was steady. */
  onFailed(address: HostPort, lastedMs: number): void;
  /** This address leads to ourselves or to another chain. Bootstrap addresses are only put off. */
  onUseless(address: HostPort): void;
  isBootstrap(address: HostPort): boolean;
  /** In a row, so far. */
  failures(address: HostPort): number;
  /** Due or not. */
  bootstrap(): readonly AddressEntry[];
  /** Due entries: bootstrap first, then known, then hints, each by the longest wait. */
  due(): readonly AddressEntry[];
  /** For `peers`: proved addresses, the latest first. */
  share(): readonly PeerAddress[];
  size(): number;
  save(): Promise<void>;
}

export interface AddressBookOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly bootstrap: readonly HostPort[];
  readonly file: string | undefined;
  /** Told once when the file cannot be read or written; the node goes on without. */
  readonly onFileProblem: (detail: string) => void;
}

export function createAddressBook(options: AddressBookOptions): AddressBook {
  const { clock, random, file } = options;
  const entries = new Map<HostPort, AddressEntry>();
  let saved = '';

  function entry(address: HostPort, isBootstrap: boolean): AddressEntry {
    const account = subnetOf(parseHostPort(address)?.host ?? '');
    return { address, account, node: undefined, provedAt: undefined, failures: 0, notBefore: 0, isBootstrap };
  }

  for (const address of options.bootstrap) entries.set(address, entry(address, true));
  for (const known of readPeersFile(file, options.onFileProblem)) {
    const existing = entries.get(known.address) ?? entry(known.address, false);
    entries.set(known.address, Object.assign(existing, { node: known.node, provedAt: known.proved_at }));
  }

  const others = (): readonly AddressEntry[] => [...entries.values()].filter(({ isBootstrap }) => !isBootstrap);

  function removed(leaving: AddressEntry | undefined): boolean {
    return leaving !== undefined && entries.delete(leaving.address);
  }

  const hasRoomForHint = (account: string): boolean =>
    entries.size < MAX_KNOWN_ADDRESSES || removed(leavingHint(others(), account));

  /** Of one node few are kept, however many lead to it: one where dialling failed makes room for another. */
  function hasRoomForNode(node: PublicKey, address: HostPort): boolean {
    const same = others().filter((one) => one.provedAt !== undefined && one.node === node && one.address !== address);
    return same.length < MAX_ADDRESSES_OF_A_NODE || removed(same.find(({ failures }) => failures > 0));
  }

  function hasRoomForProved(account: string, isNew: boolean): boolean {
    const proved = others().filter(({ provedAt }) => provedAt !== undefined);
    if (proved.length >= MAX_PROVED_ADDRESSES) return removed(leavingProved(proved, account, random));
    return !isNew || hasRoomForHint(account);
  }

  /** Pauses double from first to last and spread by a random factor of 0.5 to 1.5. */
  function pause(failures: number): number {
    return Math.min(REDIAL_LAST_MS, REDIAL_FIRST_MS * 2 ** Math.min(failures, 20)) * (0.5 + random());
  }

  return {
    add(address, node, from = '') {
      const existing = entries.get(address);
      const account = subnetOf(from);
      if (existing) {
        if (existing.provedAt === undefined) existing.node = node ?? existing.node;
      } else if (parseHostPort(address) && hasRoomForHint(account)) {
        entries.set(address, { ...entry(address, false), account, node });
      }
    },
    addBootstrap(address) {
      const known = entries.get(address);
      entries.set(address, { ...(known ?? entry(address, true)), isBootstrap: true, notBefore: 0 });
    },
    onProved(address, node, isHidden = false) {
      const existing = entries.get(address);
      const { account } = entry(address, false);
      if (existing?.isBootstrap !== true && (existing?.provedAt === undefined || existing.node !== node)) {
        const isNew = existing === undefined;
        const isRoom =
          hasRoomForNode(node, address) && (existing?.provedAt !== undefined || hasRoomForProved(account, isNew));
        if (!isRoom) {
          entries.delete(address);
          return;
        }
      }
      const known = existing ?? entry(address, false);
      entries.set(address, Object.assign(known, { node, account, isHidden, provedAt: clock.now() }));
    },
    onFailed(address, lastedMs) {
      const known = entries.get(address);
      if (!known) return;
      if (lastedMs >= STEADY_MS) known.failures = 0;
      known.notBefore = clock.now() + pause(known.failures);
      known.failures += 1;
    },
    onUseless(address) {
      const known = entries.get(address);
      if (!known) return;
      if (!known.isBootstrap) entries.delete(address);
      known.failures += 1;
      known.notBefore = clock.now() + REDIAL_LAST_MS * (0.5 + random());
    },
    isBootstrap: (address) => entries.get(address)?.isBootstrap === true,
    failures: (address) => entries.get(address)?.failures ?? 0,
    bootstrap: () => [...entries.values()].filter(({ isBootstrap }) => isBootstrap),
    due() {
      const now = clock.now();
      const rank = (of: AddressEntry): number => (of.isBootstrap ? 0 : of.provedAt !== undefined ? 1 : 2);
      return [...entries.values()]
        .filter(({ notBefore }) => notBefore <= now)
        .sort((a, b) => rank(a) - rank(b) || a.notBefore - b.notBefore);
    },
    share() {
      return [...entries.values()]
        .filter((known) => known.provedAt !== undefined && known.node !== undefined && known.isHidden !== true)
        .sort((a, b) => (b.provedAt ?? 0) - (a.provedAt ?? 0))
        .slice(0, MAX_PEERS_IN_ANSWER)
        .map(({ node, address }) => ({ node: node as PublicKey, address }));
    },
    size: () => entries.size,
    async save() {
      if (file === undefined) return;
      const peers = [...entries.values()]
        .filter(({ provedAt, node, isHidden }) => provedAt !== undefined && node !== undefined && isHidden !== true)
        .map(({ address, node, provedAt }) => ({ address, node, proved_at: Math.round(provedAt ?? 0) }));
      const text = `${JSON.stringify({ version: 1, peers }, null, 2)}\n`;
      if (text === saved) return;
      try {
        await writeFile(`${file}.new`, text, { mode: 0o600 });
        await rename(`${file}.new`, file);
        saved = text;
      } catch (error) {
        options.onFileProblem(`${file} cannot be written: ${(error as Error).message}`);
      }
    },
  };
}

interface StoredPeer {
  readonly address: HostPort;
  readonly node: PublicKey;
  readonly proved_at: number;
}

/** What the file holds, as far as it is well-formed: losing it costs a search for peers, nothing more. */
function readPeersFile(file: string | undefined, onProblem: (detail: string) => void): readonly StoredPeer[] {
  if (file === undefined) return [];
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onProblem(`${file} cannot be read: ${String(error)}`);
    return [];
  }
  const parsed = parseStrictJson(bytes);
  const peers = parsed.ok ? (parsed.value as { peers?: unknown } | null)?.peers : undefined;
  if (!Array.isArray(peers)) {
    onProblem(`${file} is not a list of peers and is started anew`);
    return [];
  }
  // The latest first, as they are dialled: nodes move, and an address that leads nowhere any more may take seconds to show it.
  const stored = peers.filter(isStoredPeer).sort((a, b) => b.proved_at - a.proved_at);
  return stored.slice(0, MAX_PROVED_ADDRESSES);
}

function isStoredPeer(value: unknown): value is StoredPeer {
  if (typeof value !== 'object' || value === null) return false;
  const { address, node, proved_at } = value as { [field: string]: unknown };
  return (
    typeof address === 'string' &&
    parseHostPort(address) !== undefined &&
    typeof node === 'string' &&
    isHashText(node) &&
    typeof proved_at === 'number'
  );
}
