/** Repairs the mempool that its argument names, and says what a person would be told. */
import { repairMempool } from '../../../server/repair/repair-mempool.js';
import { readTestLine } from '../../ledger/test-chain.js';

try {
  console.log(`kept ${repairMempool(process.argv[2]!, readTestLine)?.kept}`);
} catch (error) {
  console.log((error as Error).message);
}
