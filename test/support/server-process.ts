import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT } from './shared.js';

/** `hearken serve` as a process of its own: what it takes, what it logs, how it ends. */
export class ServerProcess {
  log = '';
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  private constructor(
    readonly child: ChildProcess,
    public port: number,
  ) {
    this.ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal })));
    child.stderr?.on('data', (d: Buffer) => {
      this.log += d.toString();
    });
  }

  /** Resolves when it listens. */
  static async start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, [resolve(ROOT, 'dist/src/cli/main.js'), 'serve', '--port', '0', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const server = new ServerProcess(child, 0);
    await new Promise<void>((done, reject) => {
      child.stderr?.on('data', () => {
        const port = /listening on .*:(\d+)/.exec(server.log)?.[1];
        if (port === undefined) return;
        server.port = Number(port);
        done();
      });
      child.once('close', () => reject(new Error(`the server ended: ${server.log}`)));
    });
    return server;
  }

  /** Memory it has, in MB. */
  megabytes(): number {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** For the end of a test; nothing where it has ended. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
