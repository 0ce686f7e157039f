/** What a program gives the client is looked at once, at the call: what is wrong is a TypeError of one sentence. */
import { isWellFormed } from '../../ledger/values/text-forms.js';

const example = 'http://127.0.0.1:8080';
/** What a timer can count, in ms. */
const longestTimerMs = 2_147_483_647;

/** @throws TypeError for an option that `call` does not know, which would be ignored silently otherwise */
export function refuseUnknown(call: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${call} takes its options as an object; it knows ${listed(known)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(`${call} knows no option ${JSON.stringify(name)}; it knows ${listed(known)}.`);
    }
  }
}

const membersOfIntent: { readonly [type: string]: readonly string[] } = {
  transfer: ['type', 'outputs'],
  stake: ['type', 'amount', 'validator'],
  unstake: ['type', 'amount'],
};

/** What else stands in it would be signed as it is: a nonce of its own, say, for which nothing waits. */
export function checkIntent(call: string, intent: unknown): void {
  const { type } = (intent ?? {}) as { readonly type?: unknown };
  const known = typeof type === 'string' && Object.hasOwn(membersOfIntent, type) ? membersOfIntent[type] : undefined;
  if (known === undefined) {
    throw new TypeError(
      `${call} takes what is wanted as an object; its type is ${listed(Object.keys(membersOfIntent))}.`,
    );
  }
  for (const name of Object.keys(intent as object)) {
    if (known.includes(name)) continue;
    const others = 'Memo, lane, fee and expiresInSlots are options.';
    throw new TypeError(
      `${call} knows no ${JSON.stringify(name)} of this ${String(type)}; it knows ${listed(known)}. ${others}`,
    );
  }
}

/** @returns the address of a node, without a slash at its end */
export function nodeAddress(given: unknown): string {
  if (given === undefined || given === null || given === '') {
    throw new TypeError(`createClient is told no node; name one, as in createClient({ url: '${example}' }).`);
  }
  const url = parsed(given);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // Whatever stands before an @ may be a password.
    const shown =
      typeof given === 'string' || given instanceof URL ? String(given).replace(/^.*@/s, '…@') : typeof given;
    throw new TypeError(`The url ${JSON.stringify(shown)} is not an HTTP address; write it like ${example}.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(
      'The url has a user name or a password in it, which no node asks for; leave them out and give apiKey where a node wants a key.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError(`The url goes on after its path with ? or #; leave that out, as in ${example}.`);
  }
  return url.href.replace(/\/+$/, '');
}

function parsed(given: unknown): URL | undefined {
  if (typeof given !== 'string' && !(given instanceof URL)) return undefined;
  return URL.canParse(String(given)) ? new URL(String(given)) : undefined;
}

/** Of one answer. */
export function answerTimeout(given: unknown): number {
  if (given === undefined) return 10_000;
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= longestTimerMs) return given;
  throw new TypeError(
    `timeoutMs is ${shownValue(given)}; give whole milliseconds from 1 to ${longestTimerMs}, or leave it out for 10000.`,
  );
}

/** Of all the waiting for finality; Infinity waits for ever. */
export function waitingTimeout(given: unknown): number {
  if (given === undefined) return 60_000;
  if (typeof given === 'number' && given >= 0) return given;
  throw new TypeError(`timeoutMs is ${shownValue(given)}; give milliseconds from 0 on, or leave it out for 60000.`);
}

/** The key is never shown: neither here nor where a header would not take it. */
export function checkKey(given: unknown): string | undefined {
  if (given === undefined || (typeof given === 'string' && /^[\x21-\x7e]+$/.test(given))) return given;
  throw new TypeError(
    'apiKey is not a key as `server apikey add` prints it; give it without blanks and line ends, or leave it out.',
  );
}

export function checkFetch(given: unknown): typeof fetch | undefined {
  if (given === undefined || typeof given === 'function') return given as typeof fetch | undefined;
  throw new TypeError(`fetch is ${shownValue(given)}; give a function like the global fetch, or leave it out.`);
}

/** The types of events that are wanted. */
export function checkEventTypes(given: unknown): void {
  if (given === undefined || (Array.isArray(given) && given.every((type) => typeof type === 'string'))) return;
  throw new TypeError(`types is ${shownValue(given)}; give a list, such as ['final'], or leave it out for all.`);
}

/** What is said of a transaction besides what it does. */
export function checkTransactionOptions(
  given: {
    readonly [name in 'memo' | 'lane' | 'fee' | 'expiresInSlots']?: unknown;
  },
): void {
  const { memo, lane, fee, expiresInSlots: slots } = given;
  if (memo !== undefined && !(typeof memo === 'string' && isWellFormed(memo))) {
    throw new TypeError(`memo is ${shownValue(memo)}; give a text without halves of characters, or leave it out.`);
  }
  if (lane !== undefined && !isWhole(lane, 255)) {
    throw new TypeError(`lane is ${shownValue(lane)}; give a whole number from 0 to 255, or leave it out for 0.`);
  }
  if (fee !== undefined && !isWhole(fee)) {
    throw new TypeError(
      `fee is ${shownValue(fee)}; give a whole number of the smallest unit, or leave it out for the least that is accepted.`,
    );
  }
  if (slots !== undefined && !isWhole(slots)) {
    throw new TypeError(`expiresInSlots is ${shownValue(slots)}; give a whole number, or leave it out for no end.`);
  }
}

const isWhole = (value: unknown, most = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

/** An event id such as `17.2`, or the index of a block. */
export function eventPlace(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === 'number' && Number.isSafeInteger(given) ? String(given) : given;
  if (typeof text === 'string' && /^(0|[1-9]\d{0,14})(\.(0|[1-9]\d{0,8}))?$/.test(text)) return text;
  throw new TypeError(
    `since is ${shownValue(given)}; give the id of an event, such as '17.2', or the index of a block, such as 0.`,
  );
}

const listed = (names: readonly string[]): string => names.join(', ');

const shownValue = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : typeof value === 'object' && value !== null
      ? 'an object'
      : String(value);
