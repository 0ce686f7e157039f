/**
 * Cost of shapes of the state tree. For each shape, builds the tree in memory, then brings blocks of 500 changed accounts
 * into it for about two seconds.
 */
import { hash } from 'node:crypto';
import type { TreeShape } from '../../ledger/state-tree/shape.js';
import { updateTree } from '../../ledger/state-tree/update-tree.js';
import type { Hasher } from '../../ledger/values/crypto.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import type { AccountEntry } from '../../ledger/values/state.js';
import * as forms from '../command-line/forms.js';
import { readCommandLine, word, words } from '../command-line/read-command-line.js';

const blockEntries = 500;

let hashes = 0;
const hasher: Hasher = {
  sha256Hex(text) {
    hashes += 1;
    return hash('sha256', text, 'hex');
  },
  sha256OfHex: () => {
    throw new Error('not used');
  },
};

/** The first 40 bits, in symbols of one or two bits: more than any set here needs. */
function expanded(bits: 1 | 2): (keyHash: string) => string {
  return (keyHash) =>
    Number.parseInt(keyHash.slice(0, 10), 16)
      .toString(2 ** bits)
      .padStart(40 / bits, '0');
}

const hex = (keyHash: string): string => keyHash;
const shapes: Record<string, TreeShape> = {
  'binary, bucket 1': { stride: 1, bucket: 1, symbols: expanded(1) },
  'binary, bucket 8': { stride: 1, bucket: 8, symbols: expanded(1) },
  'radix 4, bucket 8': { stride: 1, bucket: 8, symbols: expanded(2) },
  'radix 16, bucket 1': { stride: 1, bucket: 1, symbols: hex },
  'radix 16, bucket 8': { stride: 1, bucket: 8, symbols: hex },
  'radix 16, bucket 16': { stride: 1, bucket: 16, symbols: hex },
  'radix 16, bucket 32': { stride: 1, bucket: 32, symbols: hex },
  'radix 256, bucket 16': { stride: 2, bucket: 16, symbols: hex },
  'radix 256, bucket 32': { stride: 2, bucket: 32, symbols: hex },
};

const { accounts, wanted } = readCommandLine({
  command: 'node dist/test/bench/state-tree-shapes.js',
  about:
    'Compares shapes of the state tree: builds each in memory, then brings blocks of 500 changed accounts into it for two seconds.',
  parameters: {
    accounts: word(forms.wholeNumber({ least: 500 }, 'accounts'), 'accounts in the tree', '300000'),
    wanted: words(forms.partOf('shape', Object.keys(shapes)), 'shapes whose names have this in them', 'all'),
  },
});

const accountEntry = (balance: number): AccountEntry => ({
  kind: 'account',
  balance: toAmount(balance),
  nonces: { '0': toNonce(balance % 1000) },
});
const keyOf = (i: number): string => `account/sl1${hash('sha256', String(i), 'hex').slice(0, 59)}`;

function build(shape: TreeShape): Map<string, string> {
  const nodes = new Map<string, string>();
  const all = new Map<string, AccountEntry>();
  for (let i = 0; i < accounts; i += 1) all.set(keyOf(i), accountEntry(i));
  const update = updateTree(hasher, { node: () => undefined }, all, shape);
  for (const [path, text] of update.nodes) if (text !== null) nodes.set(path, text);
  return nodes;
}

for (const [name, shape] of Object.entries(shapes)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const nodes = build(shape);
  let reads = 0;
  const reader = {
    node(path: string) {
      reads += 1;
      return nodes.get(path);
    },
  };
  let seed = 1;
  const times: number[] = [];
  let written = 0;
  let bytes = 0;
  let blocks = 0;
  const until = performance.now() + 2000;
  hashes = 0;
  while (performance.now() < until) {
    const changed = new Map<string, AccountEntry>();
    while (changed.size < blockEntries) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      changed.set(keyOf(seed % accounts), accountEntry(seed));
    }
    const start = performance.now();
    const update = updateTree(hasher, reader, changed, shape);
    times.push(performance.now() - start);
    blocks += 1;
    for (const [path, text] of update.nodes) {
      written += 1;
      bytes += text?.length ?? 0;
      if (text === null) nodes.delete(path);
      else nodes.set(path, text);
    }
  }
  times.sort((a, b) => a - b);
  const per = (total: number): string => (total / blocks / blockEntries).toFixed(1);
  const median = (times[times.length >> 1]! * 1000) / blockEntries;
  console.log(
    `${name.padEnd(22)} ${accounts} accounts: ${median.toFixed(1)} us/entry, ${per(hashes)} hashes, ` +
      `${per(reads)} reads, ${per(written)} writes, ${per(bytes)} bytes written per entry; ${nodes.size} nodes`,
  );
}
