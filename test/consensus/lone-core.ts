/**
 * One core among four validators of equal stake, everyone else played by the test: for one rule at a time. Blocks are
 * headers with true hashes; whether they execute is the test's to say.
 */
import assert from 'node:assert/strict';
import { assembleCertificate, referenceTo } from '../../consensus/certificate.js';
import type { ConsensusConfig, CoreLimits, Recovered } from '../../consensus/config.js';
import { type Consensus, createConsensus } from '../../consensus/consensus.js';
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { ConsensusMessage, NewView } from '../../consensus/messages.js';
import { newViewSigningText } from '../../consensus/new-view.js';
import { viewAt } from '../../consensus/view.js';
import type { BlockHeader, HashedHeader } from '../../ledger/values/block.js';
import { blockHash } from '../../ledger/values/identity.js';
import { toAmount, toEpoch, toHeight, toSlot, toView, type View } from '../../ledger/values/numbers.js';
import { developmentParameters } from '../../ledger/values/parameters.js';
import { proposalSigningText, voteSigningText } from '../../ledger/values/signing.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate, Phase, Proposal, Vote } from '../../ledger/values/vote.js';
import { standInCrypto } from '../ledger/stand-in-crypto.js';
import { person } from '../ledger/test-chain.js';
import { genesisHeaderOf } from './genesis-header.js';

export const chain = 'lone-00000000' as ChainId;
export const me = 'v1';
export const others = ['v2', 'v3', 'v4'] as const;
const names = [me, ...others];
export const keyOf = (name: string): PublicKey => person(name).validator.publicKey;
export const nameOf = (key: PublicKey): string => names.find((name) => keyOf(name) === key) ?? key;
const hashOf = (text: string): Hash => `0x${standInCrypto.sha256Hex(text)}`;
const zero = hashOf('nothing');

export const parameters = { ...developmentParameters, slots_per_epoch: 1000 };
export const R = parameters.rounds_per_slot;

