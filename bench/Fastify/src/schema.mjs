/** Makes the tables when they are missing, and one active key with the scope that the route asks for. */
export async function prepare (database, digest) {
  await database.query(`
    create schema if not exists gateway;
    create table if not exists gateway.api_keys (
      id text primary key, digest text not null unique, consumer_id text not null, scopes text[] not null,
      expires_at timestamptz, revoked_at timestamptz);
    create table if not exists gateway.request_log (
      id uuid not null, at timestamptz not null, method text not null, path text not null, status int not null, duration_ms real not null,
      key_id text, consumer_id text, client_ip text, user_agent text, refusal text) partition by range (at);
    create table if not exists gateway.request_log_default partition of gateway.request_log default;
    create index if not exists request_log_at on gateway.request_log (at desc);
    create index if not exists request_log_key on gateway.request_log (key_id, at desc);`)
  await database.query(
    `insert into gateway.api_keys (id, digest, consumer_id, scopes) values ('key_bench', $1, 'con_bench', array['orders:read'])
     on conflict (id) do update set digest = excluded.digest`, [digest])
}
