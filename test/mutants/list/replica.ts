/** The driver: what is checked before the core hears of it, and what is written when. PROTOCOL sections 5 to 8. */
import { breaks, type Mutant, within } from '../mutant.js';

export const replica: readonly Mutant[] = [
  within(
    { roles: ['certificate forger'], faults: ['delay'] },
    breaks('5-certificate', 'gate-open', 'certificates of peers are believed as they come', [
      'server/replica/verify-message.ts',
      'if (!verified.ok) return { bad: verified.problem };',
      "if (!verified.ok && verified.problem === '') return { bad: verified.problem };",
    ]),
  ),
  breaks('5-certificate', 'known-without-signatures', 'a certificate that was good once is good with any signatures', [
    'server/replica/verify-message.ts',
    '${justify_view} ${signers} ${signatures}`);',
    '${justify_view} ${signers} ${signatures.length}`);',
  ]),
  breaks('5-certificate', 'genesis-certified-again', 'anyone certifies genesis in any view', [
    'server/replica/verify-message.ts',
    'return epoch === 0 && view === 0 && signers.length === 0',
    'return epoch === 0 && view >= 0 && signers.length === 0',
  ]),
  within(
    { roles: ['gate crasher'], faults: ['delay'] },
    breaks('5-member', 'vote-signatures-unchecked', 'anyone votes in the name of others', [
      'server/replica/verify-message.ts',
      'if (!crypto.verify(validator, text, signature)) return',
      "if (!crypto.verify(validator, text, signature) && text === '') return",
    ]),
  ),
  within(
    { roles: ['gate crasher'], faults: ['delay'] },
    breaks('5-member', 'strangers-sign', 'those who are not in the set are heard', [
      'server/replica/verify-message.ts',
      'if (memberOf(set, validator) === undefined) return',
      'if (memberOf(set, validator) === undefined && epoch < 0) return',
    ]),
  ),
  breaks('5-assemble', 'votes-of-others', 'a new-view carries the vote of someone else', [
    'server/replica/verify-message.ts',
    'if (last_prepare.validator !== newView.validator) return',
    'if (last_prepare.validator === undefined) return',
  ]),
  within(
    { faults: ['crash', 'crash of all', 'delay'] },
    breaks('5-persist-first', 'written-late', 'a vote leaves a moment before it is on disk', [
      'server/replica/run-effect.ts',
      'options.voteState?.write(effect.vote_state, bodies, effect.bodies);',
      'clock.at(clock.now() + 20, () => options.voteState?.write(effect.vote_state, bodies, effect.bodies));',
    ]),
  ),
  within(
    { faults: ['crash', 'crash of all', 'delay'] },
    breaks('5-persist-first', 'not-written', 'the driver forgets to write', [
      'server/replica/run-effect.ts',
      'options.voteState?.write(effect.vote_state, bodies, effect.bodies);',
      'if (bodies.length > 1e6) options.voteState?.write(effect.vote_state, bodies, effect.bodies);',
    ]),
  ),
  within(
    { faults: ['crash of all', 'loss', 'delay'] },
    breaks('5-bodies', 'bodies-unwritten', 'the vote state names bodies that are not with it', [
      'server/replica/run-effect.ts',
      'options.voteState?.write(effect.vote_state, bodies, effect.bodies);',
      'options.voteState?.write(effect.vote_state, bodies.slice(1), effect.bodies);',
    ]),
  ),
  breaks('5-lost-vote-state', 'loss-unnoticed', 'a validator without its vote state starts as if it had never signed', [
    'server/replica/recover.ts',
    '...(voteState === undefined && ownKey !== undefined ? { voteStateLost: { clockSlot: reached } } : {}),',
    '...(voteState === undefined && ownKey === undefined ? { voteStateLost: { clockSlot: reached } } : {}),',
  ]),
  breaks('5-lost-vote-state', 'loss-by-the-clock-alone', 'after a loss only the clock says how long to be silent', [
    'server/replica/recover.ts',
    'toSlot(Math.max(clockSlot, slotOfView(parameters, tip.certificate.view)))',
    'toSlot(Math.max(clockSlot, 0 * slotOfView(parameters, tip.certificate.view)))',
  ]),
  breaks(
    '5-bodies-stay',
    'flood-takes-bodies',
    'a flood of blocks takes from everyone the one that all are locked on',
    ['server/replica/block-tree.ts', 'if (final || needed.has(block.hash)) continue;', 'if (final) continue;'],
  ),
  breaks(
    '7-set-back',
    'slots-slept-through',
    'a clock that was ahead and is set back sleeps until the slot it had waited for',
    [
      'server/replica/slot-clock.ts',
      'if (cancel === undefined || waitsFor <= now() + 1) return;',
      'if (cancel === undefined || waitsFor >= 0) return;',
    ],
  ),
  breaks('7-set-back', 'slots-never-again', 'after a clock was ahead, slots that began by it pass without a vote', [
    'consensus/on-slot.ts',
    'if (slot !== state.slot) newSlot(state, slot);',
    'if (slot < state.slot) return;\n  if (slot !== state.slot) newSlot(state, slot);',
  ]),
  breaks('7-checkpoint', 'checkpoint-not-awaited', 'a validator signs on a chain that may be another than was meant', [
    'server/replica/replica.ts',
    'const silent = suspect || secondSigner || isBeforeCheckpoint;',
    'const silent = suspect || secondSigner;',
  ]),
  breaks('5-two-processes', 'second-signer-ignored', 'two processes with one key sign against each other', [
    'server/replica/own-signatures.ts',
    'isForeign: (view, signature) => view > bound &&',
    'isForeign: (view, signature) => view > bound + 1e12 &&',
  ]),
  within(
    { roles: ['epoch replayer'], faults: ['delay'] },
    breaks('5-two-processes', 'forgotten-is-foreign', 'whoever repeats an old vote silences its author', [
      'server/replica/own-signatures.ts',
      'if (forgotten > bound) bound = forgotten;',
      'if (forgotten > bound + 1e12) bound = forgotten;',
    ]),
  ),
  within(
    { roles: ['epoch replayer'], faults: ['delay'] },
    breaks(
      '5-two-processes',
      'unsent-is-foreign',
      'a vote taken out of a certificate silences the leader who signed it',
      [
        'consensus/send.ts',
        'if (signed !== undefined) state',
        "if (signed !== undefined && state.config.parameters.vote_routing === 'everyone') state",
      ],
    ),
  ),
  breaks('5-two-processes', 'votes-unlooked', 'the vote of another process with this key passes as its own', [
    'server/replica/verify-message.ts',
    "if (checked === 'good' && validator === options.ownKey)",
    "if (checked === 'good' && validator === options.ownKey && view < 0)",
  ]),
  breaks('5-two-processes', 'certificates-unlooked', 'an old copy of a whole home signs again what it forgot', [
    'server/replica/verify-message.ts',
    '      seenIn(set, certificate);',
    '      if (certificate.view < 0) seenIn(set, certificate);',
  ]),
  breaks('6-catch-up', 'later-messages-dropped', 'what came a moment before the epoch is lost', [
    'server/replica/receive.ts',
    'held.set(`${message.type} ${key}`, { peer, message, bytes: JSON.stringify(message).length });',
    "if (key === '') held.set(`${message.type} ${key}`, { peer, message, bytes: JSON.stringify(message).length });",
  ]),
  breaks('6-catch-up', 'later-messages-not-retried', 'what was held for the next epoch is never taken up', [
    'server/replica/receive.ts',
    'for (const [, { peer, message }] of waited) receive(peer, message);',
    'for (const [, { peer, message }] of waited.slice(1e6)) receive(peer, message);',
  ]),
  within(
    { roles: ['gate crasher'] },
    breaks('7-whole', 'bodies-of-known-blocks-unchecked', 'another body under a known header is passed on', [
      'server/replica/receive.ts',
      'const problem = finals.bodyProblem(block);\n    if (problem !== undefined) return ban(problem);\n    keepBody',
      'const problem = tree.get(block.hash) ? undefined : finals.bodyProblem(block);\n    if (problem !== undefined) return ban(problem);\n    keepBody',
    ]),
  ),
  breaks('7-timely', 'old-words-spread', 'anybody has every node send what was said long ago to all others', [
    'server/replica/receive.ts',
    'const relayIf = (mayCount: boolean): Verdict => (mayCount ? relay : keep);',
    'const relayIf = (mayCount: boolean): Verdict => (mayCount ? relay : relay);',
  ]),
  breaks('7-timely', 'old-slots-spread', 'of its epoch a node passes on what is of any slot', [
    'server/replica/pass-on.ts',
    'slot + 2 * maxTermSlots >= currentSlot(),',
    'slot >= 0,',
  ]),
  breaks(
    '7-news',
    'one-thing-certified-often',
    'certificates of one thing, of ever other votes, spread one after the other',
    ['server/replica/pass-on.ts', 'passedOn.get(name) === slot ||', 'passedOn.get(name) === -1 ||'],
  ),
  breaks('7-news', 'final-things-spread', 'what is final is certified anew to everyone', [
    'server/replica/pass-on.ts',
    ' || isFinal(block)) return false;',
    ' || (isFinal(block) && slot < 0)) return false;',
  ]),
  breaks('7-proved', 'pages-unchecked', 'a peer makes any chain final here', [
    'server/replica/final-blocks.ts',
    "return checks.certificate(certificate) === 'good' ? undefined",
    "return checks.certificate(certificate) !== 'later' ? undefined",
  ]),
  breaks('7-proved', 'pages-unlinked', 'blocks of a page need not hang together', [
    'server/replica/final-blocks.ts',
    'if (block.prev_hash !== previous.hash || block.index !== previous.index + 1) {',
    'if (block.prev_hash === block.hash) {',
  ]),
  breaks('7-proved', 'prepared-pages', 'a QC makes blocks from a peer final', [
    'server/replica/final-blocks.ts',
    "if (certificate.phase !== 'commit' ||",
    'if (certificate.phase === undefined ||',
  ]),
  breaks(
    '7-proved',
    'pages-of-an-old-set',
    'a block certified by a set that is no longer in office becomes final',
    [
      'server/replica/final-blocks.ts',
      "certificate.phase !== 'commit' || certificate.epoch !== readEpoch(state).number) {",
      "certificate.phase !== 'commit' || certificate.epoch > readEpoch(state).number) {",
    ],
    ['server/replica/final-blocks.ts', 'if (certificate.epoch !== epoch)', 'if (certificate.epoch > epoch)'],
  ),
  breaks('7-run', 'run-root-unchecked', 'a database that is wrong follows the chain and does not notice', [
    'ledger/execute-block.ts',
    'if (blocks.at(-1)?.state_root !== stateRoot) return',
    'if (blocks.at(-1)?.state_root === parent) return',
  ]),
  breaks('7-run', 'run-on-one-state', 'each block of a run is executed on the state before the run', [
    'ledger/execute-block.ts',
    'all.absorb(executed.value.changes);',
    'if (parent === block.hash) all.absorb(executed.value.changes);',
  ]),
  breaks('7-proved', 'pages-without-end', 'blocks after the last certificate of a page are believed', [
    'server/replica/final-blocks.ts',
    'if (segment.length > 0) return err(',
    'if (segment.length > 1e6) return err(',
  ]),
  breaks('8-durable', 'answered-before-written', 'users hear of finality that a power cut takes back', [
    'server/replica/final-blocks.ts',
    'store.append(finals, stored, moreFollow);',
    'store.append(finals, () => tree.markStored(tip.hash), moreFollow);\n    options.onStored(finals, certificate);',
  ]),
  breaks(
    '8-in-order',
    'heard-before-stored',
    'one finality that leads to the next at once overtakes it on its way to the disk',
    [
      'server/replica/final-blocks.ts',
      'store.append(finals, stored, moreFollow);\n    options.onFinal(tip, certificate, epoch);',
      'options.onFinal(tip, certificate, epoch);\n    store.append(finals, stored, moreFollow);',
    ],
  ),
  breaks('8-in-order', 'effects-interleaved', 'an effect is carried out in the middle of another input', [
    'server/replica/input-queue.ts',
    'if (draining) return;',
    'if (draining && waiting.length > 1e6) return;',
  ]),
];
