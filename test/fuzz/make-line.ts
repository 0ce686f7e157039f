/** One changed message as it goes over the wire, and the ways in which its bytes are sent. */
import { setTimeout as pause } from 'node:timers/promises';
import type { WireType } from '../../server/p2p/messages.js';
import type { Random } from '../../server/simulator/random.js';
import type { Forge, Hand } from './forge.js';
import { cutUp, mutateBytes } from './mutate-bytes.js';
import { mutateMeaning } from './mutate-meaning.js';
import { mutateValue } from './mutate-value.js';
import type { PeerLink } from './peer-link.js';
import { resign } from './resign.js';
import { oddManner, plain, writeJson } from './write-json.js';

/** Every type on the wire. A type without a place here does not compile. */
const weights: { readonly [Type in WireType]: number } = {
  ...{ hello: 1, proof: 1, welcome: 1, neighbours: 1, error: 1, get_peers: 1, peers: 1, get_genesis: 1, genesis: 1 },
  ...{ new_block: 5, vote: 5, certificate: 4, new_view: 5, transactions: 5, evidence: 4, get_blocks: 2, blocks: 4 },
  ...{ get_block: 2, block: 2, get_certificate: 2, certificate_answer: 2, ping: 2, pong: 1 },
};
const types = Object.entries(weights).flatMap(([type, weight]) => Array<WireType>(weight).fill(type as WireType));

const maxLineBytes = 262_144;

export interface Made {
  readonly type: string;
  readonly what: string;
  readonly line: Buffer;
}

/** One message as it goes over the wire, newline included. */
export function makeLine(random: Random, hand: Hand, forge: Forge, only?: WireType): Made {
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

export async function writeLine(random: Random, link: PeerLink, bytes: Buffer): Promise<void> {
  if (!random.chance(100_000)) return link.write(bytes);
  const slow = random.chance(200_000);
  for (const piece of cutUp(random, bytes)) {
    await link.write(piece);
    if (slow) await pause(random.between(1, 30));
  }
}
