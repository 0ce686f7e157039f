/** A small shop: it takes an order, takes the money once, and ships when the payment is final, whatever the network does. */
import { AnswerLost, type SignedPayment, type Testnet } from 'slotledger/testing';

export interface Order {
  readonly customer: string;
  readonly price: number;
}

/** Signed once: when the answer is lost the same payment goes out again, so nobody pays twice. */
async function takeMoney(net: Testnet, payment: SignedPayment): Promise<void> {
  for (;;) {
    try {
      net.send(payment);
      break;
    } catch (error) {
      if (!(error instanceof AnswerLost)) throw error;
      net.advance({ slots: 1 });
    }
  }
  await net.final(payment.id);
}

/** @returns the orders in the order they were shipped */
export async function runShop(net: Testnet, orders: readonly Order[]): Promise<readonly Order[]> {
  const shipped: Order[] = [];
  for (const order of orders) {
    await takeMoney(net, net.sign(order.customer, 'shop', order.price));
    shipped.push(order);
  }
  return shipped;
}
