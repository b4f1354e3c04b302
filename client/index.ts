/** A client of Hearken's streaming protocol, for Node and browsers; nothing but the platform is needed. */
export { type ClientOptions, type ClientResult, HearkenClient, ServerError, type SocketLike } from './client.js';
export { type Microphone, type MicrophoneOptions, openMicrophone } from './microphone.js';
