/**
 * From a line's object to a message. The one rule: what comes out has only known members, each within its bounds;
 * signatures, hashes and truth are for whoever receives it. docs/PEERS.md shows a line of each kind.
 */
import type { NewView } from '../../consensus/messages.js';
import type { Block } from '../../ledger/values/block.js';
import { blockDecoders } from '../../ledger/values/decode-block.js';
import {
  chainDecoder,
  decodeChainId,
  decodeEpoch,
  decodeHash,
  decodeHeight,
  decodePublicKey,
  decodeSignature,
  decodeSlot,
} from '../../ledger/values/decode-text.js';
import {
  type ChainRules,
  maxTransactionsPerBlock,
  transactionDecoder,
} from '../../ledger/values/decode-transaction.js';
import { certificateDecoder, decodeCertificateReference, votingDecoders } from '../../ledger/values/decode-vote.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { type DecodeProblem, ok, type Result } from '../../ledger/values/result.js';
import {
  type Decoder,
  type Fields,
  integer,
  isObject,
  list,
  nullable,
  oneOf,
  optional,
  record,
  refuse,
  textOf,
  variant,
} from '../../ledger/values/shape.js';
import { isWellFormed } from '../../ledger/values/text-forms.js';
import type { Head, ReplicaMessage } from '../replica/ports.js';
import { parseHostPort } from './host-port.js';
import { MAX_BLOCKS_IN_PAGE, MAX_NEIGHBOURS, MAX_PEERS_IN_ANSWER } from './limits.js';
import type {
  ErrorCode,
  ErrorMessage,
  Hello,
  HostPort,
  PeerAddress,
  Proof,
  WireMessage,
  WireType,
} from './messages.js';

export type DecodeMessage = (value: unknown) => Result<WireMessage, DecodeProblem>;

type Of<Type extends WireType> = Extract<WireMessage, { readonly type: Type }>;
type NewBlock = Extract<ReplicaMessage, { readonly type: 'new_block' }>;

const id = integer<number>(0);
const clock = integer<number>(0);
const port = integer<number>(1, 65_535);
const hostPort: Decoder<HostPort> = textOf((text) => parseHostPort(text) !== undefined, 'An address, host:port,');
const head: Decoder<Head> = record<Head>({
  final_index: decodeHeight,
  final_hash: decodeHash,
  epoch: integer<number>(0),
  view: integer<number>(0),
});
const detail: Decoder<string> = textOf((text) => text.length <= 1_000 && isWellFormed(text), 'A sentence');

const errorCodes: { readonly [Code in ErrorCode]: true } = {
  wrong_chain: true,
  tls_needed: true,
  wrong_protocol: true,
  bad_line: true,
  bad_message: true,
  bad_proof: true,
  self: true,
  duplicate: true,
  hello_first: true,
  private: true,
  busy: true,
  refused: true,
  too_large: true,
  timeout: true,
};

/** `error` alone, for who has no chain yet. */
export const decodeError: Decoder<ErrorMessage> = record<ErrorMessage>({
  type: oneOf('error'),
  code: oneOf(...(Object.keys(errorCodes) as ErrorCode[])),
  detail,
});

/** A question typed by hand may leave its id out: it is 0 then. */
function question<T extends { readonly id: number }>(fields: Fields<T>): Decoder<T> {
  const decoder = record<T>(fields);
  return (value) => (isObject(value) && value.id === undefined ? decoder({ ...value, id: 0 }) : decoder(value));
}

