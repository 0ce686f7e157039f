/**
 * Whatever stands in a file or a line, its reader ends in a value or a problem, and a value means exactly what was
 * written. Each case starts from a good one and is changed as the black-box fuzzer changes messages.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeKeyFile, type KeyFile, openKey, sealKey } from '../../client/keystore/key-file.js';
import { decodeNodeKey, type NodeKey, nodeKeyText } from '../../client/keystore/node-key.js';
import { sealSecret } from '../../client/keystore/sealed-secret.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import { parseStrictJson } from '../../ledger/values/strict-json.js';
import { entryLine, readEntry } from '../../server/audit/audit-entry.js';
import { openAuditLog } from '../../server/audit/audit-log.js';
import { SlotledgerError } from '../../server/errors.js';
import { addApiKey, readApiKeys } from '../../server/home/api-keys.js';
import { createMessageDecoder } from '../../server/p2p/decode-message.js';
import { encodeLine } from '../../server/p2p/encode-line.js';
import { formatHostPort, parseHostPort } from '../../server/p2p/host-port.js';
import { initialVoteState } from '../../server/replica/recover.js';
import { createRandom } from '../../server/simulator/random.js';
import { createVoteStateStore, initVoteState, voteStateFileName } from '../../server/storage/vote-state-file.js';
import { mutateBytes } from '../fuzz/mutate-bytes.js';
import { mutateMeaning } from '../fuzz/mutate-meaning.js';
import { mutateValue } from '../fuzz/mutate-value.js';
import { oddManner, writeJson } from '../fuzz/write-json.js';
import { rules } from './p2p/fixture.js';

const decode = createMessageDecoder(rules);
const page = readFileSync(new URL('../../../docs/PEERS.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n(.*)\n```/g)].map(([, line = '']) => JSON.parse(line) as object);

/** What became of `good`: changed in one to three places and in its bytes now and then. The seed is fast-check's. */
function changed(seed: number, good: unknown): Buffer {
  const random = createRandom(seed);
  let value = good;
  for (let changes = random.between(1, 3); changes > 0; changes -= 1) {
    const mutate = random.chance(500_000) ? mutateMeaning : mutateValue;
    value = mutate(random, value, () => random.pick(examples)).value;
  }
  const bytes = Buffer.from(random.chance(300_000) ? writeJson(value, oddManner(random)) : writeJson(value));
  return random.chance(200_000) ? Buffer.from(mutateBytes(random, bytes, 1_000_000)) : bytes;
}

function temporary(): { readonly path: string; readonly directory: string; end(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'slotledger-any-'));
  return { directory, path: join(directory, 'file'), end: () => rmSync(directory, { recursive: true, force: true }) };
}

test('a changed line ends in a problem, or in a message that is written again with the same meaning', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(...examples), (seed, example) => {
      const parsed = parseStrictJson(changed(seed, example));
      if (!parsed.ok) return;
      const decoded = decode(parsed.value);
      if (!decoded.ok) {
        assert.match(decoded.problem.detail, /\.$|^[A-Z]/);
        return;
      }
      accepted += 1;
      const line = encodeLine(decoded.value);
      const again = decode(JSON.parse(line.toString()));
      assert.ok(again.ok, line.toString());
      assert.deepEqual(encodeLine(again.value), line);
      // Nothing is added or left out, but what a question typed by hand may leave out.
      const written = JSON.parse(line.toString()) as object;
      assert.equal(canonicalJson({ ...written, ...(parsed.value as object) }), canonicalJson(written));
    }),
    { numRuns: 1_500 },
  );
  assert.ok(accepted > 75, `${accepted} of 1500 were accepted`);
});

test('a changed vote state is refused with a sentence or is a state that was written', () => {
  const genesisHash = `0x${'a'.repeat(64)}` as const;
  const { directory, end } = temporary();
  initVoteState(directory, { genesis: genesisHash }, initialVoteState(genesisHash));
  const path = join(directory, voteStateFileName);
  const good = readFileSync(path);
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, whole) => {
      const random = createRandom(seed);
      const line = JSON.parse(good.toString().slice(17)) as unknown;
      writeFileSync(
        path,
        whole ? mutateBytes(random, good, 100_000) : Buffer.concat([good.subarray(0, 17), changed(seed, line)]),
      );
      const store = createVoteStateStore(directory, { genesis: genesisHash });
      try {
        const read = store.read();
        if (read !== undefined) assert.deepEqual(read.voteState, initialVoteState(genesisHash));
      } catch (error) {
        assert.ok(error instanceof SlotledgerError && error.code === 'VOTE_STATE_DAMAGED', String(error));
      } finally {
        store.close();
      }
    }),
    { numRuns: 300 },
  );
  end();
});

