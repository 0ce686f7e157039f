/**
 * A consensus core that writes down what it is given and what it makes of it. One rule: it is the same core; the
 * recording may end at any time, and the core goes on as if there had never been one.
 */
import type { Recovered } from '../../consensus/config.js';
import { createConsensus } from '../../consensus/consensus.js';
import type { Hasher, Signer } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import type { Signature } from '../../ledger/values/text.js';
import type { EndLine, RecordingEnd, RunLine, StepLine } from './recording-lines.js';
import { firstHash, hashAfter, headerOf, headersOnly, lineText } from './recording-lines.js';

/** Takes lines until it is full. */
export interface RecordingSink {
  /** @returns false: it takes no more lines, and has said why */
  write(line: string): boolean;
  /** The process may be about to end: brings to disk what it has, now. */
  flush(): void;
}

export interface RecorderOptions {
  readonly hasher: Hasher;
  readonly genesis: Genesis;
  /** Of slotledger. */
  readonly version: string;
  readonly sink: RecordingSink;
}

export interface Recorder {
  readonly createCore: typeof createConsensus;
  /** The last line, with the reason why there are no more. */
  endLine(end: RecordingEnd): string;
}

/** For one core; a node that starts again makes another. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { hasher, genesis, version, sink } = options;
  let hash = firstHash;
  let recording = true;

  /** The running hash counts only what the sink took. */
  function write(content: RunLine | StepLine): void {
    const body = JSON.stringify(content);
    const next = hashAfter(hasher, hash, body);
    recording = sink.write(lineText(next, body));
    if (recording) hash = next;
  }

  return {
    createCore(config, recovered) {
      const signed: Signature[] = [];
      const signer = config.signer && recordSigner(config.signer, signed);
      write({
        run: {
          version: 1,
          slotledger: version,
          chain: config.chain,
          genesis,
          ...(signer ? { key: signer.publicKey } : {}),
          recovered: recoveredHeaders(recovered),
        },
      });
      const core = createConsensus({ ...config, ...(signer ? { signer } : {}) }, recovered);
      return {
        ...core,
        step(input) {
          signed.length = 0;
          if (!recording) return core.step(input);
          // As it was given: what the core keeps of it is the core's.
          const given = headersOnly(input);
          try {
            const effects = core.step(input);
            write({ input: given, signed, effects });
            return effects;
          } catch (error) {
            write({ input: given, signed, threw: (error as Error).message });
            sink.flush();
            throw error;
          }
        },
      };
    },
    endLine(end) {
      const body = JSON.stringify({ end } satisfies EndLine);
      return lineText(hashAfter(hasher, hash, body), body);
    },
  };
}

const recordSigner = (signer: Signer, signed: Signature[]): Signer => ({
  publicKey: signer.publicKey,
  sign(message) {
    const signature = signer.sign(message);
    signed.push(signature);
    return signature;
  },
});

const recoveredHeaders = (recovered: Recovered): Recovered => ({
  ...recovered,
  tip: headerOf(recovered.tip),
  base: { ...recovered.base, block: headerOf(recovered.base.block) },
  bodies: recovered.bodies.map(headerOf),
});
