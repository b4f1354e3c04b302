/** Calls once nothing has come from a client for so long. Being touched costs a look at the clock, not a timer. */
export class IdleTimer {
  #timer: NodeJS.Timeout | undefined;
  #since = performance.now();
  #busy = 0;

  touch(): void {
    this.#since = performance.now();
  }

  /** What a client has sent is being worked off: it is not idle meanwhile. */
  async during(work: Promise<void>): Promise<void> {
    this.#busy++;
    try {
      await work;
    } finally {
      this.#busy--;
      this.touch();
    }
  }

  /** Wait for `seconds` without a touch, from now on, rather than for what was waited for before. */
  wait(seconds: number, then: () => void): void {
    this.touch();
    this.#arm(seconds * 1000, then);
  }

  #arm(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    const left = this.#since + ms - performance.now();
    this.#timer = setTimeout(
      () => {
        if (this.#busy > 0) this.touch();
        if (performance.now() - this.#since < ms) this.#arm(ms, then);
        else then();
      },
      Math.ceil(Math.max(1, left)),
    );
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
