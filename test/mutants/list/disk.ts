/** What is on disk when something is answered or signed. PROTOCOL section 8. */
import { breaks, type Mutant } from '../mutant.js';

export const disk: readonly Mutant[] = [
  breaks('8-vote-state', 'checksum-ignored', 'a damaged line is taken for what was signed', [
    'server/storage/vote-state-file.ts',
    'checksumOf(json) !== line.slice(0, checksumDigits)) {',
    'json.length === 0) {',
  ]),
  breaks('8-vote-state', 'torn-line-kept', 'what a cut-off write left stands in the middle of the next line', [
    'server/storage/vote-state-file.ts',
    'if (goodBytes < bytes.length) ftruncateSync',
    'if (goodBytes > bytes.length) ftruncateSync',
  ]),
  breaks('8-vote-state', 'first-state-over-another', 'starting anew forgets what was signed', [
    'server/storage/vote-state-file.ts',
    'if (existsSync(path)) throw new Error(`assertion: ${path} exists already`);',
    "if (path === '') throw new Error(`assertion: ${path} exists already`);",
  ]),
  breaks(
    '8-vote-state',
    'written-after-a-failure',
    'after a failed write, which may be on disk or not, the next is believed',
    ['server/storage/vote-state-file.ts', 'if (failed) throw new Error(', 'if (failed && size < 0) throw new Error('],
  ),
  breaks('5-persist-first', 'journal-unsynced', 'a power cut takes back a vote that has left', [
    'server/storage/vote-state-file.ts',
    '  fdatasyncSync(handle);\n  return line.length;',
    '  return line.length;',
  ]),
  breaks('5-persist-first', 'replaced-unsynced', 'a power cut leaves an empty file where the vote state was', [
    'server/storage/durable-files.ts',
    'fsyncSync(handle);\n  } catch',
    'fsyncSync;\n  } catch',
  ]),
  breaks('5-bodies', 'bodies-of-this-line-only', 'bodies of earlier lines are lost at the next start', [
    'server/storage/vote-state-file.ts',
    'bodies: keepBodies(state?.bodies ?? [], bodies, keep) };\n    at',
    'bodies: keepBodies([], bodies, keep) };\n    at',
  ]),
  breaks('5-bodies', 'bodies-lost-at-rotation', 'a journal written anew forgets bodies', [
    'server/storage/vote-state-file.ts',
    'replaceJournal({ ...names, vote_state: voteState, bodies: kept, keep });',
    'replaceJournal({ ...names, vote_state: voteState, bodies, keep });',
  ]),
  breaks('8-accepted', 'accepted-before-written', 'a 202 that a power cut takes back', [
    'server/mempool/mempool.ts',
    "      waiting.kept = 'on-disk';\n      stored();\n    });",
    "      waiting.kept = 'on-disk';\n    });\n    stored();",
  ]),
  breaks('8-accepted', 'known-before-written', 'the second answer comes before the first copy is on disk', [
    'server/mempool/mempool.ts',
    "if (waiting.kept === 'on-disk') {",
    "if (waiting.kept !== 'in-memory') {",
  ]),
  breaks('8-accepted', 'copy-for-kept', 'a 202 for what a peer had passed on before, and no disk has', [
    'server/mempool/mempool.ts',
    "keep(known, () => answer({ kind: 'accepted', known: true, id }));",
    "answer({ kind: 'accepted', known: true, id });",
  ]),
  breaks('8-accepted', 'accepted-before-synced', 'a 202 while the thread has not written yet', [
    'server/storage/mempool-store.ts',
    'soon(stored);',
    'soon();\n      setImmediate(stored);',
  ]),
  breaks('8-accepted', 'accepted-and-lost', 'what was accepted is not in the pool after a restart', [
    'server/mempool/mempool.ts',
    'else insert(',
    'else if (id.length === 0) insert(',
  ]),
];
