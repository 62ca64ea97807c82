using DataHub.Gateway.Api.Composition;

await GatewayHost.Build(args).RunAsync();
