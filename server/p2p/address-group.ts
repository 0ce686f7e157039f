/**
 * Whom an IP address stands for when connections, requests and remembered addresses are counted. One rule: one customer
 * is one: an IPv4 address, or the /64 that an IPv6 customer usually holds; and where many at once are weighed against
 * few, the network that one party can easily have in whole.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** @param address as sockets give it; IPv4 written as IPv6 is the same IPv4 address */
export function addressGroup(address: string): string {
  const plain = plainAddress(address);
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** The /24 of an IPv4 address, the /48 of an IPv6 one, the last two labels of a name. @param host as `addressGroup` */
export function subnetOf(host: string): string {
  const plain = plainAddress(host);
  if (isIPv4(plain)) return `${plain.slice(0, plain.lastIndexOf('.'))}.0/24`;
  return isIPv6(plain)
    ? `${groupsOf(plain).slice(0, 3).join(':')}::/48`
    : plain.toLowerCase().split('.').slice(-2).join('.');
}

/** IPv4 written as IPv6 as the IPv4 address that it is. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');

/** The eight groups of digits, as far as `::` and zeros before a digit allow to compare them. */
function groupsOf(ipv6: string): readonly string[] {
  const [head = '', tail] = ipv6.replace(/%.*$/, '').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
