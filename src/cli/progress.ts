/** Progress of a batch on standard error: a bar on a terminal, a line a file elsewhere when asked, silent in a pipe. */
export class Progress {
  #done = 0;
  #failed = 0;
  #seconds = 0;
  #began = performance.now();
  #terminal = process.stderr.isTTY === true;
  #lastDraw = 0;

  constructor(
    private total: number,
    private readonly mode: 'auto' | 'lines' | 'none',
  ) {}

  /** There are `total` now, those that are through included. */
  expect(total: number): void {
    this.total = total;
  }

  /** One recording is through. @param seconds of audio in it */
  step(name: string, seconds: number, failed: boolean): void {
    this.#done++;
    if (failed) this.#failed++;
    this.#seconds += seconds;
    if (this.mode === 'lines')
      process.stderr.write(`${this.#done}/${this.total} ${failed ? 'failed' : 'done'} ${name} (${this.#speed()})\n`);
    else if (this.mode === 'auto' && this.#terminal && this.total > 1) this.#draw();
  }

  #speed(): string {
    const elapsed = (performance.now() - this.#began) / 1000;
    return `${(this.#seconds / Math.max(elapsed, 1e-3)).toFixed(1)}x real time`;
  }

  #draw(): void {
    const now = performance.now();
    if (now - this.#lastDraw < 100 && this.#done < this.total) return;
    this.#lastDraw = now;
    const share = this.#done / this.total;
    const left = ((now - this.#began) / 1000 / share) * (1 - share);
    const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '░');
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    process.stderr.write(
      `\r\x1b[K${bar} ${this.#done}/${this.total}${failed}  ${this.#speed()}  ${Math.ceil(left)} s left`,
    );
  }

  /** Clear the bar, so that a message can be written. */
  clear(): void {
    if (this.mode === 'auto' && this.#terminal && this.#lastDraw > 0) process.stderr.write('\r\x1b[K');
  }
}
