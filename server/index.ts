/** The WebSocket and HTTP server. */
export { defaultLimits, type Limits } from './limits.js';
export { type RunningServer, type ServerOptions, startServer } from './server.js';
export { CLIENT_MESSAGE, type ClientMessage, type ServerMessage } from './stream-messages.js';
