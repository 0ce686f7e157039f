/** A chain for a run: validators with uneven stakes, customers with balances, and the ledger that all disks begin with. */
import type { LedgerContext } from '../../ledger/context.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { encodeAddress } from '../../ledger/values/address.js';
import type { Block } from '../../ledger/values/block.js';
import type { Genesis, Parameters } from '../../ledger/values/genesis.js';
import { toAmount, toEpoch, toHeight, toNonce, toSlot, toView } from '../../ledger/values/numbers.js';
import { developmentParameters } from '../../ledger/values/parameters.js';
import { possessionText, transactionSigningText } from '../../ledger/values/signing.js';
import type { StateEntry } from '../../ledger/values/state.js';
import type { Address, ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionBody, ValidatorKeys } from '../../ledger/values/transaction.js';
import { keepTexts } from '../../ledger/values/transaction-texts.js';
import type { KeyRing } from './key-ring.js';
import { standInKey } from './stand-in-crypto.js';
import type { LedgerFile } from './virtual-disk.js';

export interface SimulatedChain {
  readonly keys: KeyRing;
  readonly context: LedgerContext;
  readonly file: LedgerFile;
  /** Balances and stakes of genesis together. */
  readonly total: number;
}

export const validatorKeyOf = (node: number): PublicKey => standInKey('validator', node);
export const vrfKeyOf = (node: number): PublicKey => standInKey('vrf', node);
export const ownerOf = (node: number): Address => encodeAddress('sl', standInKey('owner', node));
export const customerOf = (index: number): Address => encodeAddress('sl', standInKey('customer', index));

export interface ChainOptions {
  readonly stakes: readonly number[];
  readonly customers: number;
  /** Balances of genesis beyond those of customers and owners. */
  readonly accounts?: readonly { readonly address: Address; readonly balance: number }[];
  readonly parameters: Partial<Parameters>;
}

export function createSimulatedChain(keys: KeyRing, options: ChainOptions): SimulatedChain {
  const signature = `0x${'0'.repeat(128)}` as const;
  const richness = 1_000_000_000;
  const genesis: Genesis = {
    version: 1,
    name: 'simulated',
    genesis_time: 0,
    address_prefix: 'sl',
    token: { symbol: 'SIM', decimals: 0 },
    development: true,
    parameters: { ...developmentParameters, ...options.parameters },
    accounts: [
      ...[
        ...Array.from({ length: options.customers }, (_, at) => customerOf(at)),
        // Room for nodes that join later.
        ...Array.from({ length: 64 }, (_, at) => ownerOf(at)),
      ].map((address) => ({ address, balance: toAmount(richness) })),
      ...(options.accounts ?? []).map(({ address, balance }) => ({ address, balance: toAmount(balance) })),
    ],
    validators: options.stakes.map((stake, node) => ({
      key: validatorKeyOf(node),
      vrf_key: vrfKeyOf(node),
      owner: ownerOf(node),
      stake: toAmount(stake),
      key_proof: signature,
      vrf_key_proof: signature,
    })),
  };
  const genesisHash: Hash = `0x${'5'.repeat(64)}`;
  const context: LedgerContext = { genesis, genesisHash, chain: 'simulated-55555555' as ChainId, crypto: keys.crypto };
  const state = genesisState(context);
  const entries = new Map<string, StateEntry>();
  for (const [key, entry] of state.changes.entries) if (entry !== null) entries.set(key, entry);
  const nodes = new Map<string, string>();
  for (const [path, node] of state.changes.nodes) if (node !== null) nodes.set(path, node);
  const block = { hash: genesisHash, index: toHeight(0), slot: toSlot(0), epoch: toEpoch(0), round: 0 } as Block;
  const tip = { index: toHeight(0), hash: genesisHash, epoch: toEpoch(0), slot: toSlot(0), view: toView(0) };
  const file: LedgerFile = {
    entries,
    nodes,
    blocks: [block],
    indexByHash: new Map([[genesisHash, 0]]),
    certificates: new Map(),
    receipts: new Map(),
    tip,
  };
  const staked = options.stakes.reduce((sum, stake) => sum + stake, 0);
  const held = genesis.accounts.reduce((sum, { balance }) => sum + balance, 0);
  return { keys, context, file, total: held + staked };
}

/** What a wallet would hand in. */
export interface Purse {
  pay(to: Address, amount: number): Transaction;
  /** With this nonce of this lane, whatever was signed before. */
  payAt(lane: number, nonce: number, to: Address, amount: number, expiresSlot?: number): Transaction;
  stake(amount: number, node?: number): Transaction;
  unstake(amount: number): Transaction;
}

/** Signs with a stand-in key and counts its own nonces, as one who never loses an answer. */
export function createPurse(
  chain: SimulatedChain,
  kind: 'owner' | 'customer' | `named/${string}`,
  index: number,
  firstNonce = 0,
): Purse {
  const signer = chain.keys.signer(standInKey(kind, index));
  const from = encodeAddress('sl', signer.publicKey);
  const { context } = chain;
  let nonce = firstNonce;
  const sign = (fields: object): Transaction => {
    const common = { chain: context.chain, from, fee: toAmount(10) };
    const body = { ...common, ...('nonce' in fields ? {} : { nonce: toNonce(nonce++) }), ...fields } as TransactionBody;
    const transaction = { ...body, signature: signer.sign(transactionSigningText(body)) } as Transaction;
    keepTexts(transaction);
    return transaction;
  };
  return {
    payAt: (lane, at, to, amount, expiresSlot) =>
      sign({
        type: 'transfer',
        ...(lane === 0 ? {} : { lane }),
        nonce: toNonce(at),
        ...(expiresSlot === undefined ? {} : { expires_slot: toSlot(expiresSlot) }),
        outputs: [{ to, amount: toAmount(amount) }],
      }),
    pay: (to, amount) => sign({ type: 'transfer', outputs: [{ to, amount: toAmount(amount) }] }),
    stake: (amount, node) =>
      sign({
        type: 'stake',
        amount: toAmount(amount),
        ...(node === undefined ? {} : { validator: keysOf(chain, node) }),
      }),
    unstake: (amount) => sign({ type: 'unstake', amount: toAmount(amount) }),
  };
}

function keysOf({ context, keys }: SimulatedChain, node: number): ValidatorKeys {
  const key = validatorKeyOf(node);
  const vrf = vrfKeyOf(node);
  const where = { chain: context.chain };
  return {
    key,
    vrf_key: vrf,
    key_proof: keys.signer(key).sign(possessionText(where, ownerOf(node), 'validator', key)),
    vrf_key_proof: keys.signer(vrf).sign(possessionText(where, ownerOf(node), 'vrf', vrf)),
  };
}
