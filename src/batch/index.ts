/** Many recordings by many workers: queues of jobs that outlive their workers, in a directory or in Redis. */
export { type DeadJob, type Entry, type Heard, type Job, type JobResult, type Parted, recordingJob } from './job.js';
export { heardIn } from './join.js';
export { openQueue, type QueueOptions } from './open-queue.js';
export type { BatchQueue, QueueStatus, WorkOptions } from './queue.js';
export { type BatchOptions, runJob } from './work.js';
