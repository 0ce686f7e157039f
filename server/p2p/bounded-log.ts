/**
 * Lines of log that strangers bring about: node keys cost nothing, and whoever comes and goes writes some each time. One rule:
 * so many of one kind a minute, then one line that says how many more there were.
 */
import type { Clock } from '../replica/ports.js';
import { LINES_OF_A_KIND_PER_MINUTE } from './limits.js';
import type { PeerLogger } from './peer-network.js';

const MINUTE_MS = 60_000;

export interface BoundedLog extends Pick<PeerLogger, 'info' | 'warn'> {
  /** Says at once how many more there were. What is still written then is not counted. */
  stop(): void;
}

export function createBoundedLog(logger: PeerLogger, clock: Clock): BoundedLog {
  /** The minute that began with the first line of each text, of which there are few. */
  const minutes = new Map<string, { lines: number; readonly end: () => void; readonly cancel: () => void }>();

  let stopped = false;

  const bounded = (level: 'info' | 'warn') => (fields: object, text: string) => {
    // No timer any more, and nobody comes any more.
    if (stopped) {
      logger[level](fields, text);
      return;
    }
    const minute = minutes.get(text) ?? begin(level, text);
    minute.lines += 1;
    if (minute.lines <= LINES_OF_A_KIND_PER_MINUTE) logger[level](fields, text);
  };

  function begin(level: 'info' | 'warn', text: string) {
    const end = (): void => {
      minutes.delete(text);
      const more = minute.lines - LINES_OF_A_KIND_PER_MINUTE;
      if (more > 0) logger[level]({ more }, `${text}: ${more.toLocaleString('en')} more like this in the last minute`);
    };
    const minute = { lines: 0, end, cancel: clock.at(clock.now() + MINUTE_MS, end) };
    minutes.set(text, minute);
    return minute;
  }

  return {
    info: bounded('info'),
    warn: bounded('warn'),
    stop() {
      stopped = true;
      for (const { cancel, end } of [...minutes.values()]) {
        cancel();
        end();
      }
    },
  };
}
