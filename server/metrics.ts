import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { StreamSummary } from '../src/index.js';
import type { Admission } from './admission.js';

const LATENCIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5];

/** What `/metrics` tells Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly sessions: Counter<'protocol'>;
  readonly errors: Counter<'code'>;
  readonly finalLatency: Histogram;
  readonly partialLatency: Histogram;
  #audioSeconds: Counter;
  #busySeconds: Counter;

  constructor(admission: Admission) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const gauge = (name: string, help: string, value: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('hearken_sessions_open', 'WebSocket sessions open now', () => admission.sessions);
    gauge('hearken_sessions_capacity', 'WebSocket sessions that may be open now', () => admission.capacity);
    gauge('hearken_uploads_open', 'Uploads being transcribed now', () => admission.uploads);
    gauge('hearken_real_time_factor', 'Core seconds a second of audio takes', () => admission.realTimeFactor);
    this.sessions = new Counter({
      name: 'hearken_sessions_total',
      help: 'Sessions and uploads',
      labelNames: ['protocol'],
      registers,
    });
    this.errors = new Counter({
      name: 'hearken_errors_total',
      help: 'Errors told to clients',
      labelNames: ['code'],
      registers,
    });
    this.#audioSeconds = new Counter({
      name: 'hearken_audio_seconds_total',
      help: 'Seconds of audio recognised',
      registers,
    });
    this.#busySeconds = new Counter({
      name: 'hearken_busy_seconds_total',
      help: 'Core seconds spent on it',
      registers,
    });
    const latency = (name: string, help: string): Histogram =>
      new Histogram({ name, help, buckets: LATENCIES, registers });
    this.finalLatency = latency('hearken_final_latency_seconds', 'From the last message of a client to a final result');
    this.partialLatency = latency(
      'hearken_partial_latency_seconds',
      'From the last message of a client to a partial result',
    );
  }

  record({ load: { seconds, busySeconds } }: StreamSummary): void {
    this.#audioSeconds.inc(seconds);
    this.#busySeconds.inc(busySeconds);
  }
}
