/** Tells in good time, and again each day, that the certificate which HTTPS shows ends: no client connects then. */
import type { X509Certificate } from 'node:crypto';

const dayMs = 86_400_000;
/** From here on it is told; a certificate that lives for days only is told of in the last quarter of its life. */
const soonMs = 14 * dayMs;

export interface EndWatch {
  /** Another certificate is shown from now on. */
  taken(certificate: Pick<X509Certificate, 'validFrom' | 'validTo'>): void;
  /** To be called again and again. */
  look(): void;
}

/**
 * @param file that holds the certificate
 * @param now Unix ms
 */
export function watchEnd(file: string, now: () => number, warn: (sentence: string) => void): EndWatch {
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  let nextAt = 0;

  function fault(at: number): string | undefined {
    if (at < from) return `is good from ${dateText(from)} on only: until then no client connects. Is the clock right?`;
    if (at >= to) return `has ended at ${dateText(to)}: no client connects. ${fix}`;
    return to - at > Math.min(soonMs, (to - from) / 4) ? undefined : `ends at ${dateText(to)}. ${fix}`;
  }

  return {
    taken({ validFrom, validTo }) {
      // What is no date binds nobody here: clients judge it.
      from = Date.parse(validFrom) || Number.NEGATIVE_INFINITY;
      to = Date.parse(validTo) || Number.POSITIVE_INFINITY;
      nextAt = 0;
    },
    look() {
      const at = now();
      if (at < nextAt) return;
      const found = fault(at);
      if (found === undefined) return;
      warn(`The certificate in ${file} ${found}`);
      // When it ends is told once more in that moment.
      nextAt = Math.min(at + dayMs, at < to ? to : Number.POSITIVE_INFINITY);
    },
  };
}

const fix = 'Put a new one and its key in place: they are taken within seconds.';

const dateText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
