/** Which nodes break the rules, and how: what a simulation is given. */
import { type CreateActor, together } from '../actor.js';
import { cast, type Role } from './cast.js';

export interface Casting {
  readonly roles: readonly Role[];
  readonly actors: ReadonlyMap<number, CreateActor>;
  readonly twins: readonly number[];
  /** Cuts the network between two camps, each with one of every two twins, until the healing. */
  readonly camps?: boolean;
}

/** Each node plays all the roles: with two, one node may be both a liar and a flooder. */
export function castOn(roles: readonly Role[], nodes: readonly number[]): Casting {
  const acted = roles.filter((role) => role !== 'twin').map((role) => cast[role]);
  return {
    roles,
    actors: new Map(acted.length === 0 ? [] : nodes.map((node) => [node, together(acted)])),
    twins: roles.includes('twin') ? nodes : [],
  };
}

/** Each node plays one role. */
export function castEach(played: readonly { readonly node: number; readonly role: Role }[]): Casting {
  const parts = played.map(({ node, role }) => castOn([role], [node]));
  return {
    roles: played.map(({ role }) => role),
    actors: new Map(parts.flatMap(({ actors }) => [...actors])),
    twins: parts.flatMap(({ twins }) => twins),
  };
}
