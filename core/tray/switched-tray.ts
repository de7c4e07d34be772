/** A tray that is there while it is wanted, once there is a broker to show. */
export class SwitchedTray {
  #wanted = false;
  #open: (() => { close(): void }) | undefined;
  #tray: { close(): void } | undefined;

  /** What the configuration says. */
  want(wanted: boolean): void {
    this.#wanted = wanted;
    this.#place();
  }

  /** From now on the tray can be opened. */
  begin(open: () => { close(): void }): void {
    this.#open = open;
    this.#place();
  }

  close(): void {
    this.#open = undefined;
    this.want(false);
  }

  #place(): void {
    if (this.#wanted) {
      this.#tray ??= this.#open?.();
      return;
    }
    this.#tray?.close();
    this.#tray = undefined;
  }
}