/** Decoder of every message of one chain. The genesis inside `genesis` is checked by its hash, not here. */
export function createMessageDecoder(rules: ChainRules): DecodeMessage {
  const { block } = blockDecoders(rules);
  const { vote, proposal, evidence } = votingDecoders(rules.chain);
  const certificate = certificateDecoder(rules.parameters.max_validators);
  const newView = record<NewView>({
    chain: chainDecoder(rules.chain),
    epoch: decodeEpoch,
    slot: decodeSlot,
    lock: decodeCertificateReference,
    last_prepare: optional(vote),
    final_index: decodeHeight,
    validator: decodePublicKey,
    signature: decodeSignature,
  });
  const decoders: { readonly [Type in WireType]: Decoder<WireMessage> } = {
    hello: record<Hello>({
      type: oneOf('hello'),
      protocol: integer<number>(0),
      chain: decodeChainId,
      genesis_hash: decodeHash,
      node: decodePublicKey,
      advertise: optional(hostPort),
      listen_port: optional(port),
      head,
      challenge: decodeHash,
    }),
    proof: record<Proof>({
      type: oneOf('proof'),
      signature: decodeSignature,
      validator: optional(record({ key: decodePublicKey, signature: decodeSignature })),
    }),
    welcome: record<Of<'welcome'>>({ type: oneOf('welcome') }),
    neighbours: record<Of<'neighbours'>>({ type: oneOf('neighbours'), nodes: list(decodePublicKey, MAX_NEIGHBOURS) }),
    error: decodeError,
    get_peers: question<Of<'get_peers'>>({ type: oneOf('get_peers'), id }),
    peers: record<Of<'peers'>>({
      type: oneOf('peers'),
      id,
      peers: list(record<PeerAddress>({ node: decodePublicKey, address: hostPort }), MAX_PEERS_IN_ANSWER),
    }),
    get_genesis: question<Of<'get_genesis'>>({ type: oneOf('get_genesis'), id }),
    genesis: record<Of<'genesis'>>({ type: oneOf('genesis'), id, genesis: anyObject as Decoder<Genesis> }),
    new_block: newBlockDecoder(block, record({ proposal, justify: certificate })),
    vote: record<Of<'vote'>>({ type: oneOf('vote'), vote }),
    certificate: record<Of<'certificate'>>({ type: oneOf('certificate'), certificate }),
    new_view: record<Of<'new_view'>>({ type: oneOf('new_view'), new_view: newView, lock: optional(certificate) }),
    transactions: record<Of<'transactions'>>({
      type: oneOf('transactions'),
      transactions: list(transactionDecoder(rules), maxTransactionsPerBlock(rules.parameters), 1),
    }),
    evidence: record<Of<'evidence'>>({ type: oneOf('evidence'), evidence }),
    get_blocks: question<Of<'get_blocks'>>({
      type: oneOf('get_blocks'),
      id,
      from_index: decodeHeight,
      count: integer<number>(1, MAX_BLOCKS_IN_PAGE),
    }),
    blocks: record<Of<'blocks'>>({
      type: oneOf('blocks'),
      id,
      blocks: list(block, MAX_BLOCKS_IN_PAGE),
      finality: list(certificate, MAX_BLOCKS_IN_PAGE),
    }),
    get_block: question<Of<'get_block'>>({ type: oneOf('get_block'), id, hash: decodeHash }),
    block: record<Of<'block'>>({ type: oneOf('block'), id, block: nullable(block) }),
    get_certificate: question<Of<'get_certificate'>>({ type: oneOf('get_certificate'), id, block: decodeHash }),
    certificate_answer: record<Of<'certificate_answer'>>({
      type: oneOf('certificate_answer'),
      id,
      certificate: nullable(certificate),
    }),
    ping: pingDecoder('ping'),
    pong: record<Of<'pong'>>({ type: oneOf('pong'), id, head, clock }),
  };
  return variant<WireMessage>('type', decoders);
}

const anyObject: Decoder<object> = (value) => (isObject(value) ? ok(value) : refuse('An object is expected here.'));

/** A bare `{"type":"ping"}` typed by hand asks for a pong as well; it tells of an empty head at time 0. */
function pingDecoder(type: 'ping'): Decoder<Of<'ping'>> {
  const decoder = record<Of<'ping'>>({ type: oneOf(type), id, head, clock });
  const nothing: Head = { final_index: 0 as Head['final_index'], final_hash: `0x${'0'.repeat(64)}`, epoch: 0, view: 0 };
  return (value) => (isObject(value) ? decoder({ id: 0, head: nothing, clock: 0, ...value }) : decoder(value));
}

/** A block travels flat: everything beside `type`, `proposal` and `justify` is the block. */
function newBlockDecoder(
  block: Decoder<Block>,
  companions: Decoder<Pick<NewBlock, 'proposal' | 'justify'>>,
): Decoder<NewBlock> {
  return (value) => {
    if (!isObject(value)) return refuse('An object is expected here.');
    const { type: _type, proposal, justify, ...flat } = value;
    const beside = companions({ proposal, justify });
    if (!beside.ok) return beside;
    const decoded = block(flat);
    return decoded.ok ? ok({ type: 'new_block', ...beside.value, block: decoded.value }) : decoded;
  };
}
