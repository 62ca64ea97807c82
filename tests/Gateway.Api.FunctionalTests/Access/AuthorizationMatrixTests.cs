using System.Net;
using DataHub.Domain.Access.Users;
using DataHub.TestKit.Fixtures;
using FluentAssertions;
using NUnit.Framework;

namespace DataHub.Gateway.Api.FunctionalTests.Access;

/// <summary>Every endpoint × everybody. An endpoint that is not in the table fails the test, as does a line without an endpoint.</summary>
public class AuthorizationMatrixTests : TenantFixture
{
    // Who is let in: G a global admin, T the admin of a tenant, D a developer, V a viewer, K the holder of a key for traffic, N nobody known.
    private const string Table = """
        GET    /apis                                 GTDV
        POST   /apis                                 GT
        GET    /apis/{id}                            GTDV
        PUT    /apis/{id}                            GT
        PATCH  /apis/{id}                            GT
        DELETE /apis/{id}                            GT
        GET    /apis/{id}/routes                     GTDV
        POST   /apis/{id}/routes                     GT
        POST   /auth/invitations:accept              GTDVKN
        POST   /auth/login                           GTDVKN
        POST   /auth/logout                          GTDVKN
        GET    /auth/me                              GTDV
        POST   /auth/password:change                 GTDV
        POST   /auth/password:forgot                 GTDVKN
        POST   /auth/password:reset                  GTDVKN
        POST   /auth/refresh                         GTDVKN
        GET    /auth/sessions                        GTDV
        DELETE /auth/sessions                        GTDV
        DELETE /auth/sessions/{id}                   GTDV
        POST   /auth/signing-keys:rotate             G
        GET    /auth/sso                             GTDVKN
        GET    /auth/sso/{provider}/callback         GTDVKN
        GET    /auth/sso/{provider}/start            GTDVKN
        POST   /auth/totp                            GTDV
        POST   /auth/totp:confirm                    GTDV
        POST   /auth/totp:remove                     GTDV
        GET    /consumers                            GTDV
        POST   /consumers                            GTD
        GET    /consumers/{consumerId}/keys          GTDV
        POST   /consumers/{consumerId}/keys          GTD
        GET    /consumers/{id}                       GTDV
        PUT    /consumers/{id}                       GTD
        PATCH  /consumers/{id}                       GTD
        DELETE /consumers/{id}                       GTD
        POST   /consumers/{id}:resume                GTD
        POST   /consumers/{id}:suspend               GTD
        GET    /issuers                              GTDV
        POST   /issuers                              GT
        GET    /issuers/{id}                         GTDV
        PUT    /issuers/{id}                         GT
        PATCH  /issuers/{id}                         GT
        DELETE /issuers/{id}                         GT
        POST   /issuers/{id}:check                   GT
        GET    /keys                                 GTDV
        POST   /keys                                 GTD
        GET    /keys/{id}                            GTDV
        PUT    /keys/{id}                            GTD
        PATCH  /keys/{id}                            GTD
        DELETE /keys/{id}                            GTD
        POST   /keys/{id}:disable                    GTD
        POST   /keys/{id}:enable                     GTD
        POST   /keys/{id}:revoke                     GTD
        GET    /logs                                 GTDV
        GET    /logs/{id}                            GTDV
        GET    /roles                                GTDV
        GET    /routes                               GTDV
        POST   /routes                               GT
        GET    /routes/{id}                          GTDV
        PUT    /routes/{id}                          GT
        PATCH  /routes/{id}                          GT
        DELETE /routes/{id}                          GT
        POST   /routes:match                         GTDV
        GET    /setup                                GTDVKN
        POST   /setup                                GTDVKN
        GET    /system/info                          GTDV
        GET    /system/nodes                         GTDV
        GET    /tenants                              G
        POST   /tenants                              G
        GET    /tenants/{id}                         G
        PUT    /tenants/{id}                         G
        PATCH  /tenants/{id}                         G
        DELETE /tenants/{id}                         G
        GET    /tiers                                GTDV
        POST   /tiers                                GT
        GET    /tiers/{id}                           GTDV
        PUT    /tiers/{id}                           GT
        PATCH  /tiers/{id}                           GT
        DELETE /tiers/{id}                           GT
        GET    /upstreams                            GTDV
        POST   /upstreams                            GT
        GET    /upstreams/{id}                       GTDV
        PUT    /upstreams/{id}                       GT
        PATCH  /upstreams/{id}                       GT
        DELETE /upstreams/{id}                       GT
        GET    /upstreams/{id}/destinations          GTDV
        POST   /upstreams/{id}/destinations          GT
        DELETE /upstreams/{id}/destinations/{name}   GT
        GET    /audit                                GT
        GET    /audit/{id}                           GT
        GET    /audit/checkpoints                    GT
        GET    /audit:state                          GT
        GET    /audit:export                         GT
        POST   /audit:verify                         GT
        GET    /users                                GT
        POST   /users                                GT
        GET    /users/{id}                           GT
        PUT    /users/{id}                           GT
        PATCH  /users/{id}                           GT
        DELETE /users/{id}                           GT
        POST   /users/{id}:disable                   GT
        POST   /users/{id}:enable                    GT
        GET    /apis/{apiId}/scopes                  GTDV
        POST   /apis/{apiId}/scopes                  GT
        PUT    /apis/{apiId}/scopes/{name}           GT
        DELETE /apis/{apiId}/scopes/{name}           GT
        GET    /scopes                               GTDV
        POST   /keys/{id}:rotate                     GTD
        POST   /keys:verify                          GTDV
        POST   /keys:lookup                          GTDV
        POST   /keys:leaked                          GT
        GET    /registrations                        GT
        GET    /registrations/{id}                   GT
        POST   /registrations/{id}:approve           GT
        POST   /registrations/{id}:reject            GT
        GET    /sign-up-codes                        GT
        POST   /sign-up-codes                        GT
        GET    /sign-up-codes/{id}                   GT
        DELETE /sign-up-codes/{id}                   GT
        POST   /self/register                        GTDVKN
        POST   /self/registrations/{id}:claim        GTDVKN
        GET    /self/profile                         K
        GET    /self/keys                            K
        POST   /self/keys:rotate                     K
        DELETE /self/keys/{id}                       K
        GET    /tiers/{id}/key-rotation              GTDV
        PUT    /tiers/{id}/key-rotation              GT
        DELETE /tiers/{id}/key-rotation              GT
        POST   /users/{id}:invite                    GT
        POST   /users/{id}:reset-password            GT
        POST   /users/{id}:reset-second-factor       GT
        GET    /users/{id}/sessions                  GT
        DELETE /users/{id}/sessions                  GT
        GET    /webhooks/subscriptions               GTDV
        POST   /webhooks/subscriptions               GT
        GET    /webhooks/subscriptions/{id}          GTDV
        PUT    /webhooks/subscriptions/{id}          GT
        PATCH  /webhooks/subscriptions/{id}          GT
        DELETE /webhooks/subscriptions/{id}          GT
        POST   /webhooks/subscriptions/{id}:enable   GT
        POST   /webhooks/subscriptions/{id}:disable  GT
        POST   /webhooks/subscriptions/{id}:rotate-secret GT
        POST   /webhooks/subscriptions/{id}:revoke-secret GT
        POST   /webhooks/subscriptions/{id}:test     GT
        POST   /webhooks/subscriptions/{id}:recover  GT
        GET    /webhooks/event-types                 GTDV
        POST   /webhooks/event-types                 GT
        GET    /webhooks/event-types/{name}          GTDV
        PUT    /webhooks/event-types/{name}          GT
        PATCH  /webhooks/event-types/{name}          GT
        DELETE /webhooks/event-types/{name}          GT
        GET    /webhooks/events                      GTDV
        POST   /webhooks/events                      GT
        GET    /webhooks/events/{id}                 GTDV
        GET    /webhooks/deliveries                  GTDV
        GET    /webhooks/deliveries/{id}             GTDV
        GET    /webhooks/deliveries/{id}/attempts    GTDV
        POST   /webhooks/deliveries/{id}:resend      GT
        GET    /webhooks/jobs                        GTDV
        POST   /webhooks/jobs                        GT
        GET    /webhooks/jobs/{id}                   GTDV
        POST   /webhooks/jobs/{id}:cancel            GT
        GET    /self/webhooks                        K
        POST   /self/webhooks                        K
        GET    /self/webhooks/list                   K
        POST   /self/webhooks/register               K
        POST   /self/webhooks/test                   K
        GET    /self/webhooks/events/{id}            K
        GET    /self/webhooks/jobs/{id}              K
        POST   /self/webhooks/jobs/{id}:cancel       K
        GET    /self/webhooks/deliveries             K
        GET    /self/webhooks/deliveries/{id}        K
        GET    /self/webhooks/deliveries/{id}/attempts K
        POST   /self/webhooks/deliveries/{id}:resend K
        GET    /self/webhooks/{id}                   K
        PUT    /self/webhooks/{id}                   K
        PATCH  /self/webhooks/{id}                   K
        DELETE /self/webhooks/{id}                   K
        POST   /self/webhooks/{id}:enable            K
        POST   /self/webhooks/{id}:disable           K
        POST   /self/webhooks/{id}:rotate-secret     K
        POST   /self/webhooks/{id}:revoke-secret     K
        POST   /self/webhooks/{id}:test              K
        POST   /self/webhooks/{id}:recover           K
        """;

