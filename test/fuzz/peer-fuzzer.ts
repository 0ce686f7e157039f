/**
 * Talks to one node's TCP port for a while: as a stranger that proves nothing, or as a proved peer that sends one
 * changed message after the other and asks for a pong after each, so that every message gets its own verdict.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Signer } from '../../ledger/values/crypto.js';
import type { Hash } from '../../ledger/values/text.js';
import type { WireType } from '../../server/p2p/messages.js';
import type { Random } from '../../server/simulator/random.js';
import { createForge, type Hand } from './forge.js';
import type { WireObject } from './heard.js';
import { cutUp, mutateBytes } from './mutate-bytes.js';
import { mutateMeaning } from './mutate-meaning.js';
import { mutateValue } from './mutate-value.js';
import { dial, introduce, type PeerLink } from './peer-link.js';
import { resign } from './resign.js';
import type { Tally } from './tally.js';
import { oddManner, plain, writeJson } from './write-json.js';

export interface PeerFuzzerOptions {
  readonly name: string;
  readonly port: number;
  readonly random: Random;
  readonly hand: Hand;
  readonly tally: Tally;
  /** Whether the connections prove the validator's key as well. */
  readonly provesValidator: boolean;
  readonly newNodeKey: () => Signer;
  readonly messagesPerSecond: number;
  readonly running: () => boolean;
}

/** Every type on the wire. A type without a place here does not compile. */
const weights: { readonly [Type in WireType]: number } = {
  ...{ hello: 1, proof: 1, welcome: 1, neighbours: 1, error: 1, get_peers: 1, peers: 1, get_genesis: 1, genesis: 1 },
  ...{ new_block: 5, vote: 5, certificate: 4, new_view: 5, transactions: 5, evidence: 4, get_blocks: 2, blocks: 4 },
  ...{ get_block: 2, block: 2, get_certificate: 2, certificate_answer: 2, ping: 2, pong: 1 },
};
const types = Object.entries(weights).flatMap(([type, weight]) => Array<WireType>(weight).fill(type as WireType));

const maxLineBytes = 262_144;
const messagesPerSession = 120;
const pongWithinMs = 5_000;

export async function runPeerFuzzer(options: PeerFuzzerOptions): Promise<void> {
  const { random, running } = options;
  while (running()) {
    if (random.chance(150_000)) await strangerSession(options);
    else await provedSession(options);
  }
}

const hashOf = (random: Random): Hash =>
  `0x${Array.from({ length: 8 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')}`;

interface Made {
  readonly type: string;
  readonly what: string;
  readonly line: Buffer;
}

/** One message as it goes over the wire, newline included. */
function makeLine({ random, hand }: PeerFuzzerOptions, forge: ReturnType<typeof createForge>, only?: WireType): Made {
  const type = only ?? random.pick(types);
  const replay = random.chance(100_000) ? hand.heard.any(random, type) : undefined;
  let value: unknown = replay ?? forge(random, type);
  let what = replay === undefined ? 'made' : 'replayed';
  // Mostly what the decoder takes, so that the rules behind it are reached; a peer that breaks the form is dropped.
  const mutate = random.chance(750_000) ? mutateMeaning : mutateValue;
  for (let changes = random.pick([0, 1, 1, 1, 2, 3]); changes > 0; changes--) {
    const mutated = mutate(random, value, () => hand.heard.any(random) ?? value);
    value = mutated.value;
    what += `, ${mutated.what}`;
  }
  if (random.chance(800_000)) {
    value = resign(hand, value);
    what += ', signed';
  }
  const manner = random.chance(150_000) ? oddManner(random) : plain;
  let line = Buffer.from(writeJson(value, manner));
  if (random.chance(30_000)) {
    line = Buffer.from(mutateBytes(random, line, maxLineBytes));
    what += ', bytes';
  }
  if (random.chance(10_000)) {
    const over = maxLineBytes + random.pick([-1, 0, 1, 1_000, maxLineBytes * 4]) - line.length;
    line = Buffer.concat([line, Buffer.alloc(Math.max(0, over), random.pick([' ', 'a', '\u0000']))]);
    what += ', long';
  }
  const newline = random.chance(20_000) ? random.pick(['\r\n', '\n\n', '\r', '\n{}\n']) : '\n';
  return { type, what, line: Buffer.concat([line, Buffer.from(newline)]) };
}

async function write(random: Random, link: PeerLink, bytes: Buffer): Promise<void> {
  if (!random.chance(100_000)) return link.write(bytes);
  const slow = random.chance(200_000);
  for (const piece of cutUp(random, bytes)) {
    await link.write(piece);
    if (slow) await pause(random.between(1, 30));
  }
}

