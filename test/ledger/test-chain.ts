/** A small chain for tests: draws blocks with draftBlock and takes them with executeBlock, as two nodes would. */
import assert from 'node:assert/strict';
import type { Executed } from '../../ledger/block-execution.js';
import type { BlockProblem } from '../../ledger/block-problem.js';
import type { LedgerContext } from '../../ledger/context.js';
import { type Draft, draftBlock } from '../../ledger/draft-block.js';
import { executeBlock } from '../../ledger/execute-block.js';
import { genesisState } from '../../ledger/genesis-state.js';
import { createOverlay, type Overlay } from '../../ledger/overlay.js';
import { readAccount, readEpoch, readNonce, readTip, readValidator } from '../../ledger/state-keys.js';
import { encodeAddress } from '../../ledger/values/address.js';
import type { Block } from '../../ledger/values/block.js';
import type { Signer } from '../../ledger/values/crypto.js';
import type { Genesis, Parameters } from '../../ledger/values/genesis.js';
import { type Epoch, toAmount, toNonce, toSlot, toView } from '../../ledger/values/numbers.js';
import { developmentParameters } from '../../ledger/values/parameters.js';
import type { Result } from '../../ledger/values/result.js';
import { possessionText, transactionSigningText, voteSigningText } from '../../ledger/values/signing.js';
import type { StateEntry, StateReader } from '../../ledger/values/state.js';
import type { Address, ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Transaction, TransactionBody, ValidatorKeys } from '../../ledger/values/transaction.js';
import type { Evidence, Phase, Vote } from '../../ledger/values/vote.js';
import { createLineReader } from '../../server/storage/mempool-line.js';
import { makeSigner, standInCrypto, standInVrfProof } from './stand-in-crypto.js';

export interface Person {
  readonly address: Address;
  readonly account: Signer;
  readonly validator: Signer;
  readonly vrf: Signer;
}

const people = new Map<string, Person>();

export function person(name: string): Person {
  let known = people.get(name);
  if (known === undefined) {
    const account = makeSigner(`account ${name}`);
    known = {
      address: encodeAddress('sl', account.publicKey),
      account,
      validator: makeSigner(`validator ${name}`),
      vrf: makeSigner(`vrf ${name}`),
    };
    people.set(name, known);
  }
  return known;
}

export interface TestChainOptions {
  readonly parameters?: Partial<Parameters>;
  readonly balances?: Readonly<Record<string, number>>;
  readonly stakes?: Readonly<Record<string, number>>;
}

export const testGenesisHash: Hash = `0x${'7'.repeat(64)}`;

export function testContext(options: TestChainOptions): LedgerContext {
  const { balances = { ann: 1_000_000, bob: 1_000_000 }, stakes = { v1: 1000, v2: 1000, v3: 1000 } } = options;
  const signature = `0x${'0'.repeat(128)}` as const;
  const genesis: Genesis = {
    version: 1,
    name: 'test',
    genesis_time: 0,
    address_prefix: 'sl',
    token: { symbol: 'T', decimals: 0 },
    development: true,
    parameters: { ...developmentParameters, slots_per_epoch: 10, unbonding_epochs: 2, ...options.parameters },
    accounts: Object.entries(balances).map(([name, balance]) => ({
      address: person(name).address,
      balance: toAmount(balance),
    })),
    validators: Object.entries(stakes).map(([name, stake]) => ({
      key: person(name).validator.publicKey,
      vrf_key: person(name).vrf.publicKey,
      owner: person(name).address,
      stake: toAmount(stake),
      key_proof: signature,
      vrf_key_proof: signature,
    })),
  };
  return { genesis, genesisHash: testGenesisHash, chain: 'test-77777777' as ChainId, crypto: standInCrypto };
}

type BodyFields<Body> = Body extends TransactionBody ? Omit<Body, 'chain' | 'from' | 'nonce' | 'fee'> : never;

export class TestChain {
  readonly context: LedgerContext;
  readonly state: Overlay;
  parent: Hash;
  readonly blocks: Block[] = [];

  /** @param context that of the options, unless a test needs another */
  constructor(options: TestChainOptions = {}, context = testContext(options)) {
    this.context = context;
    this.state = createOverlay({ get: () => undefined, node: () => undefined });
    this.state.absorb(genesisState(this.context).changes);
    this.parent = this.context.genesisHash;
  }

  /** A signed transaction; nonce and fee follow from the state unless given. */
  sign(
    name: string,
    fields: BodyFields<TransactionBody> & { nonce?: number; fee?: number; chain?: string },
  ): Transaction {
    const { address, account } = person(name);
    const next = readNonce(readAccount(this.state, address), fields.lane);
    const body = {
      chain: this.context.chain,
      from: address,
      ...fields,
      nonce: toNonce(fields.nonce ?? next),
      fee: toAmount(fields.fee ?? 1),
    } as TransactionBody;
    return { ...body, signature: account.sign(transactionSigningText(body)) };
  }

