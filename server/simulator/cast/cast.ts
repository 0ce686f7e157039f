/** Everyone who breaks the rules, by name. A twin is no actor: it is a second honest replica with the same key. */
import type { CreateActor } from '../actor.js';
import { amnesiac } from './amnesiac.js';
import { bodyBurier } from './body-burier.js';
import { certificateForger } from './certificate-forger.js';
import { certificateHider } from './certificate-hider.js';
import { clockLiar } from './clock-liar.js';
import { epochReplayer } from './epoch-replayer.js';
import { equivocatingLeader } from './equivocating-leader.js';
import { equivocatingVoter } from './equivocating-voter.js';
import { futureFlooder } from './future-flooder.js';
import { gateCrasher } from './gate-crasher.js';
import { lockIgnorer } from './lock-ignorer.js';
import { misfitProposer } from './misfit-proposer.js';
import { newViewLiar } from './new-view-liar.js';
import { silentLeader } from './silent-leader.js';
import { staleProposer } from './stale-proposer.js';

export const cast = {
  'silent leader': silentLeader,
  'equivocating leader': equivocatingLeader,
  'equivocating voter': equivocatingVoter,
  'lock ignorer': lockIgnorer,
  'certificate hider': certificateHider,
  'stale proposer': staleProposer,
  'misfit proposer': misfitProposer,
  'new-view liar': newViewLiar,
  amnesiac,
  'future flooder': futureFlooder,
  'certificate forger': certificateForger,
  'epoch replayer': epochReplayer,
  'gate crasher': gateCrasher,
  'clock liar': clockLiar,
  'body burier': bodyBurier,
} as const satisfies Record<string, CreateActor>;

export type Role = keyof typeof cast | 'twin';

export const roles: readonly Role[] = [...(Object.keys(cast) as (keyof typeof cast)[]), 'twin'];
