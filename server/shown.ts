/** Letters of an error's message that a client or the log gets: it may quote what the client sent, which has no end. */
const MOST = 200;

export const shown = (message: string): string => (message.length > MOST ? `${message.slice(0, MOST - 1)}…` : message);

/** For the log: what is quoted may have been said, or is to be listened for. */
export const logged = (message: string): string => shown(message.replace(/".*"/s, '"…"'));
