import type { WebSocket } from 'ws';
import { z } from 'zod';
import { HearkenError } from '../src/index.js';
import { recordError, type ServerContext } from './context.js';
import { Inbox } from './inbox.js';
import type { Outlet } from './outlet.js';
import { parseJson } from './parse-json.js';
import { reply } from './reply.js';
import { shown } from './shown.js';
import { clientMessage, type ServerMessage } from './stream-messages.js';
import { StreamSession } from './stream-session.js';

/** Seconds a connection may be open before it says what it wants. */
const START_SECONDS = 10;

/** What a WebSocket is closed with, by the code of the error; the code is the reason. */
const CLOSE: Record<string, number> = {
  SERVER_BUSY: 1013,
  SERVER_CLOSING: 1012,
  WORKER_FAILED: 1011,
  INTERNAL: 1011,
};

/** Codes with which a client takes its leave; others mean that the connection broke. */
const ON_PURPOSE = [1000, 1001, 1005];

/** Close a socket as its session ended; the reason is the code of the error. */
export function closeSocket(socket: WebSocket, end: 'done' | 'closing' | HearkenError): void {
  if (end === 'done') socket.close(1000);
  else if (end === 'closing') socket.close(1001, 'SERVER_CLOSING');
  else socket.close(CLOSE[end.code] ?? 1008, end.code);
}

/** The sessions of a server's own protocol, by their ids. */
export class StreamSessions {
  #context: ServerContext;
  #sessions = new Map<string, StreamSession>();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Speak the protocol on a socket. @param client address, undefined for the machine's own */
  serve(socket: WebSocket, client: string | undefined): void {
    new Connection(socket, this.#context, client, {
      start: (options) => {
        this.#context.admission.enterSession(client);
        try {
          const session: StreamSession = new StreamSession(
            this.#context,
            options,
            () => this.#context.admission.leaveSession(client),
            () => this.#sessions.delete(session.id),
          );
          this.#sessions.set(session.id, session);
          return session;
        } catch (error) {
          this.#context.admission.leaveSession(client);
          throw error;
        }
      },
      find: (id) => this.#sessions.get(id),
    });
  }
}

interface Registry {
  start(options: ConstructorParameters<typeof StreamSession>[1]): StreamSession;
  find(id: string): StreamSession | undefined;
}

/** One socket: its messages are worked off in order, and it is paused while the worker is behind. */
class Connection implements Outlet {
  #socket: WebSocket;
  #context: ServerContext;
  #client: string | undefined;
  #registry: Registry;
  #session: StreamSession | undefined;
  #closed = false;
  #start: NodeJS.Timeout | undefined;
  #leavePending = (): void => undefined;

  constructor(socket: WebSocket, context: ServerContext, client: string | undefined, registry: Registry) {
    this.#socket = socket;
    this.#client = client;
    this.#context = context;
    this.#registry = registry;
    try {
      context.admission.enterPending(client);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#leavePending = () => {
      this.#leavePending = () => undefined;
      clearTimeout(this.#start);
      context.admission.leavePending(client);
    };
    this.#start = setTimeout(
      () => this.#refuse(new HearkenError('SERVER_LIMIT', `no "start" in ${START_SECONDS} seconds`)),
      START_SECONDS * 1000,
    );
    new Inbox(socket, {
      maxMessagesPerSecond: context.limits.maxMessagesPerSecond,
      handle: (data, binary) => this.#message(data, binary),
      fail: (error) => this.#refuse(error),
    });
    socket.on('close', (code) => {
      this.#leavePending();
      this.#closed = true;
      this.#session?.detach(this, ON_PURPOSE.includes(code));
    });
  }

  async #message(data: Buffer, binary: boolean): Promise<void> {
    // What was still waiting when the connection closed comes again, or is not wanted any more.
    if (this.#closed || (this.#session && !this.#session.speaksThrough(this))) return;
    this.#session?.touched();
    if (binary) return this.#started('audio').audio(data);
    const message = clientMessage(parseJson(data, this.#context.limits.maxTextBytes));
    switch (message.type) {
      case 'start':
      case 'resume': {
        if (this.#session) throw new HearkenError('SERVER_MESSAGE', 'the session has been started already');
        const session = message.type === 'start' ? this.#registry.start(message) : this.#registry.find(message.session);
        if (!session) throw new HearkenError('SERVER_SESSION', 'there is no such session to resume');
        this.#leavePending();
        this.#session = session;
        session.attach(this, message.type === 'start' ? 0 : message.seq);
        return;
      }
      case 'ping':
        this.send({ type: 'pong', ...(message.id !== undefined && { id: message.id }) });
        return;
      case 'finish':
        this.#started('"finish"').finish();
        return;
      default:
        return this.#started(`"${message.type}"`)[message.type]();
    }
  }

  #started(what: string): StreamSession {
    if (!this.#session) throw new HearkenError('SERVER_MESSAGE', `${what} came before the "start" message`);
    return this.#session;
  }

  #refuse(error: unknown): void {
    const what =
      error instanceof z.ZodError
        ? new HearkenError(
            'SERVER_MESSAGE',
            `${error.issues[0].path.join('.') || 'message'}: ${error.issues[0].message}`,
          )
        : error;
    const session = this.#session;
    this.close(recordError(this.#context, what, session?.logId ?? 'none', this.#client));
    // A client that breaks the protocol does not come back to this session.
    session?.end();
  }

  send(message: ServerMessage): void {
    try {
      reply(this.#socket, message, this.#context.limits.maxUnsentBytes);
    } catch (error) {
      this.#refuse(error);
    }
  }

  close(end: 'done' | 'closing' | HearkenError): void {
    this.#leavePending();
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (end instanceof HearkenError) {
      const { code, message } = end;
      this.#socket.send(JSON.stringify({ type: 'error', code, message: shown(message) }));
    }
    closeSocket(this.#socket, end);
  }
}
