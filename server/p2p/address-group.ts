/**
 * Whom an IP address stands for when connections and requests are counted. One rule: one customer is one: an IPv4
 * address, or the /64 that an IPv6 customer usually holds.
 */
import { isIPv6 } from 'node:net';

/** @param address as sockets give it; IPv4 written as IPv6 is the same IPv4 address */
export function addressGroup(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
