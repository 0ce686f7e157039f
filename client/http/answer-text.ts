/** Reads an answer. One rule: who answers without an end fills no memory. */

/** The largest answer of a node is a genesis file, which has at most as many bytes. */
const maxAnswerBytes = 64 * 1_048_576;

/** @throws Error when it is longer than any answer of a node, and what reading throws */
export async function answerText(response: Response): Promise<string> {
  // A `fetch` of the program's own may give no stream.
  if (typeof response.body?.getReader !== 'function') return await response.text();
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length;
    if (bytes > maxAnswerBytes) {
      await reader.cancel();
      throw new Error(`what answers there sends more than ${maxAnswerBytes / 1_048_576} MiB`);
    }
    parts.push(decoder.decode(read.value, { stream: true }));
  }
  return parts.join('') + decoder.decode();
}
