/** What a node's process has of memory that it would not give back, as its own metrics tell. */

/** Of what one metric says. */
function figure(metrics: string, name: string): number {
  const found = metrics.split('\n').find((line) => line.startsWith(`${name} `));
  if (found === undefined) throw new Error(`the metrics of a node have no ${name}`);
  return Number(found.slice(name.length + 1));
}

/**
 * What is resident, without the room for young objects of the main thread. V8 has that between 1 and 32 MiB, as the load of the
 * moment asks for, and gives it back: it says nothing of growth, and would hide what does.
 * @param metrics the answer of `GET /metrics`
 * @returns MiB
 */
export function lastingMiB(metrics: string): number {
  const resident = figure(metrics, 'slotledger_process_resident_memory_bytes');
  const young = figure(metrics, 'slotledger_nodejs_heap_space_size_total_bytes{space="new"}');
  return (resident - young) / 1_048_576;
}
