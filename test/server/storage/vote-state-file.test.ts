import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { VoteState } from '../../../consensus/vote-state.js';
import type { Block } from '../../../ledger/values/block.js';
import { toView } from '../../../ledger/values/numbers.js';
import { initialVoteState } from '../../../server/replica/recover.js';
import { createVoteStateStore, initVoteState, voteStateFileName } from '../../../server/storage/vote-state-file.js';
import { TestChain } from '../../ledger/test-chain.js';

const genesisHash = `0x${'a'.repeat(64)}` as const;
const names = { key: `0x${'b'.repeat(64)}`, genesis: genesisHash } as const;

function temporary(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-votes-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return { directory, path: join(directory, voteStateFileName) };
}

const stateAt = (view: number): VoteState => ({
  ...initialVoteState(genesisHash),
  watermark: { view: toView(view), step: 'prepare' },
});

/** Blocks with a memo beyond ASCII: bytes and characters differ. */
function someBlocks(count: number): readonly Block[] {
  const chain = new TestChain();
  for (let slot = 1; slot <= count; slot += 1) {
    const to = chain.sign('bob', { type: 'transfer', outputs: [], memo: 'für später 🕰' }).from;
    const outputs = [{ to, amount: 1 as never }];
    chain.add(slot, [chain.sign('ann', { type: 'transfer', outputs, memo: 'für später 🕰', fee: 100 })]);
  }
  return chain.blocks;
}

const hashesOf = (blocks: readonly Block[]) => blocks.map(({ hash }) => hash);

function readOnce(directory: string) {
  const store = createVoteStateStore(directory, names);
  const recovered = store.read();
  store.close();
  return recovered;
}

test('without a file there is no vote state: it was lost', (t) => {
  const { directory } = temporary(t);
  assert.equal(readOnce(directory), undefined);
});

test('the last write comes back, with the bodies that are still named, each as it was', (t) => {
  const { directory } = temporary(t);
  const [one, two, three] = someBlocks(3);
  initVoteState(directory, names, initialVoteState(genesisHash));
  const store = createVoteStateStore(directory, names);
  assert.deepEqual(store.read(), { voteState: initialVoteState(genesisHash), bodies: [], ...names });
  store.write(stateAt(1), [one!], [one!.hash]);
  assert.deepEqual(readOnce(directory), { voteState: stateAt(1), bodies: [one], ...names });
  store.write(stateAt(2), [two!], hashesOf([one!, two!]));
  assert.deepEqual(readOnce(directory), { voteState: stateAt(2), bodies: [one, two], ...names });
  store.write(stateAt(3), [three!], hashesOf([two!, three!]));
  store.write(stateAt(4), [], [three!.hash]);
  store.close();
  assert.deepEqual(readOnce(directory), { voteState: stateAt(4), bodies: [three], ...names });
});

test('a store that was not read first adds to the journal and keeps what it holds', (t) => {
  const { directory } = temporary(t);
  const [one] = someBlocks(1);
  initVoteState(directory, names, stateAt(0));
  const first = createVoteStateStore(directory, names);
  first.write(stateAt(1), [one!], [one!.hash]);
  first.close();
  const second = createVoteStateStore(directory, names);
  second.write(stateAt(2), [], [one!.hash]);
  second.close();
  assert.deepEqual(readOnce(directory), { voteState: stateAt(2), bodies: [one], ...names });
});

test('a body goes to disk once, however many votes name it', (t) => {
  const { directory, path } = temporary(t);
  const [one] = someBlocks(1);
  const store = createVoteStateStore(directory, names);
  store.write(stateAt(1), [one!], [one!.hash]);
  const before = statSync(path).size;
  for (let view = 2; view < 10; view += 1) store.write(stateAt(view), [one!], [one!.hash]);
  store.close();
  assert.ok(statSync(path).size - before < 8 * 700, 'eight small lines');
  assert.deepEqual(readOnce(directory), { voteState: stateAt(9), bodies: [one], ...names });
});

