/**
 * The consensus core again, on the inputs that a recorded node had. One rule: same inputs, same effects, byte for byte;
 * whatever differs first ends the replay and is shown with both sides.
 */
import type { ConsensusConfig } from '../../consensus/config.js';
import { type Consensus, createConsensus } from '../../consensus/consensus.js';
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { Crypto, Signer } from '../../ledger/values/crypto.js';
import type { PublicKey, Signature } from '../../ledger/values/text.js';
import {
  firstHash,
  hashAfter,
  type RecordingEnd,
  type RecordingLine,
  type RunLine,
  type StepLine,
  splitLine,
} from './recording-lines.js';

export interface Difference {
  /** `damaged`: the line is not as it was written. `effects`: the core does something else. */
  readonly kind: 'damaged' | 'effects';
  /** From 1. */
  readonly line: number;
  /** One sentence. */
  readonly detail: string;
  /** JSON of the input, where it is the effects that differ. */
  readonly input?: string;
  readonly recorded?: string;
  readonly replayed?: string;
}

export interface ReplayReport {
  readonly lines: number;
  readonly runs: number;
  readonly inputs: number;
  readonly effects: number;
  /** How the last run ended; absent when it was killed, or still runs. */
  readonly end?: RecordingEnd;
  /** Bytes of an unfinished last line, which are not replayed. */
  readonly unfinished: number;
  readonly difference?: Difference;
}

export interface ReplayOptions {
  readonly crypto: Crypto;
  /** Starting value: the shipped core. */
  readonly createCore?: typeof createConsensus;
  /** Each step that was the same. */
  readonly onStep?: (line: number, input: Input, effects: readonly Effect[]) => void;
}

export interface Replay {
  /** The next line, without its end. @returns false after the first difference: nothing more is replayed */
  take(line: string): boolean;
  report(unfinished?: number): ReplayReport;
}

export function createReplay({ crypto, createCore = createConsensus, onStep }: ReplayOptions): Replay {
  let core: Consensus | undefined;
  let signer: ReplaySigner | undefined;
  let hash = firstHash;
  let end: RecordingEnd | undefined;
  let difference: Difference | undefined;
  const count = { lines: 0, runs: 0, inputs: 0, effects: 0 };

  const differs = (kind: Difference['kind'], detail: string, sides: Partial<Difference> = {}): Difference => ({
    kind,
    line: count.lines,
    detail,
    ...sides,
  });

  function takeLine(line: string): Difference | undefined {
    const parts = splitLine(line);
    if (parts === undefined) return differs('damaged', 'It does not begin as a line of a recording does.');
    const isRun = parts.body.startsWith('{"run":');
    hash = hashAfter(crypto, isRun ? firstHash : hash, parts.body);
    if (hash !== parts.hash) {
      return differs('damaged', 'It was changed since it was written, or a line before it is missing.');
    }
    const content = JSON.parse(parts.body) as RecordingLine;
    if ('run' in content) return startRun(content);
    if ('end' in content) {
      end = content.end;
      core = undefined;
      return undefined;
    }
    return step(content);
  }

  function startRun({ run }: RunLine): Difference | undefined {
    if (run.version !== 1) return differs('damaged', `Its version is ${run.version}; this program reads version 1.`);
    const { chain, genesis, key } = run;
    signer = key && createReplaySigner(crypto, key);
    const config: ConsensusConfig = {
      chain,
      genesisTime: genesis.genesis_time,
      parameters: genesis.parameters,
      hasher: crypto,
      ...(signer ? { signer } : {}),
    };
    core = createCore(config, run.recovered);
    count.runs++;
    end = undefined;
    return undefined;
  }

  function step(recorded: StepLine): Difference | undefined {
    if (core === undefined) return differs('damaged', 'It is an input outside of any run.');
    const input = JSON.stringify(recorded.input);
    signer?.expect(recorded.signed);
    let effects: readonly Effect[] | undefined;
    let threw: string | undefined;
    try {
      effects = core.step(recorded.input);
    } catch (error) {
      threw = (error as Error).message;
    }
    if (threw !== recorded.threw) {
      const side = (message: string | undefined): string => message ?? 'the core went on';
      return differs('effects', 'An assertion failed on one side only.', {
        input,
        recorded: side(recorded.threw),
        replayed: side(threw),
      });
    }
    const unlike = firstUnlike(recorded.effects ?? [], effects ?? []);
    if (unlike !== undefined) return differs('effects', unlike.detail, { input, ...unlike.sides });
    const signing = signer?.problem();
    if (signing !== undefined) return differs('effects', signing, { input });
    count.inputs++;
    count.effects += effects?.length ?? 0;
    onStep?.(count.lines, recorded.input, effects ?? []);
    return undefined;
  }

  return {
    take(line) {
      if (difference !== undefined) return false;
      count.lines++;
      difference = takeLine(line);
      return difference === undefined;
    },
    report: (unfinished = 0) => ({
      ...count,
      unfinished,
      ...(end === undefined ? {} : { end }),
      ...(difference === undefined ? {} : { difference }),
    }),
  };
}

function firstUnlike(recorded: readonly Effect[], replayed: readonly Effect[]) {
  const length = Math.max(recorded.length, replayed.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [JSON.stringify(recorded[i]), JSON.stringify(replayed[i])];
    if (left === right) continue;
    const detail = `Effect ${i + 1} differs (${recorded.length} recorded, ${replayed.length} replayed).`;
    return { detail, sides: { recorded: left ?? 'nothing', replayed: right ?? 'nothing' } };
  }
  return undefined;
}

interface ReplaySigner extends Signer {
  /** These are what the next step signs with, in order. */
  expect(signatures: readonly Signature[]): void;
  /** One sentence, if the step signed something other than what was recorded. */
  problem(): string | undefined;
}

/** Has no private key: it hands out the recorded signatures, and checks that each is over what is signed now. */
function createReplaySigner(crypto: Crypto, publicKey: PublicKey): ReplaySigner {
  let left: Signature[] = [];
  let wrong: string | undefined;
  return {
    publicKey,
    expect(signatures) {
      left = [...signatures];
      wrong = undefined;
    },
    sign(message) {
      const signature = left.shift();
      if (signature !== undefined && crypto.verify(publicKey, message, signature)) return signature;
      wrong ??=
        signature === undefined
          ? `It signs more than was recorded: ${message}`
          : `It signs something else than the recorded signature is over: ${message}`;
      return signature ?? `0x${'0'.repeat(128)}`;
    },
    problem: () => wrong ?? (left.length > 0 ? `It signs ${left.length} things less than were recorded.` : undefined),
  };
}
