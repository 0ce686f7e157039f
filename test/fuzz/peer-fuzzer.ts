/**
 * Talks to one node's TCP port for a while: as a stranger that proves nothing, or as a proved peer that sends one
 * changed message after the other and asks for a pong after each, so that every message gets its own verdict.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Signer } from '../../ledger/values/crypto.js';
import type { WireType } from '../../server/p2p/messages.js';
import type { Random } from '../../server/simulator/random.js';
import { createForge, type Forge, type Hand, randomHash } from './forge.js';
import type { WireObject } from './heard.js';
import { makeLine, writeLine } from './make-line.js';
import { mutateMeaning } from './mutate-meaning.js';
import { mutateValue } from './mutate-value.js';
import { dial, type Introduction, introduce, type PeerLink } from './peer-link.js';
import type { Tally } from './tally.js';
import { writeJson } from './write-json.js';

export interface PeerFuzzerOptions {
  readonly name: string;
  readonly port: number;
  readonly random: Random;
  readonly hand: Hand;
  readonly tally: Tally;
  /** Whether the connections prove the validator's key as well. */
  readonly provesValidator: boolean;
  readonly newNodeKey: () => Signer;
  /** Where the fuzzer itself listens: nodes are told, and dial it. */
  readonly listenPort: number;
  readonly messagesPerSecond: number;
  readonly running: () => boolean;
}

const messagesPerSession = 120;
const pongWithinMs = 5_000;

export async function runPeerFuzzer(options: PeerFuzzerOptions): Promise<void> {
  const { random, running } = options;
  while (running()) {
    if (random.chance(150_000)) await strangerSession(options);
    else await provedSession(options);
  }
}

async function provedSession(options: PeerFuzzerOptions): Promise<void> {
  const { hand, tally, port } = options;
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
  const welcome = await introduce(link, introduction(options));
  tally.count('connect', welcome ? 'welcome' : (link.refusal()?.code ?? 'no welcome'));
  if (welcome) await converse(options, forge, link);
  link.cut();
}

/** Who the fuzzer says it is, with a new node key each time. */
export const introduction = ({
  hand,
  random,
  listenPort,
  newNodeKey,
  provesValidator,
}: PeerFuzzerOptions): Introduction => ({
  chain: hand.chain,
  genesisHash: hand.genesisHash,
  node: newNodeKey(),
  ...(provesValidator ? { validator: hand.signer } : {}),
  challenge: randomHash(random),
  head: headOf(hand),
  listenPort,
});

/** As a proved peer: one message after the other, each with its verdict. */
export async function converse(options: PeerFuzzerOptions, forge: Forge, link: PeerLink): Promise<void> {
  const { random, hand, tally, name, running } = options;
  for (let sent = 0; sent < messagesPerSession && running() && link.isOpen(); sent++) {
    const { type, what, line } = makeLine(random, hand, forge);
    tally.input(name, `${type}: ${what}`, line);
    if (random.chance(10_000)) {
      await link.write(line.subarray(0, random.below(line.length)));
      link.cut();
      tally.count(type, 'cut off by the fuzzer');
      break;
    }
    await writeLine(random, link, line);
    tally.count(type, await verdict(options, link));
    await pause(random.below(2_000 / options.messagesPerSecond));
  }
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
export function answer(options: PeerFuzzerOptions, forge: Forge, message: WireObject, link: PeerLink): void {
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
    const { type, what, line } = makeLine(random, hand, forge, only);
    last = `stranger ${type}`;
    tally.input(name, `stranger ${type}: ${what}`, line);
    await writeLine(random, link, line);
    tally.count(last, 'sent');
    if (random.chance(100_000)) await pause(random.below(200));
  }
  if (random.chance(300_000)) link.end();
  const enough = Date.now() + random.pick([0, 50, 300]);
  while (link.isOpen() && Date.now() < enough) await pause(10);
  tally.count('stranger session', link.refusal()?.code ?? (link.isOpen() ? 'still open' : 'closed'));
  link.cut();
}
