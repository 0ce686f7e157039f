/** Lists in pages: sealed cursors outside, the store's own inside. */
import { openCursor, sealCursor } from './cursor.js';
import { answer, problem, type Reply } from './reply.js';
import { defaultPageSize } from './schemas/values.js';

export interface PageAsked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface InnerPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * Answers one page. @param list names the list, so that a cursor of another one is refused
 * @param read the store's page, from its own cursor
 */
export function pageReply<Item>(
  list: string,
  asked: PageAsked,
  read: (limit: number, cursor?: string) => InnerPage<Item>,
): Reply {
  const limit = asked.limit ?? defaultPageSize;
  let inner: string | undefined;
  if (asked.cursor !== undefined) {
    inner = openCursor(list, asked.cursor);
    if (inner === undefined) {
      return problem('invalid_cursor', 'The cursor does not belong to this list.', { path: 'cursor' });
    }
  }
  const page = inner === undefined ? read(limit) : read(limit, inner);
  return answer({ items: page.items, next_cursor: sealCursor(list, page.nextCursor) });
}
