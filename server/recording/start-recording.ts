/** Joins a recorder and its file for one run of a node. One rule: what ends the recording is told in the log, once. */
import type { createConsensus } from '../../consensus/consensus.js';
import type { Hasher } from '../../ledger/values/crypto.js';
import type { Genesis } from '../../ledger/values/genesis.js';
import { createRecorder } from './record-consensus.js';
import { openRecordingFile } from './recording-file.js';
import type { RecordingEnd } from './recording-lines.js';

export interface Recording {
  /** For one core. */
  readonly createCore: typeof createConsensus;
  close(): Promise<void>;
}

export interface RecordingOptions {
  readonly path: string;
  readonly hasher: Hasher;
  readonly genesis: Genesis;
  /** Of slotledger. */
  readonly version: string;
  readonly warn: (sentence: string) => void;
}

/** @throws SlotledgerError RECORDING_NOT_OPENED */
export function startRecording({ path, hasher, genesis, version, warn }: RecordingOptions): Recording {
  const endLine = (end: RecordingEnd): string => recorder.endLine(end);
  const sink = openRecordingFile({ path, onEnded: warn, endLine });
  const recorder = createRecorder({ hasher, genesis, version, sink });
  return { createCore: recorder.createCore, close: sink.close };
}