test('a write cut off at any byte leaves the state before it, and the journal goes on from there', (t) => {
  const { directory, path } = temporary(t);
  const [one, two] = someBlocks(2);
  const store = createVoteStateStore(directory, names);
  store.write(stateAt(1), [one!], [one!.hash]);
  const acknowledged = statSync(path).size;
  store.write(stateAt(2), [two!], hashesOf([one!, two!]));
  store.close();
  const whole = readFileSync(path);
  assert.ok(whole.length - acknowledged > 1000 && whole.includes('🕰'));
  for (let size = acknowledged; size < whole.length; size += 11) {
    writeFileSync(path, whole);
    truncateSync(path, size);
    const torn = createVoteStateStore(directory, names);
    assert.deepEqual(torn.read(), { voteState: stateAt(1), bodies: [one], ...names }, `cut at ${size}`);
    if (size % 5 === 0) torn.write(stateAt(3), [], [one!.hash]);
    torn.close();
    if (size % 5 === 0) assert.deepEqual(readOnce(directory), { voteState: stateAt(3), bodies: [one], ...names });
  }
});

test('a last write of which a power cut kept any sector from the disk is forgiven, an earlier one is not', (t) => {
  const { directory, path } = temporary(t);
  const [one, two] = someBlocks(2);
  const store = createVoteStateStore(directory, names);
  store.write(stateAt(1), [one!], [one!.hash]);
  const acknowledged = statSync(path).size;
  store.write(stateAt(2), [two!], hashesOf([one!, two!]));
  store.close();
  const whole = readFileSync(path);
  for (let sector = acknowledged; sector < whole.length; sector = 512 * (1 + Math.floor(sector / 512))) {
    const torn = Buffer.from(whole).fill(0, sector, Math.min(whole.length, 512 * (1 + Math.floor(sector / 512))));
    writeFileSync(path, torn);
    assert.deepEqual(readOnce(directory), { voteState: stateAt(1), bodies: [one], ...names }, `sector at ${sector}`);
    // What is shorter than the torn line leaves nothing of it behind.
    writeFileSync(path, torn);
    const mended = createVoteStateStore(directory, names);
    // Longer than the first sector of the torn line, which is where the zeros stand that would excuse the rest.
    mended.write(stateAt(3), [], hashesOf([one!, two!]));
    mended.close();
    assert.deepEqual(readOnce(directory), { voteState: stateAt(3), bodies: [one], ...names }, `sector at ${sector}`);
    writeFileSync(path, Buffer.concat([torn, whole.subarray(acknowledged)]));
    if (torn.at(-1) !== 0) assert.throws(() => readOnce(directory), { code: 'VOTE_STATE_DAMAGED' });
  }
});

test('a changed byte in an acknowledged write is refused with a sentence, and nothing is written over it', (t) => {
  const { directory, path } = temporary(t);
  const [one] = someBlocks(1);
  const store = createVoteStateStore(directory, names);
  store.write(stateAt(1), [one!], [one!.hash]);
  store.write(stateAt(2), [], [one!.hash]);
  store.close();
  const whole = readFileSync(path);
  const lastLineFeed = whole.length - 1;
  for (let at = 0; at < lastLineFeed; at += 7) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(path, damaged);
    const opened = createVoteStateStore(directory, names);
    assert.throws(() => opened.read(), { code: 'VOTE_STATE_DAMAGED' }, `byte ${at}`);
    assert.throws(() => opened.write(stateAt(9), [], []), { code: 'VOTE_STATE_DAMAGED' });
    opened.close();
    assert.deepEqual(readFileSync(path), damaged);
  }
});

