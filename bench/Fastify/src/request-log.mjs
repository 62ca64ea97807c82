const mostQueued = 100_000
const batchSize = 2_000
const flushEveryMs = 500

const insert = `insert into gateway.request_log
  (id, at, method, path, status, duration_ms, key_id, consumer_id, client_ip, user_agent, refusal)
  select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::real[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[])`

/** One record per request, written in batches to PostgreSQL; never awaited by a request, and dropped past a bound. */
export class RequestLog {
  #database
  #queue = []
  #dropped = 0
  #writing = null
  #timer = setInterval(() => this.#flush(), flushEveryMs)

  constructor (database) {
    this.#database = database
  }

  add (request, reply) {
    if (this.#queue.length >= mostQueued) {
      this.#dropped++
      return
    }

    this.#queue.push([
      request.id, new Date(), request.method, request.url, reply.statusCode, reply.elapsedTime, request.caller?.keyId ?? null,
      request.caller?.consumerId ?? null, request.ip, request.headers['user-agent'] ?? null, request.refusal ?? null
    ])
    if (this.#queue.length >= batchSize) {
      this.#flush()
    }
  }

  async close () {
    clearInterval(this.#timer)
    await this.#writing
    await this.#flush()
  }

  #flush () {
    if (this.#writing === null && this.#queue.length > 0) {
      this.#writing = this.#write(this.#queue.splice(0, batchSize)).finally(() => { this.#writing = null })
    }

    return this.#writing
  }

  async #write (batch) {
    const columns = Array.from({ length: 11 }, (_, column) => batch.map(record => record[column]))
    try {
      await this.#database.query(insert, columns)
    } catch (error) {
      this.#dropped += batch.length
      console.error(`request log: ${batch.length} records lost: ${error.message}`)
    }
  }
}
