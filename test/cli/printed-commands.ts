/** The lines of a banner that are offered for copying. */
export function printedCommands(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const command = /^ {4}((?:npx|curl|node|slotledger) .+)$/.exec(line);
    return command?.[1] === undefined ? [] : [command[1]];
  });
}
