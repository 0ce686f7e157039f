/**
 * Where ledger.db keeps the nodes of the state tree: under numbers, as a number is found at half of the cost of a text, and neighbours in
 * the tree are neighbours in the file. Nodes so deep that a number cannot hold their path stand in a table of their own.
 */
import type { Connection } from './sqlite.js';

/** Of a path in hex digits: the `1` keeps the zeros that it begins with, and 1 followed by 13 digits is below 2^53. */
export const placeOf = (path: string): number => Number.parseInt(`1${path}`, 16);

/** A deeper node means that 17 keys of the state have hashes with 52 bits in common, which takes someone's intent. */
export const maxPlacedDigits = 13;

const hasPlace = (path: string): boolean => path.length <= maxPlacedDigits;

export function createNodeReader(database: Connection): (path: string) => string | undefined {
  const prepared = () => ({
    placed: database.prepare('SELECT node FROM tree_nodes WHERE place = ?').pluck(),
    deep: database.prepare('SELECT node FROM deep_tree_nodes WHERE path = ?').pluck(),
  });
  /** When it is asked for: blocks are read from files of before as well, which have no places. */
  let statements: ReturnType<typeof prepared> | undefined;
  return (path) => {
    statements ??= prepared();
    const { placed, deep } = statements;
    return (hasPlace(path) ? placed.get(placeOf(path)) : deep.get(path)) as string | undefined;
  };
}

/** null: the node is gone. */
export function createNodeWriter(database: Connection): (path: string, node: string | null) => void {
  const put = database.prepare(
    'INSERT INTO tree_nodes VALUES (?, ?) ON CONFLICT (place) DO UPDATE SET node = excluded.node',
  );
  const drop = database.prepare('DELETE FROM tree_nodes WHERE place = ?');
  const putDeep = database.prepare(
    'INSERT INTO deep_tree_nodes VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET node = excluded.node',
  );
  const dropDeep = database.prepare('DELETE FROM deep_tree_nodes WHERE path = ?');
  return (path, node) => {
    if (!hasPlace(path)) {
      if (node === null) dropDeep.run(path);
      else putDeep.run(path, node);
    } else if (node === null) drop.run(placeOf(path));
    else put.run(placeOf(path), node);
  };
}
