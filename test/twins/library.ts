/** Named scenarios, one happening a line (scenario.ts explains the form): what broke other protocols, or earlier wordings of this one. */
export const scenarios: Readonly<Record<string, string>> = {
  'a hidden lock: who holds the certificate is away, and the next leader makes it from the votes in new-views': `
    players A B C D
    slot B: A B C D; lose prepare to A C D
    slot C: A C D | B
    slot B: A B C D
    expect B final 3
    expect A final 3`,
  'a view split between twins who each lead one half': `
    slot A: A B | A' C D
    slot A: A C D | A' B
    slot D: A A' B C D
    expect B final 3
    expect C final 3`,
  'a closing block that is certified and not final is proposed again': `
    players A B C D
    epoch 20
    slot B past 20: A B C D; lose commit to A B C D
    expect B final 0
    slot C: A B C D
    expect A final 1
    slot D: A B C D
    expect A final 2`,
  'a late certificate at the end of an epoch: one validator that knows the closing block final is enough': `
    players A B C D
    epoch 20
    slot B past 20: A B C D; lose commit to A B C
    expect D final 1
    expect A final 1
    slot C: A B C D
    expect A final 2`,
  'an old set that sleeps through the change signs nothing that counts, and is told': `
    players A B C D E F
    set A B C D
    set C D E F
    epoch 20
    slot B past 20: B C D E F | A
    expect E final 1
    slot E: C D E F | A B
    slot A by 0: A B | C D E F
    expect A final 1
    slot F: A B C D E F
    expect A final 4
    expect E final 4`,
};
