/**
 * How two nodes prove who they are. Each signs a text that names the chain, both node keys and both challenges, so a
 * proof holds for this connection alone: not for another one, not in the other direction, not on another chain.
 * It proves the key at the far end when the connection begins; encrypting what follows is for TLS. PROTOCOL section 7.
 */
import type { Signer, Verifier } from '../../ledger/values/crypto.js';
import { domainText } from '../../ledger/values/domain.js';
import type { ChainId, Hash, PublicKey } from '../../ledger/values/text.js';
import { type ErrorCode, type Hello, PROTOCOL_VERSION, type Proof } from './messages.js';

/** One side of a connection. `opener` is the side that connected. */
export interface Side {
  readonly node: PublicKey;
  readonly challenge: Hash;
  readonly role: 'opener' | 'accepter';
}

/** The text that `by` signs for `to`; with a validator key, the text which that key signs. */
export function handshakeText(chain: ChainId, by: Side, to: Side, validator?: PublicKey): string {
  return domainText('handshake', {
    chain,
    by: by.node,
    by_challenge: by.challenge,
    by_role: by.role,
    to: to.node,
    to_challenge: to.challenge,
    validator,
  });
}

export function makeProof(chain: ChainId, us: Side, them: Side, node: Signer, validator?: Signer): Proof {
  const signature = node.sign(handshakeText(chain, us, them));
  if (!validator) return { type: 'proof', signature };
  const key = validator.publicKey;
  return {
    type: 'proof',
    signature,
    validator: { key, signature: validator.sign(handshakeText(chain, us, them, key)) },
  };
}

/** @returns whether the proof shows that the far end holds the keys it claims, the validator key included. */
export function proofHolds(verifier: Verifier, chain: ChainId, us: Side, them: Side, proof: Proof): boolean {
  if (!verifier.verify(them.node, handshakeText(chain, them, us), proof.signature)) return false;
  const { validator } = proof;
  return (
    !validator || verifier.verify(validator.key, handshakeText(chain, them, us, validator.key), validator.signature)
  );
}

/** Whether its node says where it can be reached. One that does not is not told to others, however its address is known. */
export const isReachable = ({ advertise, listen_port }: Hello): boolean =>
  advertise !== undefined || listen_port !== undefined;

/** Why a hello cannot lead to a connection, or undefined. Checked before anything is signed for it. */
export function helloProblem(
  hello: Hello,
  us: { readonly chain: ChainId; readonly genesisHash: Hash; readonly node: PublicKey; readonly challenge: Hash },
): { readonly code: ErrorCode; readonly detail: string } | undefined {
  if (hello.protocol !== PROTOCOL_VERSION) {
    return {
      code: 'wrong_protocol',
      detail: `this node speaks protocol ${PROTOCOL_VERSION}, you speak ${hello.protocol}: use versions that match`,
    };
  }
  if (hello.chain !== us.chain || hello.genesis_hash !== us.genesisHash) {
    return {
      code: 'wrong_chain',
      detail: `this node is on chain ${us.chain} (genesis ${us.genesisHash}), you are on ${hello.chain}`,
    };
  }
  if (hello.node === us.node) return { code: 'self', detail: 'this node does not connect to itself' };
  if (hello.challenge === us.challenge) {
    return { code: 'bad_proof', detail: 'your challenge is a copy of ours: draw a random one' };
  }
  return undefined;
}

/**
 * Of two connections between the same two nodes, whether the newer one replaces the older: the one opened by the
 * lower node key stays, and between two with the same opener the newer stays, since it opened again for a reason.
 * Both ends decide alike, in whatever order the connections were proved.
 */
export function newerReplaces(us: PublicKey, them: PublicKey, olderIsOurs: boolean, newerIsOurs: boolean): boolean {
  if (olderIsOurs === newerIsOurs) return true;
  return newerIsOurs === us < them;
}
