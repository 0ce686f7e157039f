/** The page at /, run by a browser of a few lines against a real node: what it says when the node or its answers are gone. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { hangGuardMs } from '../../hang-guard.js';
import { hex, sharedChainNode } from './chain-node.js';
import { call, listening } from './listening.js';

const shared = sharedChainNode();

class Element {
  id = '';
  textContent = '';
  className = '';
  hidden = false;
  href = '';
  readonly style: { width?: string } = {};
  readonly children: Element[] = [];
  append = (...more: Element[]) => void this.children.push(...more);
  prepend = (...more: Element[]) => void this.children.unshift(...more);
  replaceChildren = () => void this.children.splice(0);
}

class Events {
  static readonly CLOSED = 2;
  static opened: Events[] = [];
  readyState = 1;
  onerror = () => {};
  readonly listeners = new Map<string, (event: { readonly data: string }) => void>();
  constructor(readonly path: string) {
    Events.opened.push(this);
  }
  addEventListener = (type: string, listener: (event: { readonly data: string }) => void) =>
    void this.listeners.set(type, listener);
  emit = (type: string, data: object) => this.listeners.get(type)?.({ data: JSON.stringify(data) });
}

/** @returns the elements of the page by id, and what it put off */
async function browser(url: string, script: string) {
  const elements = new Map<string, Element>();
  const reloads: string[] = [];
  const later: (() => void)[] = [];
  Events.opened = [];
  const document = {
    getElementById: (id: string) => {
      // A row that is not there yet.
      if (/^b\d/.test(id)) return elements.get('blocks')?.children.find((row) => row.id === id) ?? null;
      if (!elements.has(id)) elements.set(id, new Element());
      return elements.get(id);
    },
    createElement: () => new Element(),
    querySelectorAll: () => [],
  };
  const context = createContext({
    document,
    location: { origin: url, reload: () => void reloads.push(url) },
    fetch: (path: string) => fetch(url + path),
    EventSource: Events,
    setTimeout: (call: () => void) => later.push(call),
    requestAnimationFrame: () => {},
  });
  runInContext(script, context);
  const text = (id: string) => document.getElementById(id)?.textContent ?? '';
  const shows = async (id: string, wanted: RegExp) => {
    for (const end = Date.now() + hangGuardMs; !wanted.test(text(id)); ) {
      assert.ok(Date.now() < end, `${id} is "${text(id)}", not ${wanted}`);
      await new Promise((done) => setImmediate(done));
    }
  };
  return { text, shows, later, elements, reloads };
}

async function open(
  t: TestContext,
  ...more: Parameters<typeof listening> extends [unknown, unknown, ...infer R] ? R : []
) {
  const server = await listening(t, (await shared()).api, ...more);
  const script = (await call(`${server.url}/assets/landing.js`)).body;
  return { server, script: script as string };
}

test('a slot is shown when it begins; a refused stream is opened again, and the list begins anew', async (t) => {
  const node = await shared();
  await node.pay(2);
  const { server, script } = await open(t);
  const page = await browser(server.url, script);
  await page.shows('health', /^In step with the chain\.$/);
  for (const end = Date.now() + hangGuardMs; Events.opened.length === 0; ) {
    assert.ok(Date.now() < end, 'no stream was opened');
    await new Promise((done) => setImmediate(done));
  }
  const [first] = Events.opened;
  first!.emit('slot', { slot: 1_000_000 });
  assert.equal(page.text('slot'), (1_000_000).toLocaleString());
  const rows = page.elements.get('blocks')!.children.map(({ id }) => id);
  assert.ok(rows.length >= 2);

  page.later.length = 0;
  first!.onerror();
  assert.equal(page.text('health'), 'Connection lost; trying again.');
  assert.equal(page.later.length, 0, 'the browser takes up again what broke');
  first!.readyState = Events.CLOSED;
  first!.onerror();
  for (const go of page.later.splice(0)) go();
  await page.shows('health', /^In step with the chain\.$/);
  for (const end = Date.now() + hangGuardMs; Events.opened.length < 2; ) {
    assert.ok(Date.now() < end, 'no second stream was opened');
    await new Promise((done) => setImmediate(done));
  }
  assert.deepEqual(
    page.elements.get('blocks')!.children.map(({ id }) => id),
    rows,
  );
});

test('a page whose questions are refused says why, one without a node says so, and both ask again', async (t) => {
  const { server, script } = await open(t);
  const closed = await listening(t, (await shared()).api, {}, 0, { anonymous: 'none', findKey: () => undefined });
  const refused = await browser(closed.url, script);
  await refused.shows('health', /API key/);
  assert.equal(refused.later.length, 1);
  await server.close();
  const alone = await browser(server.url, script);
  await alone.shows('health', /^The node does not answer; trying again\.$/);
  assert.equal(alone.later.length, 1);
});

test('a page of which the address serves another chain meanwhile begins anew', async (t) => {
  const { api } = await shared();
  let genesisHash = api.genesisHash;
  const server = await listening(t, {
    ...api,
    get genesisHash() {
      return genesisHash;
    },
  });
  const page = await browser(server.url, (await call(`${server.url}/assets/landing.js`)).body);
  await page.shows('health', /^In step with the chain\.$/);
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + hangGuardMs; !holds(); ) {
      assert.ok(Date.now() < end, 'it did not come about');
      await new Promise((done) => setImmediate(done));
    }
  };
  await until(() => Events.opened.length > 0);
  const look = async (): Promise<void> => {
    page.later.length = 0;
    Events.opened[0]!.emit('slot', { slot: 5 });
    const [refresh] = page.later;
    page.elements.get('height')!.textContent = '';
    refresh!();
    await until(() => page.text('height') !== '');
  };
  await look();
  assert.equal(page.reloads.length, 0);
  genesisHash = hex('another');
  await look();
  assert.equal(page.reloads.length, 1);
});
