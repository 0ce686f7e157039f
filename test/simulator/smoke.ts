import { createSimulation, startLoad } from './simulation.js';

const seed = Number(process.argv[2] ?? 1);
const sim = createSimulation({
  seed,
  stakes: [10, 20, 30, 40],
  ...(process.argv[3] === 'trace' ? { trace: (line) => console.log(line) } : {}),
});
startLoad(sim, 200);
const t = performance.now();
sim.run(60_000);
console.log(
  sim.height(),
  sim.traceHash().slice(0, 16),
  `${(60_000 / (performance.now() - t)).toFixed(1)} sim s/s`,
  sim.nodes.map((n) => n.disk.tip().index),
  sim.network.counts,
);
const f = [...sim.finalityMs].sort((a, b) => a - b);
console.log('finality', f.length, f[f.length >> 1], f[Math.floor(f.length * 0.99)]);
