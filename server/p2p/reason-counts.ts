/**
 * How often peers were dropped, by reason, for metrics. One rule: the number of reasons is bounded, whatever peers do:
 * numbers and hashes are taken out, and what is too many is `other`.
 */
const maxReasons = 48;
const maxLength = 100;

export interface ReasonCount {
  readonly verdict: 'disconnect' | 'ban';
  readonly reason: string;
  readonly count: number;
}

export interface ReasonCounts {
  add(verdict: 'disconnect' | 'ban', reason: string): void;
  all(): readonly ReasonCount[];
}

export function createReasonCounts(): ReasonCounts {
  const countByKey = new Map<string, { verdict: 'disconnect' | 'ban'; reason: string; count: number }>();

  return {
    add(verdict, reason) {
      const general = reason.replace(/0x[0-9a-f]+|\d+/g, 'N').slice(0, maxLength);
      const known = countByKey.has(`${verdict} ${general}`) || countByKey.size < maxReasons;
      const entry = { verdict, reason: known ? general : 'other', count: 0 };
      const key = `${verdict} ${entry.reason}`;
      const counted = countByKey.get(key) ?? entry;
      counted.count += 1;
      countByKey.set(key, counted);
    },
    all: () => [...countByKey.values()],
  };
}