export function epochEntry(number = 0, members: readonly string[] = names): EpochEntry {
  const validators = members
    .map((name) => ({ key: keyOf(name), vrf_key: zero, owner: person(name).address, stake: toAmount(1000) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  return {
    kind: 'epoch',
    number: toEpoch(number),
    nonce: hashOf(`nonce ${number}`),
    validators,
    validators_hash: zero,
  };
}

export function makeHeader(fields: Partial<Record<keyof BlockHeader, unknown>>): HashedHeader {
  const { hash: _, ...blank } = genesisHeaderOf(chain, zero);
  const header = {
    ...blank,
    ...fields,
  } as BlockHeader;
  return { ...header, hash: blockHash(standInCrypto, header) };
}

export const genesis = makeHeader({});
export const genesisCertificate: Certificate = {
  phase: 'commit',
  epoch: toEpoch(0),
  view: toView(0),
  block: genesis.hash,
  justify_view: toView(0),
  signers: [],
  signatures: [],
};

export interface LoneOptions {
  readonly recovered?: Partial<Recovered>;
  readonly parameters?: Partial<typeof parameters>;
  readonly observer?: boolean;
  readonly limits?: CoreLimits;
}

export class LoneCore {
  readonly core: Consensus;
  readonly parameters: ConsensusConfig['parameters'];
  epoch: EpochEntry;
  now = 0;
  /** The views of what the driver was told that it signed. */
  readonly signed: View[] = [];
  /** Everything since the last `take`. */
  effects: Effect[] = [];

  constructor(options: LoneOptions = {}) {
    this.parameters = { ...parameters, ...options.parameters };
    const recovered: Recovered = {
      epoch: epochEntry(),
      tip: genesis,
      tipCertificate: genesisCertificate,
      base: { block: genesis, certificate: genesisCertificate },
      bodies: [],
      voteState: { version: 1, lock: genesisCertificate, watermark: { view: toView(0), step: 'commit' } },
      ...options.recovered,
    };
    this.epoch = recovered.epoch;
    const { parameters: used } = this;
    this.core = createConsensus(
      {
        chain,
        genesisTime: 0,
        parameters: used,
        hasher: standInCrypto,
        ...(options.observer ? {} : { signer: person(me).validator }),
        onSigned: (view) => this.signed.push(view),
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      },
      recovered,
    );
  }

  step(input: Record<string, unknown> & { readonly type: Input['type'] }): readonly Effect[] {
    const effects = this.core.step({ now: this.now, ...input } as unknown as Input);
    this.effects.push(...effects);
    return effects;
  }

  /** Effects since the last call. */
  take(): readonly Effect[] {
    const taken = this.effects;
    this.effects = [];
    return taken;
  }

  enter(slot: number): readonly Effect[] {
    this.now = slot * this.parameters.slot_duration_ms;
    return this.step({ type: 'slot_started', slot: toSlot(slot) });
  }

  /** The first slot from `from` on that one of these leads. */
  slotLedBy(who: readonly string[], from = 1): number {
    for (let slot = from; slot < from + 500; slot += 1) {
      if (who.includes(nameOf(this.core.leader(toSlot(slot))))) return slot;
    }
    throw new Error('nobody of these leads');
  }

  /** A child of `parent` as the leader of the slot would make it. */
  child(parent: HashedHeader, slot: number, round = 0, justify = 0, more: Record<string, unknown> = {}): HashedHeader {
    return makeHeader({
      index: toHeight(parent.index + 1),
      epoch: this.epoch.number,
      slot: toSlot(slot),
      round,
      prev_hash: parent.hash,
      justify_view: toView(justify),
      proposer: this.core.leader(toSlot(slot)),
      ...more,
    });
  }

  proposal(
    block: HashedHeader,
    justify: Certificate,
    view: number = block.slot * R + block.round,
    by?: string,
  ): Proposal {
    const name = by ?? nameOf(this.core.leader(toSlot(Math.floor(view / R))));
    const epoch = this.epoch.number;
    const body = { chain, epoch, view: toView(view), block: block.hash, justify: referenceTo(justify) };
    const { validator } = person(name);
    return { ...body, validator: validator.publicKey, signature: validator.sign(proposalSigningText(body)) };
  }

  propose(block: HashedHeader, justify: Certificate, view?: number, by?: string): readonly Effect[] {
    return this.step({ type: 'proposal', proposal: this.proposal(block, justify, view, by), block, justify });
  }

  /** Proposes and says that whatever has to be executed is valid. */
  offer(block: HashedHeader, justify: Certificate, view?: number): readonly Effect[] {
    const effects = [...this.propose(block, justify, view)];
    for (let at = 0; at < effects.length; at += 1) {
      const effect = effects[at]!;
      if (effect.type === 'validate_block') {
        effects.push(...this.step({ type: 'block_validated', block: effect.block, valid: true }));
      }
    }
    return effects;
  }

  /** The bodies come from peers. */
  give(...blocks: readonly HashedHeader[]): readonly Effect[] {
    return blocks.flatMap((block) => this.step({ type: 'block_fetched', block }));
  }

  vote(name: string, block: HashedHeader, view: number, phase: Phase = 'prepare', justify = 0): Vote {
    const { validator } = person(name);
    const body = {
      chain,
      epoch: this.epoch.number,
      view: toView(view),
      block: block.hash,
      phase,
      justify_view: toView(justify),
    };
    return { ...body, validator: validator.publicKey, signature: validator.sign(voteSigningText(body)) };
  }

  certificate(block: HashedHeader, view: number, phase: Phase = 'prepare', justify = 0): Certificate {
    return assembleCertificate(
      this.epoch,
      others.map((name) => this.vote(name, block, view, phase, justify)),
    );
  }

  newView(name: string, slot: number, lock: Certificate, more: Partial<NewView> = {}): NewView {
    const { validator } = person(name);
    const body = {
      chain,
      epoch: this.epoch.number,
      slot: toSlot(slot),
      lock: referenceTo(lock),
      final_index: toHeight(0),
      ...more,
    };
    return { ...body, validator: validator.publicKey, signature: validator.sign(newViewSigningText(body)) };
  }

  hear(newView: NewView, lock?: Certificate): readonly Effect[] {
    return this.step({ type: 'new_view', new_view: newView, ...(lock ? { lock } : {}) });
  }

  /** Answers the open `build_block` among these effects with a child of its parent. */
  built(effects: readonly Effect[], parent: HashedHeader, more: Record<string, unknown> = {}): readonly Effect[] {
    const asked = only(effects, 'build_block');
    assert.equal(asked.parent, parent.hash);
    const block = this.child(parent, asked.slot, asked.round, asked.justify_view, more);
    return this.step({ type: 'block_built', view: asked.view, block });
  }

  /** Leads a slot at once: everyone's new-views show nothing above genesis. */
  lead(from = 1): { readonly slot: number; readonly effects: readonly Effect[] } {
    const slot = this.slotLedBy([me], from);
    const effects = [...this.enter(slot)];
    for (const name of others) effects.push(...this.hear(this.newView(name, slot, genesisCertificate)));
    return { slot, effects };
  }

  final(tip: HashedHeader, certificate: Certificate, epoch = this.epoch): readonly Effect[] {
    this.epoch = epoch;
    return this.step({ type: 'final_advanced', tip, certificate, epoch });
  }
}

export function ofType<Type extends Effect['type']>(effects: readonly Effect[], type: Type) {
  return effects.filter((effect): effect is Extract<Effect, { type: Type }> => effect.type === type);
}

export function only<Type extends Effect['type']>(effects: readonly Effect[], type: Type) {
  const found = ofType(effects, type);
  assert.equal(found.length, 1, `${found.length} effects ${type} in ${JSON.stringify(effects.map((one) => one.type))}`);
  return found[0]!;
}

export function messages<Type extends ConsensusMessage['type']>(effects: readonly Effect[], type: Type) {
  return effects.flatMap((effect) => {
    if (effect.type !== 'broadcast' && effect.type !== 'send') return [];
    const { message } = effect;
    return message.type === type ? [message as Extract<ConsensusMessage, { type: Type }>] : [];
  });
}

/** Own votes of a phase among these effects, as [block, view]. */
export function votes(effects: readonly Effect[], phase: Phase): readonly (readonly [Hash, number])[] {
  return messages(effects, 'vote')
    .filter(({ vote }) => vote.phase === phase)
    .map(({ vote }) => [vote.block, vote.view]);
}

export const viewOf = (slot: number, round = 0): number => viewAt(parameters, toSlot(slot), round);

/** In the first slot that another one leads. */
export function entered(options: ConstructorParameters<typeof LoneCore>[0] = {}) {
  const lone = new LoneCore(options);
  const slot = lone.slotLedBy(others);
  lone.enter(slot);
  lone.take();
  return { lone, slot, view: viewOf(slot) };
}