test('the journal starts anew when it has grown, and loses nothing by it', (t) => {
  const { directory, path } = temporary(t);
  const [one, two] = someBlocks(2);
  const store = createVoteStateStore(directory, names);
  const padding = 'x'.repeat(60_000);
  let largest = 0;
  for (let view = 1; view <= 150; view += 1) {
    // Bodies that come and go, as they do: each a line of 60 kB.
    const passing = { ...two!, hash: `0x${String(view).padStart(64, '0')}`, padding } as Block;
    store.write(stateAt(view), view === 1 ? [one!, passing] : [passing], [one!.hash, passing.hash]);
    largest = Math.max(largest, statSync(path).size);
    if (view % 25 === 0) {
      const { voteState, bodies } = readOnce(directory)!;
      assert.equal(voteState.watermark.view, view);
      assert.deepEqual(hashesOf(bodies), [one!.hash, passing.hash]);
    }
  }
  store.close();
  assert.ok(largest < 4.3 * 1024 * 1024, `${largest} bytes`);
  assert.ok(!existsSync(`${path}.new`));
});

test('a copy that is put in the place of the journal while it is in use is no vote state: the next write stands there', (t) => {
  const { directory, path } = temporary(t);
  const [one, two] = someBlocks(2);
  initVoteState(directory, names, initialVoteState(genesisHash));
  const copy = readFileSync(path);
  const store = createVoteStateStore(directory, names);
  store.write(stateAt(7), [one!], [one!.hash]);
  // As rsync and others do it, twice: also where the journal was written anew before.
  for (const view of [8, 9]) {
    writeFileSync(`${path}.copy`, copy);
    renameSync(`${path}.copy`, path);
    store.write(stateAt(view), [two!], hashesOf([one!, two!]));
    assert.deepEqual(readOnce(directory), { voteState: stateAt(view), bodies: [one, two], ...names });
  }
  store.write(stateAt(10), [], hashesOf([two!]));
  store.close();
  assert.deepEqual(readOnce(directory), { voteState: stateAt(10), bodies: [two], ...names });
});

test('a first state is never written over another', (t) => {
  const { directory } = temporary(t);
  initVoteState(directory, names, stateAt(7));
  assert.throws(() => initVoteState(directory, names, stateAt(0)), /exists already/);
  assert.equal(readOnce(directory)?.voteState.watermark.view, 7);
});

test('foreign bytes after the last line are cut off before anything is added', (t) => {
  const { directory, path } = temporary(t);
  initVoteState(directory, names, stateAt(1));
  const acknowledged = statSync(path).size;
  appendFileSync(path, Buffer.from([0, 0, 0, 0xff, 0xfe]));
  const store = createVoteStateStore(directory, names);
  store.read();
  assert.equal(statSync(path).size, acknowledged);
  store.write(stateAt(2), [], []);
  store.close();
  assert.equal(readOnce(directory)?.voteState.watermark.view, 2);
});

test('[5-whose-vote-state] a file of another chain is refused, also before it is written', (t) => {
  const { directory, path } = temporary(t);
  initVoteState(directory, names, stateAt(3));
  const before = readFileSync(path);
  const store = createVoteStateStore(directory, { ...names, genesis: `0x${'c'.repeat(64)}` });
  assert.throws(() => store.read(), { code: 'VOTE_STATE_OTHER_CHAIN' });
  assert.throws(() => store.write(stateAt(4), [], []), { code: 'VOTE_STATE_OTHER_CHAIN' });
  store.close();
  assert.deepEqual(readFileSync(path), before);
});

test('[5-whose-vote-state] a file without names is taken, and names its key and chain from the next write on', (t) => {
  const { directory } = temporary(t);
  initVoteState(directory, {}, stateAt(3));
  const store = createVoteStateStore(directory, names);
  assert.deepEqual(store.read(), { voteState: stateAt(3), bodies: [] });
  store.write(stateAt(4), [], []);
  store.close();
  assert.deepEqual(readOnce(directory), { voteState: stateAt(4), bodies: [], ...names });
});
