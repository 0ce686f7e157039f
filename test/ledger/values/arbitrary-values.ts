/** Random good values of every kind that travels, for property tests. */
import fc from 'fast-check';
import type { Block, BlockHeader } from '../../../ledger/values/block.js';
import type { ChainRules } from '../../../ledger/values/decode-transaction.js';
import { evidenceFault } from '../../../ledger/values/evidence.js';
import { developmentParameters } from '../../../ledger/values/parameters.js';
import type { ChainId, Hash, PublicKey, Signature, VrfProof } from '../../../ledger/values/text.js';
import { utf8Length } from '../../../ledger/values/text-forms.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { Certificate, Evidence, Proposal, Vote } from '../../../ledger/values/vote.js';
import { addressOf } from './sample-genesis.js';

export const chain = `sample-${'0123456789abcdef'.repeat(2)}` as ChainId;
export const rules: ChainRules = { chain, prefix: 'sl', parameters: { ...developmentParameters, max_outputs: 4 } };
export const maxValidators = 20;

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
export const hashes = hex(64).map((text): Hash => `0x${text}`);
const keys = hashes as fc.Arbitrary<PublicKey>;
const signatures = hex(128).map((text): Signature => `0x${text}`);
const vrfProofs = hex(160).map((text): VrfProof => `0x${text}`);
const count = fc.oneof(fc.nat(9), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER));
const amount = fc.integer({ min: 1, max: 2 ** 50 });
const address = fc.integer({ min: 1, max: 5 }).map(addressOf);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const memo = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => utf8Length(text) <= 256);

/** The brands and unions are for the compiler; the decoders judge the values. */
const as = <T>(value: fc.Arbitrary<unknown>): fc.Arbitrary<T> =>
  value.map((made) => JSON.parse(JSON.stringify(made)) as T);

const common = {
  chain: fc.constant(chain),
  from: address,
  lane: optional(fc.integer({ min: 1, max: 255 })),
  nonce: count,
  fee: fc.nat(),
  expires_slot: optional(count),
  memo: optional(memo),
  signature: signatures,
};
const validatorKeys = fc
  .record({ key: keys, vrf_key: keys, key_proof: signatures, vrf_key_proof: signatures })
  .filter(({ key, vrf_key }) => key !== vrf_key);

export const transactions = as<Transaction>(
  fc.oneof(
    fc.record({
      ...common,
      type: fc.constant('transfer'),
      outputs: fc.array(fc.record({ to: address, amount }), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ ...common, type: fc.constant('stake'), amount, validator: optional(validatorKeys) }),
    fc.record({ ...common, type: fc.constant('unstake'), amount }),
  ),
);

const view = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const phase = fc.constantFrom('prepare', 'commit');
const reference = { phase, epoch: count, view: count, block: hashes };
const signed = { chain: fc.constant(chain), epoch: count, block: hashes, validator: keys, signature: signatures };

export const votes = as<Vote>(fc.record({ ...signed, view, phase, justify_view: count }));
export const proposals = as<Proposal>(fc.record({ ...signed, view, justify: fc.record(reference) }));

export const certificates = as<Certificate>(
  fc
    .record({
      ...reference,
      view,
      justify_view: count,
      signers: fc.uniqueArray(fc.nat(maxValidators - 1), { minLength: 1 }).map((all) => all.sort((a, b) => a - b)),
      signature: signatures,
    })
    .map(({ signature, ...rest }) => ({ ...rest, signatures: rest.signers.map(() => signature) })),
);

const pairs = fc.oneof(
  fc
    .tuple(proposals, hashes)
    .map(([first, block]) => ({ kind: 'double_proposal', first, second: { ...first, block } })),
  fc.tuple(votes, hashes).map(([first, block]) => ({ kind: 'double_vote', first, second: { ...first, block } })),
  fc.tuple(votes, fc.nat(5)).map(([vote, before]) => ({
    kind: 'lock_violation',
    first: { ...vote, phase: 'commit', view: 10 },
    second: { ...vote, phase: 'prepare', view: 11 + before, justify_view: before },
  })),
) as fc.Arbitrary<Evidence>;

export const evidence = as<Evidence>(pairs.filter((pair) => evidenceFault(pair) === undefined));

const header = {
  version: fc.constant(1),
  chain: fc.constant(chain),
  index: count,
  epoch: count,
  slot: count,
  round: fc.nat(65_535),
  prev_hash: hashes,
  justify_view: count,
  proposer: keys,
  tx_root: hashes,
  evidence_root: hashes,
  state_root: hashes,
  validators_hash: hashes,
  next_epoch: optional(fc.record({ number: count, validators_hash: hashes, nonce: hashes })),
  vrf: optional(vrfProofs),
};

export const headers = as<BlockHeader>(fc.record(header));
export const blocks = as<Block>(
  fc.record({
    ...header,
    hash: hashes,
    transactions: fc.array(transactions, { maxLength: 3 }),
    evidence: fc.array(evidence, { maxLength: 2 }),
  }),
);
