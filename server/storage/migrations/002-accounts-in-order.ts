/** The list of accounts is in the order in which they came: an index by balance took half of the time of a write. */
export const ledgerSchema002 = `
DROP INDEX accounts_by_balance;
`;
