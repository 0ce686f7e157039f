import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthRoutes } from '../../../server/http/routes/health.js';
import { call, listening, post } from './listening.js';
import { addressOf, createMemoryNode, transfer } from './memory-node.js';

test('a node with a fault is alive and not ready, and says which part and why', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node);
  for (const part of ['database', 'clock', 'sync', 'peers'] as const) {
    node.faults = { [part]: `The ${part} is not well.` };
    assert.equal((await call(`${url}/livez`)).status, 200);
    for (const path of ['/readyz', '/healthz']) {
      const got = await call(url + path);
      assert.equal(got.status, 503);
      assert.equal(got.body.ready, false);
      assert.deepEqual(got.body.checks[part], { ok: false, detail: `The ${part} is not well.` });
      assert.equal(Object.values(got.body.checks).filter((check) => !(check as { ok: boolean }).ok).length, 1);
      const route = healthRoutes.find((one) => one.path === path)!;
      assert.ok(route.answers[503]!.schema.safeParse(got.body).success);
    }
    assert.match((await call(`${url}/metrics`)).body, /^slotledger_node_ready_boolean 0$/m);
  }
  node.faults = {};
  assert.equal((await call(`${url}/readyz`)).status, 200);
});

test('metrics have the names of this project, count, and name no account', async (t) => {
  const node = createMemoryNode();
  const { url } = await listening(t, node);
  await post(`${url}/v1/transactions`, transfer(0));
  await call(`${url}/v1/accounts/${addressOf('alice')}`);
  await call(`${url}/v1/nothing/${addressOf('alice')}`);
  node.finalise([transfer(0)]);
  const got = await call(`${url}/metrics`);
  assert.match(got.headers.get('content-type') ?? '', /^text\/plain/);
  const text = got.body as string;
  assert.match(text, /^slotledger_chain_final_height_blocks 1$/m);
  assert.match(text, /^slotledger_transaction_finality_seconds_count 1$/m);
  assert.match(text, /^slotledger_transaction_submissions_total\{outcome="accepted"\} 1$/m);
  assert.match(text, /^slotledger_chain_final_transactions_total 1$/m);
  const route = 'method="GET",route="/v1/accounts/\\{address\\}",status="200"';
  assert.match(text, new RegExp(`slotledger_http_request_duration_seconds_count\\{${route}\\} 1`));
  assert.match(text, /slotledger_nodejs_eventloop_lag_seconds/);
  assert.doesNotMatch(text, /sl1/);
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    assert.match(name!, /^slotledger_[a-z0-9_]+$/);
    if (type === 'counter') assert.match(name!, /_total$/);
  }
});
