import type { Bridge } from '../ipc/contract.ts';

declare global {
  interface Window {
    /** Put there by the preload script, before any of our code runs. */
    readonly keytray: Bridge;
  }
}
