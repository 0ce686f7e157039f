/** Tells everyone who asks that its clock is hours off, or just beyond what is allowed, all in one direction. */
import type { CreateActor } from '../actor.js';

export const clockLiar: CreateActor = (stage) => {
  const offByMs = stage.random.pick([-3_600_000, -60, 60, 3_600_000]);
  return {
    outgoing: (_to, message) =>
      message.type === 'pong' ? [{ ...message, clock: Math.max(0, message.clock + offByMs) }] : [message],
  };
};
