/**
 * `node dist/test/bench/large/build.js --large-home DIR [--transactions 10000000] [--accounts 1000000]`: makes the home
 * that `npm run bench -- --only large` measures, or goes on with it. Interrupted, it keeps what is there by then.
 */
import { parseArgs } from 'node:util';
import { buildHome } from './build-home.js';

const { values } = parseArgs({
  options: {
    'large-home': { type: 'string' },
    transactions: { type: 'string', default: '10000000' },
    accounts: { type: 'string', default: '1000000' },
  },
});
const directory = values['large-home'];
if (directory === undefined) {
  console.error('--large-home DIR says where the home is.');
  process.exit(2);
}
let stop = false;
process.once('SIGINT', () => {
  stop = true;
});
process.once('SIGTERM', () => {
  stop = true;
});
await buildHome({
  directory,
  transactions: Number(values.transactions),
  accounts: Number(values.accounts),
  say: (line) => console.log(line),
  stopNow: () => stop,
});
