/**
 * The client of the node that a command talks to. An API key, where the node wants one, comes from the file that
 * SLOTLEDGER_API_KEY_FILE names; never from the command line, which every user of the machine can read.
 */
import { readFileSync } from 'node:fs';
import { type Client, createClient } from '../http/client.js';
import { usageProblem } from './cli-problem.js';

/** @param timeoutMs for one answer */
export function clientOf(url: string, timeoutMs?: number): Client {
  const file = process.env.SLOTLEDGER_API_KEY_FILE;
  const apiKey = file === undefined || file === '' ? {} : { apiKey: readFileSync(file, 'utf8').trim() };
  try {
    return createClient({ url, ...(timeoutMs === undefined ? {} : { timeoutMs }), ...apiKey });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageProblem(error.message, 'Correct --node, or the file that SLOTLEDGER_API_KEY_FILE names.');
  }
}