async function provedSession(options: PeerFuzzerOptions): Promise<void> {
  const { random, hand, tally, port, name, running } = options;
  const forge = createForge(hand);
  const link = await dial(port, (message, from) => {
    hand.heard.note(message);
    answer(options, forge, message, from);
  });
  if (link === undefined) {
    tally.count('connect', 'not taken');
    await pause(100);
    return;
  }
  const node = options.newNodeKey();
  const welcome = await introduce(link, {
    chain: hand.chain,
    genesisHash: hand.genesisHash,
    node,
    ...(options.provesValidator ? { validator: hand.signer } : {}),
    challenge: hashOf(random),
    head: headOf(hand),
  });
  tally.count('connect', welcome ? 'welcome' : (link.refusal()?.code ?? 'no welcome'));
  for (let sent = 0; welcome && sent < messagesPerSession && running() && link.isOpen(); sent++) {
    const { type, what, line } = makeLine(options, forge);
    tally.input(name, `${type}: ${what}`, line);
    if (random.chance(10_000)) {
      await link.write(line.subarray(0, random.below(line.length)));
      link.cut();
      tally.count(type, 'cut off by the fuzzer');
      break;
    }
    await write(random, link, line);
    tally.count(type, await verdict(options, link));
    await pause(random.below(2_000 / options.messagesPerSecond));
  }
  link.cut();
}

/** Whatever stands before it has been judged when the pong to a ping comes. */
async function verdict({ hand, random }: PeerFuzzerOptions, link: PeerLink): Promise<string> {
  const pong = link.next('pong', pongWithinMs);
  await link.send({ type: 'ping', id: 1_000 + random.below(1_000_000), head: headOf(hand), clock: Date.now() });
  if ((await pong) !== undefined) return 'kept';
  const refusal = link.refusal();
  if (refusal !== undefined) return refusal.code;
  return link.isOpen() ? 'no pong' : 'closed';
}

const headOf = (hand: Hand): object => {
  const { index, hash, epoch, view } = hand.final();
  return { final_index: index, final_hash: hash, epoch, view };
};

/** What the node asks gets an answer most of the time: a fitting one, a changed one, or a lie. */
function answer(
  options: PeerFuzzerOptions,
  forge: ReturnType<typeof createForge>,
  message: WireObject,
  link: PeerLink,
): void {
  const { random, hand, tally, name } = options;
  const answers: { readonly [question: string]: WireType } = {
    ping: 'pong',
    get_blocks: 'blocks',
    get_block: 'block',
    get_certificate: 'certificate_answer',
    get_peers: 'peers',
    get_genesis: 'genesis',
  };
  const type = answers[message.type];
  if (type === undefined || random.chance(100_000)) return;
  let value: unknown = { ...forge(random, type), id: message.id };
  if (random.chance(600_000)) {
    const mutate = random.chance(700_000) ? mutateMeaning : mutateValue;
    value = mutate(random, value, () => hand.heard.any(random) ?? value).value;
  }
  const line = Buffer.from(`${writeJson(value)}\n`);
  tally.input(name, `${type}: in answer`, line);
  tally.count(`${type} in answer`, 'sent');
  void link.write(line);
}

/** Before any proof: broken hellos, questions that anyone may ask, noise, silence. */
async function strangerSession(options: PeerFuzzerOptions): Promise<void> {
  const { random, hand, tally, port, name } = options;
  const forge = createForge(hand);
  const link = await dial(port, (message) => hand.heard.note(message));
  if (link === undefined) {
    tally.count('stranger', 'not taken');
    return;
  }
  const lines = random.between(1, 20);
  let last = 'stranger';
  for (let sent = 0; sent < lines && link.isOpen(); sent++) {
    const only = random.pick<WireType | undefined>([
      'hello',
      'proof',
      'welcome',
      'get_blocks',
      'get_peers',
      'ping',
      undefined,
    ]);
    const { type, what, line } = makeLine(options, forge, only);
    last = `stranger ${type}`;
    tally.input(name, `stranger ${type}: ${what}`, line);
    await write(random, link, line);
    tally.count(last, 'sent');
    if (random.chance(100_000)) await pause(random.below(200));
  }
  if (random.chance(300_000)) link.end();
  const enough = Date.now() + random.pick([0, 50, 300]);
  while (link.isOpen() && Date.now() < enough) await pause(10);
  tally.count('stranger session', link.refusal()?.code ?? (link.isOpen() ? 'still open' : 'closed'));
  link.cut();
}
