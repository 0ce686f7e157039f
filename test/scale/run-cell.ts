/** Measures one cell in a process of its own, whose memory goes with it. Argument: plan and effort as JSON; prints JSON. */
import type { Plan } from './cell.js';
import { type Effort, measureCell } from './measure.js';

const { plan, effort } = JSON.parse(process.argv[2] ?? '') as { readonly plan: Plan; readonly effort: Effort };
process.stdout.write(`${JSON.stringify(measureCell(plan, effort) ?? null)}\n`);
