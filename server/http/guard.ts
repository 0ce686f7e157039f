/** Who may talk to this node over HTTP, decided before anything else. It protects wallets on the same machine. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressGroup } from '../p2p/address-group.js';
import type { HttpLimits } from './limits.js';
import { problem, type Reply } from './reply.js';

export interface Guard {
  /** undefined: come in. */
  readonly refusal: (request: IncomingMessage) => Promise<Reply | undefined>;
}

export function createGuard(host: string, limits: HttpLimits, scheme: 'http' | 'https' = 'http'): Guard {
  const hosts =
    isLoopback(host) || host === 'localhost' ? new Set(['localhost', host, ...limits.allowedHosts]) : undefined;
  const rate = new RateLimiterMemory({ points: limits.requestsPer10s, duration: 10 });

  return {
    refusal: async (request) => {
      if (hostHeaders(request) > 1) return problem('malformed_request', 'The request has more than one Host header.');
      const hostFault = hosts === undefined ? undefined : hostRefusal(request, hosts);
      if (hostFault !== undefined) return hostFault;
      const originFault = originRefusal(request, limits.allowedOrigins, scheme);
      if (originFault !== undefined) return originFault;
      const remote = request.socket.remoteAddress ?? '';
      if (!limits.limitLoopback && isLoopback(remote)) return undefined;
      try {
        await rate.consume(addressGroup(remote));
        return undefined;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
        const detail = `At most ${limits.requestsPer10s} requests in 10 seconds are served to one address.`;
        return problem('rate_limited', detail, { headers: { 'retry-after': String(seconds) } });
      }
    },
  };
}

/** The host name of a Host header, without port and brackets; undefined for one that is none. */
export function hostName(header: string): string | undefined {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?$/.exec(header);
  return found === null ? undefined : (found[1] ?? found[2])?.toLowerCase();
}

/** Of several, node:http tells the first; what stands before this node may have believed another. */
function hostHeaders({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.toLowerCase() === 'host') count += 1;
  return count;
}

/** 127.0.0.0/8 and ::1, also in their IPv4-mapped form. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** A page that points its own name at 127.0.0.1 sends that name as Host. */
function hostRefusal(request: IncomingMessage, hosts: ReadonlySet<string>): Reply | undefined {
  // A target that names a host goes before the header.
  const [, target] = /^https?:\/\/([^/?#]*)/i.exec(request.url ?? '') ?? [];
  for (const asked of [request.headers.host ?? '', ...(target === undefined ? [] : [target])]) {
    const name = hostName(asked);
    if (name !== undefined && (isLoopback(name) || hosts.has(name))) continue;
    return problem('host_not_allowed', `This node is not reached as "${asked.slice(0, 80)}".`);
  }
  return undefined;
}

/** Browsers name the page that posts; programs send no Origin. */
function originRefusal(request: IncomingMessage, allowed: readonly string[], scheme: string): Reply | undefined {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return undefined;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin === undefined) {
    return site === 'cross-site' ? problem('origin_not_allowed', 'A page of another site posted this.') : undefined;
  }
  if (allowed.includes(origin) || origin === `${scheme}://${request.headers.host ?? ''}`) return undefined;
  return problem('origin_not_allowed', `Pages of ${origin.slice(0, 80)} may not post to this node.`);
}
