/** Small chains for light-client tests: validator sets with known keys, headers, and certificates by some of them. */
import { accountFromSecret } from '../../client/account.js';
import { clientCrypto } from '../../client/crypto.js';
import type { BlockHeader, HashedHeader } from '../../ledger/values/block.js';
import { blockHash, validatorsHash } from '../../ledger/values/identity.js';
import { toAmount, toEpoch, toHeight, toSlot, toView } from '../../ledger/values/numbers.js';
import { voteSigningText } from '../../ledger/values/signing.js';
import type { EpochEntry } from '../../ledger/values/state.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import type { Certificate, Phase } from '../../ledger/values/vote.js';

export const chain = `light-${'0'.repeat(32)}` as ChainId;
export const hash = (digit: string): Hash => `0x${digit.repeat(64)}`;

export type TestEpoch = ReturnType<typeof epochOf>;

/** Validators by number, with 10 units of stake each; the same number is the same key in every set. */
export function epochOf(number: number, validators: readonly number[]) {
  const keys = validators
    .map((seed) => accountFromSecret(new Uint8Array(32).fill(seed), 'sl'))
    .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const members = keys.map(({ publicKey, address }) => ({
    key: publicKey,
    vrf_key: publicKey,
    owner: address,
    stake: toAmount(10),
  }));
  const entry: EpochEntry = {
    kind: 'epoch',
    number: toEpoch(number),
    nonce: hash('1'),
    validators: members,
    validators_hash: validatorsHash(clientCrypto, members),
  };
  return { entry, keys };
}

export function headerOf(epoch: TestEpoch, fields: Partial<BlockHeader> = {}): HashedHeader {
  const header: BlockHeader = {
    version: 1,
    chain,
    index: toHeight(epoch.entry.number + 7),
    epoch: epoch.entry.number,
    slot: toSlot(40),
    round: 0,
    prev_hash: hash('2'),
    justify_view: toView(3),
    proposer: epoch.entry.validators[0]!.key,
    tx_root: hash('3'),
    evidence_root: hash('4'),
    state_root: hash('5'),
    validators_hash: epoch.entry.validators_hash,
    ...fields,
  };
  return { ...header, hash: blockHash(clientCrypto, header) };
}

/** By the first `signers` members of the set. */
export function certificateFor(
  header: HashedHeader,
  epoch: TestEpoch,
  signers: number,
  phase: Phase = 'commit',
): Certificate {
  const body = { epoch: header.epoch, view: toView(9), block: header.hash, phase, justify_view: toView(3) };
  const text = voteSigningText({ chain, ...body });
  const chosen = epoch.keys.slice(0, signers);
  return { ...body, signers: chosen.map((_, at) => at), signatures: chosen.map((key) => key.signer.sign(text)) };
}
