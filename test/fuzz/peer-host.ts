/** The fuzzer's own port, which nodes dial since peers told them of it: they meet silence, noise, or a proved liar. */
import { type AddressInfo, createServer } from 'node:net';
import { createForge, type Forge } from './forge.js';
import { makeLine, writeLine } from './make-line.js';
import { answer, converse, introduction, type PeerFuzzerOptions } from './peer-fuzzer.js';
import { acceptIntroduction, linkOver, type PeerLink } from './peer-link.js';

export interface PeerHost {
  readonly port: number;
  /** What those who dial meet from now on; undefined: a closed door. */
  meet(options: PeerFuzzerOptions | undefined): void;
  close(): void;
}

const silenceMs = 12_000;

export async function openPeerHost(): Promise<PeerHost> {
  let met: { readonly options: PeerFuzzerOptions; readonly forge: Forge } | undefined;
  const server = createServer((socket) => {
    if (met === undefined) {
      socket.destroy();
      return;
    }
    const { options, forge } = met;
    const link = linkOver(socket, (message, from) => {
      options.hand.heard.note(message);
      answer(options, forge, message, from);
    });
    receive(options, forge, link).finally(() => link.cut());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    meet(options) {
      met = options && { options, forge: createForge(options.hand) };
    },
    close: () => void server.close(),
  };
}

async function receive(options: PeerFuzzerOptions, forge: Forge, link: PeerLink): Promise<void> {
  const { random, hand, tally, name } = options;
  switch (random.below(8)) {
    case 0:
      await link.next('never', random.below(silenceMs));
      tally.count('dialled', 'silence');
      return;
    case 1:
      for (let sent = random.between(1, 6); sent > 0 && link.isOpen(); sent--) {
        const { type, what, line } = makeLine(
          random,
          hand,
          forge,
          random.pick(['hello', 'proof', 'welcome', undefined]),
        );
        tally.input(name, `dialled, before proof, ${type}: ${what}`, line);
        await writeLine(random, link, line);
      }
      tally.count('dialled', 'noise before proof');
      return;
    default: {
      const welcome = await acceptIntroduction(link, introduction(options));
      tally.count('dialled', welcome ? 'welcome' : (link.refusal()?.code ?? 'no welcome'));
      if (welcome) await converse(options, forge, link);
    }
  }
}
