/** The same certificate with another date in it, which its signature does not cover: who shows it does not look at that. */
export function endedLongAgo(pem: string): string {
  const [begin, ...lines] = pem.trim().split('\n');
  const end = lines.pop()!;
  const der = Buffer.from(lines.join(''), 'base64');
  der.write('20010101000000Z', der.indexOf('99991231235959Z'));
  return [begin, der.toString('base64'), end, ''].join('\n');
}
