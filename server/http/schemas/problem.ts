/** RFC 9457, with a stable `code` and a `fix`. */
import { z } from 'zod';

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Its page on this node', example: '/docs/problems/nonce_taken' }),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().meta({ description: 'One sentence about this request' }),
    fix: z.string().meta({ description: 'What helps' }),
    path: z.string().optional().meta({ description: 'Where in the request' }),
  })
  .meta({ id: 'Problem' });