  pay(
    name: string,
    to: string,
    amount: number,
    more: { nonce?: number; fee?: number; lane?: number } = {},
  ): Transaction {
    return this.sign(name, {
      type: 'transfer',
      outputs: [{ to: person(to).address, amount: toAmount(amount) }],
      ...more,
    });
  }

  stake(name: string, amount: number, more: { nonce?: number; keysOf?: string } = {}): Transaction {
    const named = readValidator(this.state, person(name).validator.publicKey) === undefined;
    const { keysOf, ...rest } = more;
    return this.sign(name, {
      type: 'stake',
      amount: toAmount(amount),
      ...(named || keysOf !== undefined ? { validator: this.keys(name, keysOf ?? name) } : {}),
      ...rest,
    });
  }

  keys(owner: string, holder: string): ValidatorKeys {
    const { validator, vrf } = person(holder);
    const { address } = person(owner);
    const where = { chain: this.context.chain };
    return {
      key: validator.publicKey,
      vrf_key: vrf.publicKey,
      key_proof: validator.sign(possessionText(where, address, 'validator', validator.publicKey)),
      vrf_key_proof: vrf.sign(possessionText(where, address, 'vrf', vrf.publicKey)),
    };
  }

  unstake(name: string, amount: number, more: { nonce?: number } = {}): Transaction {
    return this.sign(name, { type: 'unstake', amount: toAmount(amount), ...more });
  }

  vote(name: string, epoch: number, view: number, block: string, phase: Phase = 'prepare', justify = 0): Vote {
    const { validator } = person(name);
    const body = {
      chain: this.context.chain,
      epoch: epoch as Epoch,
      view: toView(view),
      block: `0x${block.repeat(64)}` as Hash,
      phase,
      justify_view: toView(justify),
    };
    return { ...body, validator: validator.publicKey, signature: validator.sign(voteSigningText(body)) };
  }

  doubleVote(name: string, epoch: number, view = 5): Evidence {
    return { kind: 'double_vote', first: this.vote(name, epoch, view, 'a'), second: this.vote(name, epoch, view, 'b') };
  }

  /** Codes of the candidates that the last draft could not take. */
  refused: string[] = [];

  /** What the member in the set at `slot` modulo its size would propose. */
  draft(slot: number, candidates: readonly Transaction[] = [], evidence: readonly Evidence[] = [], round = 0) {
    const { validators } = readEpoch(this.state);
    const member = validators[slot % validators.length]!;
    this.refused = [];
    return draftBlock({
      context: this.context,
      state: this.state,
      parent: this.parent,
      slot: toSlot(slot),
      round,
      justifyView: toView(0),
      proposer: member.key,
      vrfProof: (alpha) => standInVrfProof(member.vrf_key, alpha),
      candidates,
      evidence,
      onRefused: (_, { code }) => this.refused.push(code),
    });
  }

  execute(block: Block, state: StateReader = this.state): Result<Executed, BlockProblem> {
    return executeBlock({ context: this.context, state, parent: this.parent, block });
  }

  /** Drafts, executes and keeps a block; all candidates must be taken. */
  add(slot: number, candidates: readonly Transaction[] = [], evidence: readonly Evidence[] = [], round = 0): Draft {
    const draft = this.draft(slot, candidates, evidence, round);
    assert.ok(draft !== undefined, `nothing to add at slot ${slot}`);
    assert.deepEqual(this.refused, []);
    assert.equal(draft.block.evidence.length, evidence.length);
    this.take(draft);
    return draft;
  }

  take(draft: Draft): void {
    const executed = this.execute(draft.block);
    assert.ok(executed.ok, JSON.stringify(executed));
    assert.deepEqual(executed.value, draft.executed);
    this.state.absorb(executed.value.changes);
    this.parent = draft.block.hash;
    this.blocks.push(draft.block);
  }

  balance(name: string): number {
    return readAccount(this.state, person(name).address).balance;
  }

  validator(name: string) {
    return readValidator(this.state, person(name).validator.publicKey);
  }

  /** Stakes of the set that governs the next block, by name. */
  set(...names: string[]): Record<string, number> {
    const byKey = new Map<PublicKey, string>(names.map((name) => [person(name).validator.publicKey, name]));
    const { validators } = readEpoch(this.state);
    return Object.fromEntries(validators.map(({ key, stake }) => [byKey.get(key) ?? key, stake]).sort());
  }

  get slot(): number {
    return readTip(this.state).slot;
  }

  entries(): Map<string, StateEntry> {
    const live = new Map<string, StateEntry>();
    for (const [key, entry] of this.state.changes().entries) if (entry !== null) live.set(key, entry);
    return live;
  }
}

const { genesis, chain } = testContext({});

/** Reads what a mempool kept of test chains. */
export const readTestLine = createLineReader({
  chain,
  prefix: genesis.address_prefix,
  parameters: genesis.parameters,
});
