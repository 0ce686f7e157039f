/** What a program was given by somebody else stays one segment of the path, so that no other route is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../client/index.js';
import type { Address } from '../../ledger/values/text.js';

test('an address that is none asks for no other route', async () => {
  const asked: string[] = [];
  const client = createClient({
    url: 'http://node.test',
    fetch: async (input) => {
      asked.push(new URL(String(input)).pathname);
      return new Response('{}');
    },
  });
  await client.account('../status' as Address);
  await client.account('sl1?index=5' as Address);
  assert.deepEqual(asked, ['/v1/accounts/..%2Fstatus', '/v1/accounts/sl1%3Findex%3D5']);
});
