/** An address for people: without the node's own peer id at the end, which is shown beside it and makes the address longer than a line. Whoever dials it gets the same node. */
export function shownAddress(address: string, peerId: string): string {
  const own = `/p2p/${peerId}`;
  return address.endsWith(own) ? address.slice(0, -own.length) : address;
}
