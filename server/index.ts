/** The server: HTTP and WebSocket in front of an engine. */
export { type RunningServer, type ServerOptions, startServer } from './server.js';
