/** Keeps an order that answers come out of. One rule: nobody is called before everybody who came earlier. */

export type Turn = (call: () => void) => void;

/** @returns hands out turns: what is given to a turn is called once every earlier turn was given something */
export function createInOrder(): () => Turn {
  let turns: { call: (() => void) | undefined }[] = [];
  return () => {
    const turn: { call: (() => void) | undefined } = { call: undefined };
    turns.push(turn);
    return (call) => {
      turn.call = call;
      const waits = turns.findIndex((one) => one.call === undefined);
      const ready = waits === -1 ? turns : turns.slice(0, waits);
      turns = waits === -1 ? [] : turns.slice(waits);
      for (const one of ready) one.call?.();
    };
  };
}
