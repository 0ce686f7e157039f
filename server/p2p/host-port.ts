/** Addresses of nodes as users and peers write them: `host:port`, `[IPv6]:port`. */
import type { Hello, HostPort } from './messages.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const form = /^(?:\[([0-9A-Fa-f:.%a-z]{2,64})\]|([A-Za-z0-9._-]{1,253})):([1-9][0-9]{0,4})$/;

/** @returns undefined for a text that is no address; names are not looked up. */
export function parseHostPort(text: string): Endpoint | undefined {
  const match = text.length > 261 ? null : form.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

export function formatHostPort({ host, port }: Endpoint): HostPort {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * An inbound peer's own word about where it listens, joined to the address that its connection came from. One of an interface of
 * this machine, as `fe80::1%br-0`, leads nowhere from another, and names of interfaces are not all part of an address on the wire.
 */
export function claimedAddress(
  cameFrom: string,
  hello: Pick<Hello, 'advertise' | 'listen_port'>,
): HostPort | undefined {
  if (hello.advertise !== undefined) return hello.advertise;
  if (hello.listen_port === undefined || cameFrom.includes('%')) return undefined;
  return formatHostPort({ host: cameFrom, port: hello.listen_port });
}

export function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
