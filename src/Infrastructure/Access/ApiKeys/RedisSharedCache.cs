using DataHub.Application.Access.Contracts;
using DataHub.Infrastructure.Redis;
using StackExchange.Redis;

namespace DataHub.Infrastructure.Access.ApiKeys;

/// <summary>Shares copies of keys through Redis, where one is configured. A Redis that is away or slow is a miss.</summary>
internal sealed class RedisSharedCache(IRedisConnection redis) : ISharedCache
{
    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var reply = await redis.CallAsync(redis.KeyPrefix + key, static async (database, name) => (byte[]?)await database.StringGetAsync(name));
        return reply.Answered ? reply.Value : null;
    }

    public async ValueTask SetAsync(string key, byte[] value, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await redis.CallAsync(
            (Name: redis.KeyPrefix + key, Value: value, TimeToLive: timeToLive),
            static (database, state) => database.StringSetAsync(state.Name, state.Value, state.TimeToLive));

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken) =>
        await redis.CallAsync(redis.KeyPrefix + key, static (database, name) => database.KeyDeleteAsync(name));
}
