/** The client SDK: everything a program needs to talk to a node over HTTP. Runs in Node.js and in browsers. */
export { ApiProblem, NodeUnreachable } from './http/problem.js';
