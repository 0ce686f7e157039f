/**
 * Looks for a mistake with the simulator alone: short runs under dense faults until one breaks a rule or the budget is
 * spent. Prints one JSON line. Started as a process of its own, so that a run that never ends can be ended.
 */
import type { Role } from '../../server/simulator/cast/cast.js';
import type { FaultKind } from '../simulator/faults.js';
import { huntSeed } from './hunt-seed.js';
import { lookThroughSeeds, values } from './look-through-seeds.js';
import type { Setting } from './mutant.js';

const setting: Setting = {
  ...(values.roles === undefined ? {} : { roles: values.roles.split(',') as Role[] }),
  ...(values.faults === undefined ? {} : { faults: values.faults.split(',') as FaultKind[] }),
};
const trace = values.trace ? (line: string) => console.log(line) : undefined;
lookThroughSeeds((seed) => huntSeed(seed, setting, trace));
