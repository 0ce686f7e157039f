/**
 * Looks for a mistake with the simulator alone: short runs under dense faults until one breaks a rule or the budget is
 * spent. Prints one JSON line. Started as a process of its own, so that a run that never ends can be ended.
 */
import { roles } from '../../server/simulator/cast/cast.js';
import * as forms from '../command-line/forms.js';
import { flag, optional, readCommandLine } from '../command-line/read-command-line.js';
import { faultKinds } from '../simulator/faults.js';
import { huntSeed } from './hunt-seed.js';
import { huntParameters, lookThroughSeeds } from './look-through-seeds.js';
import type { Setting } from './mutant.js';

const options = readCommandLine({
  command: 'node dist/test/mutants/hunt.js',
  about: 'Looks for a mistake with the simulator alone: short runs under dense faults. Prints one JSON line.',
  parameters: {
    ...huntParameters,
    roles: optional(forms.listOf(forms.oneOf('role', roles)), 'what Byzantine validators do', 'drawn from the seed'),
    faults: optional(forms.listOf(forms.oneOf('fault', faultKinds)), 'faults that happen', 'drawn from the seed'),
    trace: flag('prints everything that happens'),
  },
});
const setting: Setting = {
  ...(options.roles === undefined ? {} : { roles: options.roles }),
  ...(options.faults === undefined ? {} : { faults: options.faults }),
};
const trace = options.trace ? (line: string) => console.log(line) : undefined;
lookThroughSeeds(options, (seed) => huntSeed(seed, setting, trace));
