using DataHub.Domain.SharedKernel;

namespace DataHub.Domain.Access.Tokens;

/// <summary>An identity provider whose tokens callers may use instead of, or beside, an API key.</summary>
public sealed class TokenIssuer : AggregateRoot<TokenIssuerId>, ITenantOwned
{
    private TokenIssuer(TokenIssuerId id, DateTimeOffset now) : base(id, now)
    {
    }

    private TokenIssuer()
    {
    }

    /// <inheritdoc/>
    public TenantId TenantId { get; private set; }

    /// <summary>The name, unique in the tenant.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Everything that an administrator sets, with defaults filled in.</summary>
    public IssuerDefinition Definition { get; private set; } = new("", "");

    /// <summary>The sealed secret of the gateway at the introspection endpoint; null for none.</summary>
    [Masked]
    public byte[]? ClientSecret { get; private set; }

    /// <summary>Makes an issuer.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="definition">What is set.</param>
    /// <param name="sealedSecret">The sealed client secret; null for none.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="TokenIssuerErrors.Invalid"/> with every mistake.</exception>
    public static TokenIssuer Create(TokenIssuerId id, IssuerDefinition definition, byte[]? sealedSecret, DateTimeOffset now)
    {
        var issuer = new TokenIssuer(id, now);
        issuer.Replace(definition, sealedSecret, now);
        return issuer;
    }

    /// <summary>Replaces everything that can be set.</summary>
    /// <param name="definition">The new state.</param>
    /// <param name="sealedSecret">A new sealed client secret; null keeps the one there is, unless it would go to another place or client than it was given for.</param>
    /// <param name="now">UTC instant.</param>
    /// <exception cref="DomainException"><see cref="TokenIssuerErrors.Invalid"/> with every mistake; nothing was changed.</exception>
    public void Replace(IssuerDefinition definition, byte[]? sealedSecret, DateTimeOffset now)
    {
        var faults = new List<DomainFault>(definition.Check());
        var introspects = definition.Kind == IssuerKind.Introspection;
        if (!introspects && sealedSecret is not null)
        {
            faults.Add(new DomainFault("/clientSecret", "exclusive", "clientSecret makes sense with kind 'introspection' only."));
        }

        // A secret that followed a changed URL could be read by whoever may change the URL.
        var kept = introspects && ClientSecret is not null && definition.IntrospectionUrl == Definition.IntrospectionUrl && definition.ClientId == Definition.ClientId ? ClientSecret : null;
        if (introspects && sealedSecret is null && kept is null)
        {
            faults.Add(new DomainFault("/clientSecret", "required", "clientSecret is needed; again, when introspectionUrl or clientId change."));
        }

        if (faults.Count > 0)
        {
            throw new DomainException(TokenIssuerErrors.Invalid, faults);
        }

        Definition = definition.WithDefaults();
        Name = definition.Name;
        ClientSecret = introspects ? sealedSecret ?? kept : null;
        Touch(now);
    }
}
