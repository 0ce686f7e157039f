/** What can be said of a page of blocks before anything is executed: is it an answer to what was asked? */
import type { BlocksPage } from '../replica/ports.js';

/** @returns what is wrong with the page as an answer to `get_blocks {from, count}`, or undefined. Not checked: truth. */
export function shapeProblem(page: BlocksPage, from: number, count: number): string | undefined {
  if (page.blocks.length > count) return `sent ${page.blocks.length} blocks where ${count} were asked for`;
  for (const [position, block] of page.blocks.entries()) {
    if (block.index !== from + position) return `sent block ${block.index} where block ${from + position} belongs`;
    const previous = page.blocks[position - 1];
    if (previous && block.prev_hash !== previous.hash)
      return `sent block ${block.index} without a link to the one before`;
  }
  const last = page.blocks.at(-1);
  if (last && !page.finality.some((certificate) => certificate.block === last.hash)) {
    return `sent no finality certificate for block ${last.index}, the last of the page`;
  }
  return undefined;
}

/** The part of a page that begins at block `from`, with the certificates that belong to it. */
export function pageFrom(page: BlocksPage, from: number): BlocksPage {
  if ((page.blocks[0]?.index ?? from) >= from) return page;
  const blocks = page.blocks.filter((block) => block.index >= from);
  const kept = new Set<string>(blocks.map((block) => block.hash));
  return { blocks, finality: page.finality.filter((certificate) => kept.has(certificate.block)) };
}
