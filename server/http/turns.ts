/**
 * When a request is answered. A thousand may come in one turn of the event loop, and lists, proofs and pages take milliseconds
 * each. One rule: a turn answers for a few milliseconds; who comes later in it waits for the next, in order, so that the loop
 * that votes is never kept waiting. A connection with a request that waits is not read on, and what came behind an answer that
 * was not taken yet waits for that: a thousand questions fit into one packet, and their answers would all be held.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createTurnBudget } from '../turn-budget.js';

export interface Turns {
  /**
   * Resolves when the work is done, and rejects as it does.
   * @param before the answer that has to be taken first
   */
  run(socket: Pausable, work: () => void | Promise<void>, before?: Before): Promise<void>;
  /** The same, with no other connection before it. */
  atOnce(socket: Pausable, work: () => void | Promise<void>, before?: Before): Promise<void>;
}

type Pausable = Pick<Socket, 'pause' | 'resume'>;

export type Before = Pick<ServerResponse, 'writableFinished' | 'destroyed' | 'once'>;

/** @param monotonic milliseconds that only go forward */
export function createTurns(monotonic: () => number): Turns {
  const waiting: (() => Promise<void>)[] = [];
  const countBySocket = new WeakMap<object, number>();
  const budget = createTurnBudget(() => void workOn());
  let working = false;

  /** One after the other, since what an answer takes is known when it is done: reading and writing down are not one step. */
  async function workOn(): Promise<void> {
    if (working) return;
    working = true;
    while (waiting.length > 0 && budget.hasLeft()) {
      const began = monotonic();
      await waiting.shift()!();
      budget.spend(monotonic() - began);
    }
    working = false;
    if (waiting.length > 0) budget.goOnLater();
  }

  function inLine(
    queue: (answer: () => Promise<void>) => void,
    ...[socket, work, before]: Parameters<Turns['run']>
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const count = countBySocket.get(socket) ?? 0;
      countBySocket.set(socket, count + 1);
      let paused = false;
      const answer = async (): Promise<void> => {
        const left = (countBySocket.get(socket) ?? 1) - 1;
        if (left > 0) countBySocket.set(socket, left);
        else countBySocket.delete(socket);
        if (left === 0 && paused) socket.resume();
        try {
          await work();
          resolve();
        } catch (error) {
          reject(error);
        }
      };
      if (before === undefined || before.writableFinished || before.destroyed) queue(answer);
      else before.once('close', () => queue(answer));
      if (countBySocket.has(socket)) {
        paused = true;
        socket.pause();
      }
    });
  }

  return {
    run: (...asked) =>
      inLine(
        (answer) => {
          waiting.push(answer);
          void workOn();
        },
        ...asked,
      ),
    atOnce: (...asked) => inLine((answer) => void answer(), ...asked),
  };
}
