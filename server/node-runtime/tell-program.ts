/** Tells the program around the node what happened. One rule: what its listener throws is the program's, not the node's. */

/** What `tell` throws is thrown once the turn of the node is over, so that nothing of it is left out. */
export function tellProgram(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
