/**
 * Executes a block once for all nodes of a run that hold the same state before it. One rule: sharing hides nothing. The
 * roots of both states are compared first, and every so often a block is executed afresh and all of its outcome compared.
 */
import type { Executed } from '../../ledger/block-execution.js';
import { type Execution, executeBlock, executeFinalRun, type FinalRun } from '../../ledger/execute-block.js';
import { createOverlay } from '../../ledger/overlay.js';
import type { Block } from '../../ledger/values/block.js';
import { canonicalJson } from '../../ledger/values/canonical.js';
import type { StateChanges } from '../../ledger/values/state.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Execute } from '../replica/block-tree.js';
import { Violation } from './checkers/violation.js';

type Outcome = ReturnType<typeof executeBlock>;

interface Shared {
  readonly parent: Hash;
  /** The root node of the state before; it names the whole of it. */
  readonly before: string | undefined;
  readonly outcome: Outcome;
}

/** One in so many shared outcomes is checked. */
const checkedOneIn = 50;

export function createSharedExecution(): Execute {
  return { block: createSharedBlocks(), run: createCheckedRuns() };
}

function createSharedBlocks(): Execute['block'] {
  const sharedByBlock = new WeakMap<Block, Shared>();
  let used = 0;
  return (execution: Execution) => {
    const { block, parent, state } = execution;
    const before = state.node('');
    const shared = sharedByBlock.get(block);
    if (shared === undefined || shared.parent !== parent || shared.before !== before) {
      const outcome = executeBlock(execution);
      sharedByBlock.set(block, { parent, before, outcome });
      return outcome;
    }
    used += 1;
    if (used % checkedOneIn !== 0) return shared.outcome;
    const fresh = executeBlock(execution);
    if (textOf(fresh) !== textOf(shared.outcome)) {
      throw new Violation('execution depends on block and state alone', `block ${block.index} ${block.hash}`);
    }
    return fresh;
  };
}

/** Runs are not shared; every so often one is executed block by block as well. */
function createCheckedRuns(): Execute['run'] {
  let used = 0;
  return (run) => {
    const outcome = executeFinalRun(run);
    used += 1;
    if (used % checkedOneIn === 0) checkRun(run, outcome.ok ? outcome.value : undefined);
    return outcome;
  };
}

function checkRun(run: FinalRun, executed: readonly Executed[] | undefined): void {
  const oneByOne = createOverlay(run.state);
  let { parent } = run;
  for (const block of run.blocks) {
    const outcome = executeBlock({ context: run.context, state: oneByOne, parent, block });
    if (!outcome.ok) {
      if (executed !== undefined) throw new Violation('a run is no more than its blocks', outcome.problem.detail);
      return;
    }
    oneByOne.absorb(outcome.value.changes);
    parent = block.hash;
  }
  const together = createOverlay(run.state);
  for (const { changes } of executed ?? []) together.absorb(changes);
  // What one block made and a later one took away again, a run never made.
  const paths = new Set([...oneByOne.changes().nodes.keys(), ...together.changes().nodes.keys()]);
  const sameTree = [...paths].every((path) => oneByOne.node(path) === together.node(path));
  if (!sameTree || entriesText(together.changes()) !== entriesText(oneByOne.changes())) {
    throw new Violation('a run comes to what its blocks come to', `blocks after ${run.parent}`);
  }
}

const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([left], [right]) => (left < right ? -1 : 1));

const entriesText = ({ entries }: StateChanges): string => canonicalJson(sorted(entries));

/** Everything that an execution came to, as one text. */
function textOf(outcome: Outcome): string {
  if (!outcome.ok) return canonicalJson(outcome.problem);
  const { changes, receipts, ...rest } = outcome.value;
  return canonicalJson([sorted(changes.entries), sorted(changes.nodes), receipts, rest]);
}
