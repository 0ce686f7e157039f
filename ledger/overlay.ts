/**
 * Copy-on-write state: reads fall through to the parent, writes stay here. A block that is not final is an overlay on
 * its parent's; nothing below an overlay ever changes because of it.
 */
import type { StateChanges, StateEntry, StateReader } from './values/state.js';

export interface Overlay extends StateReader {
  /** null deletes. The entry must not be changed afterwards. */
  set(key: string, entry: StateEntry | null): void;
  setNode(path: string, text: string | null): void;
  /** Everything written so far. The maps are the overlay's own: do not write afterwards. */
  changes(): StateChanges;
  /** Takes over the changes of an overlay that stands on this one. */
  absorb(changes: StateChanges): void;
}

export function createOverlay(parent: StateReader): Overlay {
  const entries = new Map<string, StateEntry | null>();
  const nodes = new Map<string, string | null>();
  return {
    get(key) {
      const own = entries.get(key);
      return own === undefined ? parent.get(key) : (own ?? undefined);
    },
    node(path) {
      const own = nodes.get(path);
      return own === undefined ? parent.node(path) : (own ?? undefined);
    },
    set(key, entry) {
      entries.set(key, entry);
    },
    setNode(path, text) {
      nodes.set(path, text);
    },
    changes: () => ({ entries, nodes }),
    absorb(changes) {
      for (const [key, entry] of changes.entries) entries.set(key, entry);
      for (const [path, text] of changes.nodes) nodes.set(path, text);
    },
  };
}

/** The state after `changes` on `parent`: how a block's stated result becomes its child's state. */
export function overlayOf(parent: StateReader, changes: StateChanges): StateReader {
  const overlay = createOverlay(parent);
  overlay.absorb(changes);
  return overlay;
}
