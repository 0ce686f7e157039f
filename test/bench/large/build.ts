/**
 * Makes the home that `npm run bench -- --only large` measures, or goes on with it. Interrupted, it keeps what is there by
 * then.
 */
import * as forms from '../../command-line/forms.js';
import { option, readCommandLine, required } from '../../command-line/read-command-line.js';
import { buildHome } from './build-home.js';

const options = readCommandLine({
  command: 'node dist/test/bench/large/build.js',
  about:
    'Makes the home that `npm run bench -- --only large` measures, or goes on with it; hours for millions of transactions. ' +
    'Interrupted, it keeps what is there by then.',
  parameters: {
    largeHome: required(forms.directory, 'where the home is, or is to be'),
    transactions: option(forms.count, 'payments with a signature of their own each', '10000000'),
    accounts: option(forms.count, 'accounts with money', '1000000'),
  },
});
let stop = false;
process.once('SIGINT', () => {
  stop = true;
});
process.once('SIGTERM', () => {
  stop = true;
});
await buildHome({
  directory: options.largeHome,
  transactions: options.transactions,
  accounts: options.accounts,
  say: (line) => console.log(line),
  stopNow: () => stop,
});
