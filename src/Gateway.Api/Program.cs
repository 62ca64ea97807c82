using DataHub.Gateway.Api.Composition;

return await GatewayProcess.RunAsync(args);
