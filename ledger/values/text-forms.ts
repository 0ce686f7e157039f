/** The fixed forms of texts, and UTF-8 lengths. */

const hash = /^0x[0-9a-f]{64}$/;
const signature = /^0x[0-9a-f]{128}$/;
const vrfProof = /^0x[0-9a-f]{160}$/;
const chainId = /^[a-z0-9-]{1,32}-[0-9a-f]{32}$/;
const loneSurrogate = /\p{Surrogate}/u;
const printable = /^[ -~]*$/;

/** Whether a text is `0x` and 64 lower-case hex digits (hash, id or public key). */
export const isHashText = (text: string): boolean => text.length === 66 && hash.test(text);
/** Whether a text is `0x` and 128 lower-case hex digits. */
export const isSignatureText = (text: string): boolean => text.length === 130 && signature.test(text);
/** Whether a text is `0x` and 160 lower-case hex digits. */
export const isVrfProofText = (text: string): boolean => text.length === 162 && vrfProof.test(text);
/** Whether a text is a name, `-` and 32 lower-case hex digits. */
export const isChainIdText = (text: string): boolean => chainId.test(text);
/** Whether a text has a UTF-8 form, that is, no lone surrogate. */
export const isWellFormed = (text: string): boolean => !loneSurrogate.test(text);

/** Length of the UTF-8 form of a well-formed text in bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  // Nearly all texts are ASCII, and the expression finds that out five times as fast as the loop.
  if (printable.test(text)) return bytes;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes: two for each of its halves.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
