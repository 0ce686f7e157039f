/** Damages bytes on their way: bits, lengths, newlines, UTF-8; and cuts them into the pieces in which they are sent. */
import type { Random } from '../../server/simulator/random.js';

const badUtf8 = [
  ...[[0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff]],
  ...[[0xfe], [0xf0, 0x9f], [0xc3], [0xef, 0xbb, 0xbf], [0xf8, 0x88, 0x80, 0x80, 0x80], [0], [0x0a], [0x0d], [0x22]],
];

/** @returns other bytes, never longer than `limit` */
export function mutateBytes(random: Random, bytes: Buffer, limit: number): Buffer {
  const i = random.below(Math.max(1, bytes.length));
  const insert = (what: Buffer): Buffer => Buffer.concat([bytes.subarray(0, i), what, bytes.subarray(i)]);
  switch (random.below(7)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[i] = copy[i]! ^ (1 << random.below(8));
      return copy;
    }
    case 1:
      return bytes.subarray(0, i);
    case 2:
      return bytes.subarray(i);
    case 3:
      return insert(Buffer.from(random.pick(badUtf8)));
    case 4: {
      const piece = bytes.subarray(i, i + random.between(1, 64));
      return insert(piece).subarray(0, limit);
    }
    case 5:
      return Buffer.from(Array.from({ length: random.between(1, 512) }, () => random.below(256)));
    default: {
      const j = random.below(Math.max(1, bytes.length));
      return Buffer.concat([bytes.subarray(0, Math.min(i, j)), bytes.subarray(Math.max(i, j))]);
    }
  }
}

/** The bytes in order, cut at random; 64 pieces at most. */
export function cutUp(random: Random, bytes: Buffer): Buffer[] {
  const cuts = Array.from({ length: random.between(1, 63) }, () => random.below(bytes.length + 1));
  const places = [0, ...cuts.sort((left, right) => left - right), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}
