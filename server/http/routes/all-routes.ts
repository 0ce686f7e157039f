/** Every route, in the order of the documentation. */
import { z } from 'zod';
import { adminRoutes } from '../admin/admin-routes.js';
import { eventsDescription } from '../events/listeners.js';
import type { Route, RouteDescription } from '../route.js';
import { accountRoutes } from './accounts.js';
import { blockRoutes } from './blocks.js';
import { epochRoutes } from './epochs.js';
import { evidenceRoutes } from './evidence.js';
import { healthRoutes } from './health.js';
import { mempoolRoutes } from './mempool.js';
import { peerRoutes } from './peers.js';
import { proofRoutes } from './proofs.js';
import { statusRoutes } from './status.js';
import { faucetDescription, submitDescription } from './submit-description.js';
import { supplyRoutes } from './supply.js';
import { transactionRoutes } from './transactions.js';

/** Routes that read and answer one JSON value. */
export const readRoutes: readonly Route[] = [
  ...statusRoutes,
  ...blockRoutes,
  ...transactionRoutes,
  ...accountRoutes,
  ...proofRoutes,
  ...epochRoutes,
  ...mempoolRoutes,
  ...evidenceRoutes,
  ...supplyRoutes,
  ...peerRoutes,
  ...healthRoutes,
];

const metricsDescription: RouteDescription = {
  method: 'get',
  path: '/metrics',
  tag: 'operations',
  id: 'getMetrics',
  summary: 'Metrics for Prometheus',
  answers: { 200: { description: 'Text exposition format', schema: z.string(), mediaType: 'text/plain' } },
  problems: [],
};

const openApiDescription: RouteDescription = {
  method: 'get',
  path: '/openapi.json',
  tag: 'operations',
  id: 'getOpenApi',
  summary: 'This description, OpenAPI 3.1',
  answers: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.string() }) } },
  problems: [],
};

/** What /openapi.json tells of: all of the above and those with a handler of their own. */
export const describedRoutes = (maxWaitMs: number): readonly RouteDescription[] => [
  ...readRoutes,
  submitDescription(maxWaitMs),
  faucetDescription,
  eventsDescription,
  metricsDescription,
  openApiDescription,
  ...adminRoutes,
];