test('a changed list of API keys is refused as a whole', () => {
  const { path, end } = temporary();
  addApiKey(path, { name: 'one', role: 'submit', now: 5 });
  addApiKey(path, { name: 'two', role: 'admin', now: 6, requestsPer10s: 5 });
  const good = JSON.parse(readFileSync(path, 'utf8')) as unknown;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const bytes = changed(seed, good);
      writeFileSync(path, bytes, { mode: 0o600 });
      try {
        const keys = readApiKeys(path);
        const { keys: written } = JSON.parse(bytes.toString()) as { keys: unknown };
        assert.equal(canonicalJson(keys), canonicalJson(written));
      } catch (error) {
        assert.ok(error instanceof SlotledgerError && error.code === 'API_KEYS_DAMAGED', String(error));
      }
    }),
    { numRuns: 500 },
  );
  end();
});

test('a changed line of the audit log is known as changed', () => {
  const { directory, end } = temporary();
  const log = openAuditLog({ home: directory, now: () => 7, onFailure: assert.fail });
  log.record('node_started', { version: 'x', list: [1, 'two'] } as never);
  log.close();
  const [line = ''] = readFileSync(join(directory, 'audit.jsonl'), 'utf8').split('\n');
  const entry = readEntry(line);
  assert.ok(typeof entry !== 'string', String(entry));
  assert.equal(entryLine(entry), line);
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const text = changed(seed, JSON.parse(line)).toString();
      const read = readEntry(text);
      assert.equal(typeof read, text === line ? 'object' : 'string');
    }),
    { numRuns: 500 },
  );
  end();
});

test('a changed key file is refused with a sentence, or opens as what it says, or not with this password', async () => {
  const secret = new Uint8Array(32).fill(7);
  const described = { name: 'k', secret, publicKey: secret, path: '', address: 'sl1x' };
  const file = await sealKey(described as never, 'a password');
  // As cheap to try as scrypt gets.
  const { kdf } = file.crypto;
  const cheap = { ...kdf, params: { ...kdf.params, n: 2, r: 1, p: 1 } };
  const sealed = { ...file, crypto: { ...file.crypto, kdf: cheap } };
  assert.ok(decodeKeyFile(JSON.stringify(sealed)).ok);
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const read = decodeKeyFile(changed(seed, sealed).toString());
      if (!read.ok) {
        assert.equal(typeof read.problem, 'string');
        return;
      }
      // Whatever passes can be tried: no exception, and no password bound to another key.
      const opened = await openKey(read.value as KeyFile, 'a password');
      if (!opened.ok) assert.equal(opened.problem, 'wrong_password');
    }),
    { numRuns: 300 },
  );
});

test('node keys, addresses of hosts: any text is read or refused, and what is read is written the same', async () => {
  const plain: NodeKey = { seed: Buffer.alloc(32, 1) };
  const sealed: NodeKey = { publicKey: `0x${'1'.repeat(64)}`, sealed: await sealSecret(plain.seed, 'a password') };
  const goods = [plain, sealed].map((key) => nodeKeyText('node', key));
  assert.deepEqual(
    goods.map((good) => decodeNodeKey(good, 'node')),
    [plain, sealed],
  );
  fc.assert(
    fc.property(fc.integer(), fc.string({ unit: 'binary', maxLength: 80 }), (seed, text) => {
      for (const good of goods) {
        const read = decodeNodeKey(changed(seed, JSON.parse(good)).toString(), 'node');
        assert.deepEqual(read, read && decodeNodeKey(nodeKeyText('node', read), 'node'));
      }
      decodeNodeKey(text, 'node');
      const endpoint = parseHostPort(text);
      if (endpoint !== undefined) assert.deepEqual(parseHostPort(formatHostPort(endpoint)), endpoint);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(
      fc.constantFrom('a.example', '127.0.0.1', '[::1]', '[fe80::1]', 'x'),
      fc.integer({ min: -5, max: 70_000 }),
      (host, port) => {
        const endpoint = parseHostPort(`${host}:${port}`);
        assert.equal(endpoint !== undefined, port >= 1 && port <= 65_535, `${host}:${port}`);
        if (endpoint !== undefined) assert.equal(formatHostPort(endpoint), `${host}:${port}`);
      },
    ),
  );
});
