namespace DataHub.Domain.Routing.Upstreams;

/// <summary>How a destination is chosen.</summary>
public enum LoadBalancing
{
    /// <summary>Two at random, then the one with fewer requests in flight.</summary>
    PowerOfTwo,

    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>The one with the fewest requests in flight.</summary>
    LeastRequests,

    /// <summary>Any, with equal chance.</summary>
    Random,

    /// <summary>In proportion to the weights; weight 0 gets nothing.</summary>
    Weighted,
}
