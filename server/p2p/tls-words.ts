/** How the two kinds of connections, with TLS and without, are told apart, and what is said when they meet. */

/** First byte of every TLS connection; no line begins with it. */
export const TLS_FIRST_BYTE = 0x16;
/** Said of the far end. */
export const speaksPlain = 'it speaks without TLS: start that node with --tls, or this one without';
export const speaksTls = 'it speaks TLS and this node does not: start this node with --tls, or that one without';
/** Said to the far end. */
export const tlsNeeded = 'this node speaks TLS only: start yours with --tls';
