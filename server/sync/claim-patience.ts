/**
 * How long heights that peers claim and do not prove keep a node from being ready. One rule: what strangers say alone does so
 * for a minute in all, and that minute comes back slowly; each page that shows how far behind this node was gives it anew.
 */
const PATIENCE_MS = 60_000;
/** A second comes back in so many without such claims: they take a twentieth of the time at most. */
const SECONDS_TO_REGAIN_ONE = 20;

export interface ClaimPatience {
  /** From now on there are such claims, or there are none. */
  note(claimed: boolean): void;
  /** Some of it is left. */
  lasts(): boolean;
  renew(): void;
}

export function createClaimPatience(now: () => number): ClaimPatience {
  let spentMs = 0;
  let claims = false;
  let since = now();

  function note(claimed: boolean): void {
    const at = now();
    const passed = Math.max(0, at - since);
    spentMs = claims ? Math.min(PATIENCE_MS, spentMs + passed) : Math.max(0, spentMs - passed / SECONDS_TO_REGAIN_ONE);
    since = at;
    claims = claimed;
  }

  return {
    note,
    lasts() {
      note(claims);
      return spentMs < PATIENCE_MS;
    },
    renew() {
      note(claims);
      spentMs = 0;
    },
  };
}
