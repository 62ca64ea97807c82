import { createHmac } from 'node:crypto'

const freshForMs = 60_000
const mostCached = 10_000

/** Finds the caller of an API key by its keyed digest: memory first, then PostgreSQL. */
export class ApiKeys {
  #database
  #pepper
  #cache = new Map()

  constructor (database, pepper) {
    this.#database = database
    this.#pepper = pepper
  }

  /** The keyed digest under which a secret is stored. */
  digest (secret) {
    return createHmac('sha256', this.#pepper).update(secret).digest('base64')
  }

  /** The caller, or undefined for a secret that no key has. */
  async find (secret) {
    if (typeof secret !== 'string' || !secret.startsWith('dh_')) {
      return undefined
    }

    const digest = this.digest(secret)
    const cached = this.#cache.get(digest)
    if (cached !== undefined && cached.until > Date.now()) {
      return cached.caller
    }

    const { rows } = await this.#database.query(
      'select id, consumer_id, scopes, expires_at, revoked_at from gateway.api_keys where digest = $1', [digest])
    const caller = rows.length === 0 || rows[0].revoked_at !== null || (rows[0].expires_at ?? Infinity) <= Date.now()
      ? undefined
      : { keyId: rows[0].id, consumerId: rows[0].consumer_id, scopes: new Set(rows[0].scopes) }
    if (this.#cache.size >= mostCached) {
      this.#cache.clear()
    }

    this.#cache.set(digest, { caller, until: Date.now() + freshForMs })
    return caller
  }
}
