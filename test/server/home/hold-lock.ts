/** A process that locks the home and waits to be killed. */
import { lockHome } from '../../../server/home/home-lock.js';

lockHome(process.argv[2]!);
console.log('locked');
setInterval(() => {}, 60_000);
