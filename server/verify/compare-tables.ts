/**
 * Compares every table of a ledger, row for row, with one made anew from its blocks. Numbers that only say in which
 * order rows came (ids of accounts) are left out; everything else must be equal.
 */
import type { Connection } from '../storage/sqlite.js';
import type { Finding } from './report.js';

interface TableCheck {
  readonly table: string;
  /** In the order of the key, which is its first columns. */
  readonly sql: string;
  readonly keyColumns: number;
  /** Which key column is a block's index. */
  readonly index?: number;
  /** Only rows of blocks from the kept history on. */
  readonly history?: true;
}

const checks: readonly TableCheck[] = [
  {
    table: 'sqlite_schema',
    sql: `SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name`,
    keyColumns: 1,
  },
  // Nothing prunes histories yet: a `history_from` above 0 would hide the rows below it from users, and from this check.
  { table: 'chain', sql: 'SELECT * FROM chain ORDER BY one', keyColumns: 0 },
  { table: 'blocks', sql: 'SELECT * FROM blocks ORDER BY idx', keyColumns: 1, index: 0 },
  { table: 'certificates', sql: 'SELECT * FROM certificates ORDER BY idx', keyColumns: 1, index: 0 },
  {
    table: 'transactions',
    sql: 'SELECT idx, position, n, id, id_prefix, body FROM transactions ORDER BY n',
    keyColumns: 2,
    index: 0,
  },
  {
    table: 'evidence',
    sql: 'SELECT idx, position, n, offender, epoch, kind, body FROM evidence ORDER BY n',
    keyColumns: 2,
    index: 0,
  },
  { table: 'supply', sql: 'SELECT one, supply, burnt FROM supply ORDER BY one', keyColumns: 0 },
  {
    table: 'accounts',
    sql: `SELECT address, balance, nonces, changes, last_change, last_jump, last_touched
          FROM accounts ORDER BY address`,
    keyColumns: 1,
  },
  { table: 'validators', sql: 'SELECT * FROM validators ORDER BY key', keyColumns: 1 },
  { table: 'epochs', sql: 'SELECT * FROM epochs ORDER BY number', keyColumns: 1 },
  { table: 'state', sql: 'SELECT key, entry FROM state ORDER BY key', keyColumns: 1 },
  {
    table: 'account_history',
    sql: `SELECT h.idx, a.address, h.balance, h.nonces, h.positions, h.n, h.before, h.jump, h.touched_before
          FROM account_history h JOIN accounts a ON a.id = h.account WHERE h.idx >= ? ORDER BY h.n`,
    keyColumns: 2,
    index: 0,
    history: true,
  },
  {
    table: 'validator_history',
    sql: 'SELECT owner, idx, key, entry FROM validator_history WHERE idx >= ? ORDER BY owner, idx, key',
    keyColumns: 3,
    index: 1,
    history: true,
  },
  { table: 'tree_nodes', sql: 'SELECT place, node FROM tree_nodes ORDER BY place', keyColumns: 1 },
  { table: 'deep_tree_nodes', sql: 'SELECT path, node FROM deep_tree_nodes ORDER BY path', keyColumns: 1 },
];

type Value = string | number | null;
type Row = readonly Value[];

export interface Comparison {
  /** The ledger to verify; only read. */
  readonly source: Connection;
  /** Made from its blocks. */
  readonly expected: Connection;
  /** First block whose history is kept. */
  readonly historyFrom: number;
  readonly maxFindings: number;
  onRows(done: number): void;
}

const rowsBetweenReports = 4096;

export function compareTables(comparison: Comparison): {
  readonly rows: number;
  readonly findings: readonly Finding[];
} {
  const { source, historyFrom, maxFindings, onRows } = comparison;
  const findings: Finding[] = [];
  let rows = 0;
  for (const check of checks) {
    for (const finding of differences(comparison, check, historyFrom, () => {
      rows += 1;
      if (rows % rowsBetweenReports === 0) onRows(rows);
    })) {
      findings.push(finding);
      if (findings.length >= maxFindings) return { rows, findings };
    }
  }
  const orphans = source
    .prepare('SELECT count(*) FROM account_history WHERE account NOT IN (SELECT id FROM accounts)')
    .pluck()
    .get() as number;
  if (orphans > 0) findings.push({ table: 'account_history', detail: `${orphans} rows belong to no account.` });
  return { rows, findings };
}

/** Rows that a table to verify will be compared with; for progress. */
export function countRows(expected: Connection): number {
  let sum = 0;
  for (const { table } of checks) sum += expected.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  return sum;
}

function* differences(
  { source, expected }: Comparison,
  check: TableCheck,
  historyFrom: number,
  onRow: () => void,
): Generator<Finding> {
  const given = check.history === undefined ? [] : [historyFrom];
  const statement = expected.prepare(check.sql).raw();
  const names = statement.columns().map(({ name }) => name);
  // Prepared before anything iterates: where a column is missing here, nothing is left open.
  const checked = source.prepare(check.sql).raw();
  const wanted = statement.iterate(...given) as IterableIterator<Row>;
  const found = checked.iterate(...given) as IterableIterator<Row>;
  try {
    let want = wanted.next();
    let have = found.next();
    while (want.done !== true || have.done !== true) {
      const order = want.done === true ? 1 : have.done === true ? -1 : compareKeys(want.value, have.value, check);
      if (order < 0) {
        yield finding(check, want.value as Row, 'The row is missing.');
      } else if (order > 0) {
        yield finding(check, have.value as Row, 'The row does not follow from the blocks.');
      } else {
        const detail = difference(want.value as Row, have.value as Row, names);
        if (detail !== undefined) yield finding(check, want.value as Row, detail);
      }
      if (order <= 0) {
        want = wanted.next();
        onRow();
      }
      if (order >= 0) have = found.next();
    }
  } finally {
    wanted.return?.();
    found.return?.();
  }
}

function compareKeys(a: Row, b: Row, { keyColumns }: TableCheck): number {
  for (let i = 0; i < keyColumns; i += 1) {
    const left = a[i]!;
    const right = b[i]!;
    if (left === right) continue;
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

function difference(want: Row, have: Row, names: readonly string[]): string | undefined {
  const at = want.findIndex((value, i) => value !== have[i]);
  if (at < 0) return undefined;
  return `${names[at]} is ${shown(have[at])}, and the blocks give ${shown(want[at])}.`;
}

function finding({ table, keyColumns, index }: TableCheck, row: Row, detail: string): Finding {
  const rest = row.slice(0, keyColumns).filter((_, i) => i !== index);
  return {
    table,
    ...(index === undefined ? {} : { index: row[index] as number }),
    ...(rest.length === 0 ? {} : { row: rest.join(' ') }),
    detail,
  };
}

function shown(value: Value | undefined): string {
  const text = String(value ?? 'nothing');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
