/**
 * Whether a node may choose one more peer in a network. The one rule: no subnet that one party can easily have in whole holds
 * more than a part of the peers of a node's own choice, however well its nodes behave. Networks that are nobody else's, such
 * as loopback and those of one house, are not counted.
 */
import { BlockList, isIP } from 'node:net';
import { plainAddress, subnetOf } from './address-group.js';

const own = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  own.addSubnet(network, prefix, 'ipv4');
}
own.addAddress('::1', 'ipv6');
own.addSubnet('fc00::', 7, 'ipv6');
own.addSubnet('fe80::', 10, 'ipv6');

/**
 * @param host an IP address; of a name it is not known before it is looked up
 * @param chosen those of the peers that this node chose
 */
export function isSubnetFull(host: string, chosen: Iterable<string>, most: number): boolean {
  const plain = plainAddress(host).replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0 || own.check(plain, version === 6 ? 'ipv6' : 'ipv4')) return false;
  const subnet = subnetOf(plain);
  let count = 0;
  for (const other of chosen) if (subnetOf(other) === subnet) count += 1;
  return count >= most;
}
