/** Leads by proposing again what an older certificate justifies, as if it had seen nothing since. */
import type { Block } from '../../../ledger/values/block.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { CreateActor } from '../actor.js';
import { repropose } from './signing.js';

const maxRemembered = 24;

export const staleProposer: CreateActor = (stage) => {
  const blocks = new Map<string, Block>();
  const certified: { readonly block: Block; readonly certificate: Certificate }[] = [];
  const stale = new Map<number, { readonly block: Block; readonly certificate: Certificate } | undefined>();
  const learn = (certificate: Certificate): void => {
    const block = blocks.get(certificate.block);
    if (block === undefined || certified.some(({ certificate: { view } }) => view === certificate.view)) return;
    certified.push({ block, certificate });
    if (certified.length > maxRemembered) certified.shift();
  };
  return {
    incoming(_from, message) {
      if (message.type === 'new_block') {
        blocks.set(message.block.hash, message.block);
        if (blocks.size > maxRemembered) blocks.delete(blocks.keys().next().value!);
        learn(message.justify);
      }
      if (message.type === 'certificate') learn(message.certificate);
      return true;
    },
    outgoing(_to, message) {
      if (message.type !== 'new_block' || message.proposal.validator !== stage.signer.publicKey) return [message];
      const { view, epoch } = message.proposal;
      if (!stale.has(view)) {
        const older = certified.filter(
          ({ certificate }) => certificate.epoch === epoch && certificate.view < message.justify.view,
        );
        stale.set(view, older.length > 0 ? stage.random.pick(older) : undefined);
      }
      const chosen = stale.get(view);
      return chosen === undefined ? [message] : [repropose(stage, message.proposal, chosen.block, chosen.certificate)];
    },
  };
};
