import { performance } from 'node:perf_hooks';
import type { StreamSummary } from './messages.js';

/** Seconds of audio that a thread has taken, and for how long it was busy, since it was last asked. */
export class LoadMeter {
  #seconds = 0;
  #utilization = performance.eventLoopUtilization();

  add(seconds: number): void {
    this.#seconds += seconds;
  }

  take(): StreamSummary['load'] {
    const now = performance.eventLoopUtilization();
    const load = { seconds: this.#seconds, busySeconds: (now.active - this.#utilization.active) / 1000 };
    this.#utilization = now;
    this.#seconds = 0;
    return load;
  }
}
