/** For `--low-memory`: has V8 collect what is new more often instead of giving it more room, and compile for size. */
import { setFlagsFromString } from 'node:v8';

/** For the whole process, so it is for a program to ask for, not for a library. */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
}
