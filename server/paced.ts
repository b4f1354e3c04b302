/** Calls that are at least an interval apart: the latest one waits, those before it are dropped. */
export class Paced {
  #last = 0;
  #waiting: NodeJS.Timeout | undefined;

  constructor(private readonly intervalMs: number) {}

  call(work: () => void): void {
    this.stop();
    const run = (): void => {
      this.#last = performance.now();
      work();
    };
    const wait = this.#last + this.intervalMs - performance.now();
    if (wait > 0) this.#waiting = setTimeout(run, wait);
    else run();
  }

  stop(): void {
    clearTimeout(this.#waiting);
  }
}
