/** The state of block 0: what the genesis file says, as entries and the tree above them. */
import type { LedgerContext } from './context.js';
import { emptyNonceDigest } from './epoch-nonce.js';
import { createOverlay } from './overlay.js';
import {
  accountKey,
  epochKey,
  nonceMaterialKey,
  ownerKey,
  queueKey,
  supplyKey,
  tipKey,
  validatorKey,
  vrfKeyKey,
} from './state-keys.js';
import { updateTree } from './state-tree/update-tree.js';
import { validatorsHash } from './values/identity.js';
import { toAmount, toEpoch, toHeight, toSlot } from './values/numbers.js';
import type { EpochEntry, SetMember, StateChanges, StateReader } from './values/state.js';
import type { Hash } from './values/text.js';

export interface GenesisState {
  readonly changes: StateChanges;
  readonly root: Hash;
  /** Governs block 1. */
  readonly epoch: EpochEntry;
}

const nothing: StateReader = { get: () => undefined, node: () => undefined };

/** The genesis file must be a checked one: unique addresses and keys, amounts within the largest supply. */
export function genesisState(context: LedgerContext): GenesisState {
  const { genesis, crypto } = context;
  const overlay = createOverlay(nothing);
  let supply = 0;
  for (const { address, balance } of genesis.accounts) {
    supply += balance;
    overlay.set(accountKey(address), { kind: 'account', balance, nonces: {} });
  }
  const members: SetMember[] = [];
  for (const { key, vrf_key, owner, stake } of genesis.validators) {
    supply += stake;
    overlay.set(validatorKey(key), {
      kind: 'validator',
      key,
      vrf_key,
      owner,
      bonded: stake,
      unbonding: [],
      slashed_epochs: [],
    });
    overlay.set(ownerKey(owner), { kind: 'owner', validator: key });
    overlay.set(vrfKeyKey(vrf_key), { kind: 'owner', validator: key });
    members.push({ key, vrf_key, owner, stake });
  }
  members.sort((a, b) => (a.key < b.key ? -1 : 1));
  const epoch: EpochEntry = {
    kind: 'epoch',
    number: toEpoch(0),
    nonce: context.genesisHash,
    validators: members,
    validators_hash: validatorsHash(crypto, members),
  };
  overlay.set(epochKey, epoch);
  overlay.set(supplyKey, { kind: 'supply', supply: toAmount(supply), burnt: toAmount(0) });
  overlay.set(queueKey, { kind: 'queue', requests: [], offenders: [], payouts: [] });
  overlay.set(nonceMaterialKey, { kind: 'nonce_material', digest: emptyNonceDigest(crypto, toEpoch(0)) });
  overlay.set(tipKey, { kind: 'tip', index: toHeight(0), slot: toSlot(0), round: 0 });
  const tree = updateTree(crypto, overlay, overlay.changes().entries);
  for (const [path, text] of tree.nodes) overlay.setNode(path, text);
  return { changes: overlay.changes(), root: tree.root, epoch };
}
