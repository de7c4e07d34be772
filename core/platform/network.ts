import { networkInterfaces } from 'node:os';

/** Whether this machine has an address that others could reach; it says nothing of the way beyond. */
export function hasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}
