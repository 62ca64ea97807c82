// A gateway on Fastify with the features that DataHub has on the request path, written the way its ecosystem recommends:
// one process, undici with keep-alive, ioredis with automatic pipelining, one Lua call for all limits, batched inserts.
// Settings come from the environment: PORT, UPSTREAM, REDIS_URL, DATABASE_URL, API_KEY, PEPPER.
import Fastify from 'fastify'
import httpProxy from '@fastify/http-proxy'
import Redis from 'ioredis'
import pg from 'pg'
import { ApiKeys } from './src/api-keys.mjs'
import { RateLimiter } from './src/rate-limiter.mjs'
import { RequestLog } from './src/request-log.mjs'
import { prepare } from './src/schema.mjs'

const { PORT, UPSTREAM, REDIS_URL, DATABASE_URL, API_KEY, PEPPER } = process.env

const database = new pg.Pool({ connectionString: DATABASE_URL, max: 4 })
const redis = new Redis(REDIS_URL, { enableAutoPipelining: true })
const keys = new ApiKeys(database, PEPPER)
const limiter = new RateLimiter(redis)
const log = new RequestLog(database)
await prepare(database, keys.digest(API_KEY))

const requiredScope = 'orders:read'
const app = Fastify({ logger: false, genReqId: () => crypto.randomUUID() })

app.addHook('onResponse', (request, reply, done) => {
  log.add(request, reply)
  done()
})

function refuse (request, reply, status, code) {
  request.refusal = code
  return reply.code(status).type('application/problem+json')
    .send({ type: `urn:gateway:error:${code}`, title: code, status, code, requestId: request.id })
}

async function admit (request, reply) {
  reply.header('x-request-id', request.id)
  const caller = await keys.find(request.headers['x-api-key'])
  if (!caller) {
    return refuse(request, reply, 401, 'api_key_invalid')
  }

  request.caller = caller
  const decision = await limiter.decide(caller)
  reply.header('ratelimit-policy', decision.policy).header('ratelimit', decision.state)
  if (!decision.allowed) {
    reply.header('retry-after', decision.retryAfter)
    return refuse(request, reply, 429, 'rate_limit_exceeded')
  }

  if (!caller.scopes.has(requiredScope)) {
    return refuse(request, reply, 403, 'insufficient_scope')
  }
}

app.get('/health/ready', async () => ({ status: 'ready' }))
app.register(httpProxy, {
  upstream: UPSTREAM,
  prefix: '/gateway/orders',
  rewritePrefix: '/',
  preHandler: admit,
  undici: { connections: 128, pipelining: 1, keepAliveTimeout: 60_000 },
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => {
      delete headers['x-api-key']
      headers['x-request-id'] = request.id
      headers['x-consumer-id'] = request.caller.consumerId
      headers['x-forwarded-for'] = request.ip
      return headers
    }
  }
})

await app.listen({ host: '127.0.0.1', port: Number(PORT) })

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await app.close()
    await log.close()
    redis.disconnect()
    await database.end()
    process.exit(0)
  })
}
