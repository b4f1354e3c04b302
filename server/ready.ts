import type { ServerContext } from './context.js';
import type { ServerMessage } from './stream-messages.js';

/**
 * What is sent to a client that starts or resumes a session. Without a number: the last that it has seen must not lie above those of the
 * answers it has missed, which follow.
 */
export function readyOf(
  { engine, limits }: ServerContext,
  session: string,
  received: number,
  metadata: Record<string, string> | undefined,
): ServerMessage {
  const { maxMessageBytes, maxSessionSeconds, idleSeconds, resumeSeconds } = limits;
  return {
    type: 'ready',
    session,
    model: engine.card.name,
    grammars: engine.grammars,
    received,
    limits: { maxMessageBytes, maxSessionSeconds, idleSeconds, resumeSeconds },
    ...(metadata && { metadata }),
  };
}
