import { type RunningServer, type ServerOptions, startServer } from '../../server/index.js';
import { Engine, type EngineOptions } from '../../src/index.js';

/** An engine and a server on a free port for the tests of a `describe`, made before them and closed behind them. */
export class Served {
  engine!: Engine;
  server!: RunningServer;

  constructor(engine: EngineOptions | (() => EngineOptions), options: ServerOptions = {}) {
    before(async () => {
      this.engine = await Engine.load(typeof engine === 'function' ? engine() : engine);
      this.server = await startServer(this.engine, { port: 0, ...options });
    });
    after(async () => {
      await this.server.close();
      await this.engine.close();
    });
  }

  /** Host and port. */
  get address(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  get stream(): string {
    return `ws://${this.address}/v1/stream`;
  }
}
