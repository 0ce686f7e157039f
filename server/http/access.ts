/**
 * What a request may do: by the API key that it shows, or as anybody. One rule: a key that is shown and not known is
 * refused, never taken for anybody; and nobody is an administrator without a key, this machine included.
 */
import type { IncomingMessage } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type ApiKey, isAtLeast, type Role } from '../home/api-keys.js';
import type { HttpLimits } from './limits.js';
import { problem, type Reply } from './reply.js';

/** What those who show no key may do: hand in transactions and read, read, or ask for nothing but probes. */
export const anonymousRights = ['submit', 'read', 'none'] as const;
export type Anonymous = (typeof anonymousRights)[number];

export interface Access {
  /** undefined: come in. @param path without its query */
  refusal(request: IncomingMessage, path: string): Promise<Reply | undefined>;
  /** Why this request is not an administrator's; undefined: it is. Only after `refusal` has let it in. */
  adminRefusal(request: IncomingMessage): Reply | undefined;
  /** The name of the key that the request has shown. */
  keyName(request: IncomingMessage): string | undefined;
}

export interface AccessOptions {
  /** The key that a text is; absent: no text is one. */
  readonly findKey?: ((token: string) => ApiKey | undefined) | undefined;
  readonly anonymous: Anonymous;
  readonly limits: HttpLimits;
}

/** For orchestrators, which show no keys: whether it lives and whether it is ready. */
export const probes: ReadonlySet<string> = new Set(['/livez', '/readyz']);

const challenge = { 'www-authenticate': 'Bearer realm="slotledger"' };

export function createAccess({ findKey, anonymous, limits }: AccessOptions): Access {
  const keys = new WeakMap<IncomingMessage, ApiKey>();
  const rateByPoints = new Map<number, RateLimiterMemory>();

  async function rateRefusal({ sha256, requests_per_10s }: ApiKey): Promise<Reply | undefined> {
    const points = requests_per_10s ?? limits.keyRequestsPer10s;
    const rate = rateByPoints.get(points) ?? new RateLimiterMemory({ points, duration: 10 });
    rateByPoints.set(points, rate);
    try {
      await rate.consume(sha256);
      return undefined;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      const detail = `At most ${points} requests in 10 seconds are served to this API key.`;
      return problem('rate_limited', detail, { headers: { 'retry-after': String(seconds) } });
    }
  }

  function roleRefusal(key: ApiKey | undefined, needed: Role): Reply | undefined {
    const role = key?.role ?? (anonymous === 'none' ? undefined : anonymous);
    if (needed === 'admin' ? key?.role === 'admin' : role !== undefined && isAtLeast(role, needed)) return undefined;
    if (key === undefined) {
      const detail = `This needs an API key with the role ${needed}.`;
      return problem('api_key_needed', detail, { headers: challenge });
    }
    return problem('role_too_low', `The API key ${key.name} has the role ${key.role}; this needs ${needed}.`);
  }

  return {
    async refusal(request, path) {
      const token = bearerToken(request);
      const key = token === undefined ? undefined : findKey?.(token);
      if (token !== undefined && key === undefined) {
        const headers = { 'www-authenticate': `${challenge['www-authenticate']}, error="invalid_token"` };
        return problem('api_key_unknown', 'No API key of this node is the one that was shown.', { headers });
      }
      if (key !== undefined) {
        keys.set(request, key);
        const tooOften = await rateRefusal(key);
        if (tooOften !== undefined) return tooOften;
      }
      const needed = neededRole(request.method, path);
      return needed === undefined ? undefined : roleRefusal(key, needed);
    },
    adminRefusal: (request) => roleRefusal(keys.get(request), 'admin'),
    keyName: (request) => keys.get(request)?.name,
  };
}

/** What is not known to only read counts as more. Admin routes ask for their role themselves. */
function neededRole(method: string | undefined, path: string): Role | undefined {
  if (method === 'OPTIONS' || probes.has(path)) return undefined;
  return method === 'GET' || method === 'HEAD' ? 'read' : 'submit';
}

/** Other schemes are for proxies in between. */
function bearerToken({ headers }: IncomingMessage): string | undefined {
  const found = /^bearer +(.*)$/i.exec(headers.authorization ?? '');
  return found === null ? undefined : found[1]!.trim();
}
