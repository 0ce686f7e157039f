/** A process that locks the home, forgets what it was given, collects garbage, and waits to be killed. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lockHome } from '../../../server/home/home-lock.js';

lockHome(process.argv[2]!);
setFlagsFromString('--expose-gc');
runInNewContext('gc')();
console.log('locked');
setInterval(() => {}, 60_000);