    private static readonly IReadOnlyDictionary<string, string> Expected = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(parts => $"{parts[0]} {parts[1]}", parts => parts[2]);

    [Test]
    public void Endpoints_All_StandInTheTableAndTheOtherWayRound() =>
        AdminEndpoint.AllOf(Gateway).Select(e => e.Name).Should().BeEquivalentTo(Expected.Keys);

    [Test]
    public async Task Endpoints_ForEverybody_LetInWhomTheTableNames()
    {
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "partner" })).Id;
        var traffic = (string)(await Admin.PostAsync("/api/v1/keys", new { name = NewName(), consumerId = consumer })).Body["secret"]!;
        var everybody = new Dictionary<char, AdminClient>
        {
            ['G'] = As(Role.Admin, global: true),
            ['T'] = As(Role.Admin, Acme),
            ['D'] = As(Role.Developer, Acme),
            ['V'] = As(Role.Viewer, Acme),
            ['K'] = AdminClient.As(Gateway, traffic),
            ['N'] = AdminClient.As(Gateway, ""),
        };
        var mistakes = new List<string>();
        foreach (var endpoint in AdminEndpoint.AllOf(Gateway))
        {
            foreach (var (who, client) in everybody)
            {
                var answer = await CallAsync(client, endpoint);
                var letIn = answer.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
                if (letIn != Expected.GetValueOrDefault(endpoint.Name, "").Contains(who, StringComparison.Ordinal) && !IsOwnRefusal(endpoint, answer))
                {
                    mistakes.Add($"{endpoint.Name} as {who}: {(int)answer.Status} {answer.Code}");
                }
                else if (!letIn && !IsOwnRefusal(endpoint, answer))
                {
                    answer.Code.Should().Be(who == 'N' ? "api_key_missing" : "insufficient_permission", endpoint.Name);
                }
            }
        }

        everybody.Values.ToList().ForEach(client => client.Dispose());
        mistakes.Should().BeEmpty();
    }

    [Test]
    public async Task Endpoints_WithAnExpiredAdminKey_RefuseIt()
    {
        var consumer = (await Admin.PostAsync("/api/v1/consumers", new { name = NewName(), segment = "admin" })).Id;
        var key = await Admin.PostAsync("/api/v1/keys", new { name = NewName(), consumerId = consumer, environment = "admin", expiresAt = DateTimeOffset.UnixEpoch.AddYears(70) });
        await Database.ExecuteAsync($"UPDATE access.api_keys SET expires_at = now() - interval '1 second' WHERE name = '{(string)key.Data["name"]!}'");
        using var expired = AdminClient.As(Gateway, (string)key.Body["secret"]!);
        foreach (var endpoint in AdminEndpoint.AllOf(Gateway).Where(e => !Expected[e.Name].Contains('N', StringComparison.Ordinal)))
        {
            (await CallAsync(expired, endpoint)).Is(HttpStatusCode.Unauthorized).Code.Should().Be("api_key_expired", endpoint.Name);
        }
    }

    [Test]
    public async Task Endpoints_ForThePersonOfATenantThatNamesAnother_AreNotThere()
    {
        using var person = As(Role.Admin, Acme);
        foreach (var endpoint in AdminEndpoint.AllOf(Gateway).Where(e => Expected[e.Name].StartsWith("GT", StringComparison.Ordinal) && !Expected[e.Name].Contains('N', StringComparison.Ordinal)))
        {
            (await CallAsync(person, endpoint, In(Globex))).Is(HttpStatusCode.NotFound).Code.Should().Be("not_found", endpoint.Name);
        }
    }

    // These refuse by themselves, with a status of their own.
    private static bool IsOwnRefusal(AdminEndpoint endpoint, Answer answer) =>
        (answer.Code == "setup_token_invalid" && endpoint.Pattern == "/setup") || (answer.Code == "sso_failed" && endpoint.Pattern == "/auth/sso/{provider}/callback");

    private static Task<Answer> CallAsync(AdminClient client, AdminEndpoint endpoint, params (string, string)[] headers)
    {
        var path = endpoint.PathWith(_ => "never");
        return client.SendAsync(new HttpMethod(endpoint.Method), endpoint.Method == "GET" ? path : path + "?dryRun=true", endpoint.Method == "GET" ? null : new { }, headers);
    }
}
