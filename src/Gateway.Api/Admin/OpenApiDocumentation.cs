using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DataHub.Gateway.Api.Admin;

/// <summary>The OpenAPI 3.1 document of the admin API: generated from the endpoints, completed with what holds for all of them.</summary>
internal static class OpenApiDocumentation
{
    private const string Name = "v1";

    /// <summary>Registers the document <c>v1</c>.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddAdminOpenApi(this IServiceCollection services) =>
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document);
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                Complete(operation, context.Description.HttpMethod ?? "GET", context.Description.RelativePath ?? "",
                    repeatable: !context.Description.ActionDescriptor.EndpointMetadata.OfType<NotRepeatable>().Any());
                return Task.CompletedTask;
            });
        });

    /// <summary>Makes the document.</summary>
    /// <param name="services">Services to which <see cref="AddAdminOpenApi"/> has added.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The document as JSON and as YAML.</returns>
    public static async Task<(string Json, string Yaml)> WriteAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync(cancellationToken);
        return (await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken), await document.SerializeAsYamlAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken));
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "DataHub admin API",
            Version = "v1",
            Description = "Consumers, keys, tiers, upstreams, APIs, routes and request logs of a DataHub gateway. Errors are RFC 9457 problems with a stable code.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["adminKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-API-Key", Description = "An admin key: dh_admin_…" },
            ["adminBearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The access token of a person (POST /api/v1/auth/login), or an admin key." },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("adminKey", document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("adminBearer", document)] = [] },
        ];
    }

    private static void Complete(OpenApiOperation operation, string method, string path, bool repeatable)
    {
        operation.Parameters ??= [];
        if (!path.StartsWith("api/v1", StringComparison.Ordinal))
        {
            operation.Security = [];
            return;
        }

        if (!HttpMethods.IsGet(method) && repeatable)
        {
            operation.Parameters.Add(Parameter("dryRun", ParameterLocation.Query, JsonSchemaType.Boolean, "true: checks everything, keeps nothing."));
        }

        if (HttpMethods.IsPost(method) && repeatable)
        {
            operation.Parameters.Add(Parameter("Idempotency-Key", ParameterLocation.Header, JsonSchemaType.String, "1 to 255 visible characters; the answer is kept for 24 hours and repeated."));
        }

        if (HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method))
        {
            operation.Parameters.Add(Parameter("If-Match", ParameterLocation.Header, JsonSchemaType.String, "The ETag that was read; another version answers 412."));
        }

        operation.Parameters.Add(Parameter(AdminAuthentication.TenantHeader, ParameterLocation.Header, JsonSchemaType.String, "Id of the tenant that a global identity works in; the default tenant when left out."));
        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse { Description = "An RFC 9457 problem (application/problem+json) with a stable code." });
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation place, JsonSchemaType type, string description) =>
        new() { Name = name, In = place, Description = description, Schema = new OpenApiSchema { Type = type } };
}
