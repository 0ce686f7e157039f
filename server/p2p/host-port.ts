/** Addresses of nodes as users and peers write them: `host:port`, `[IPv6]:port`. */
import type { HostPort } from './messages.js';

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

export function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
