/** Greets HTTP clients: `npm run --silent http-server -- --port 0`, then `curl` the printed address. */
import { BODY, converse } from './http/conversation.js'
import { accept, serve } from './lib/serve.js'

await serve({ name: 'http-server', does: `Answers every GET with "${BODY}".`, listen: accept(converse) })
