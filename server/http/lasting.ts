import type { NodeApi } from './node-api.js';
import type { Caching } from './reply.js';

/**
 * How long an answer may be kept that a number names and that is final. Development chains begin anew under the same address,
 * and a browser would go on showing block 5 of the old one.
 */
export const lastingByNumber = ({ genesis }: Pick<NodeApi, 'genesis'>): Caching =>
  genesis.development ? 'revalidate' : 'immutable';
