using DataHub.Application.Abstractions;
using DataHub.Application.Observability.Audit;
using DataHub.Application.Observability.Contracts;
using DataHub.Application.Observability.RequestLogs;
using DataHub.Application.Observability.Telemetry;
using DataHub.Infrastructure.Observability.Audit;
using DataHub.Infrastructure.Observability.RequestLogs;
using DataHub.Infrastructure.Observability.Telemetry;
using DataHub.Infrastructure.Persistence;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Observability;

/// <summary>Registers the infrastructure of the module Observability.</summary>
public static class ObservabilityInfrastructure
{
    private const long BytesPerMegabyte = 1024 * 1024;

    /// <summary>Adds the module's stores and background services.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddObservabilityInfrastructure(this IServiceCollection services)
    {
        services.AddOptions<RequestLogsOptions>().BindConfiguration("DataHub:RequestLogs").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<TelemetryOptions>().BindConfiguration("DataHub:Telemetry").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AuditOptions>().BindConfiguration("DataHub:Audit").ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        AddRequestLog(services);
        AddTelemetry(services);
        AddAudit(services);
        return services;
    }

    private static void AddRequestLog(IServiceCollection services)
    {
        services.AddSingleton<RequestLogCounters>();
        services.AddSingleton(provider => new SegmentQueue((int)(Options(provider).QueueMegabytes * BytesPerMegabyte / LogSegment.Capacity)));
        services.AddSingleton(provider => new RowSpool(
            Path.Combine(provider.GetRequiredService<IDataFolder>().Path, "spool"),
            Options(provider).SpoolMegabytes * BytesPerMegabyte,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<RequestLogCounters>()));
        services.AddSingleton(provider => new RequestLog(
            provider.GetRequiredService<SegmentQueue>(),
            provider.GetRequiredService<RequestLogCounters>(),
            provider.GetRequiredService<IOptions<GatewayOptions>>().Value.NodeName));
        services.AddSingleton<IRequestLog>(provider => Options(provider).Enabled ? provider.GetRequiredService<RequestLog>() : new NoRequestLog());
        services.AddSingleton<RequestLogPartitions>();
        services.AddSingleton<RowTransfer>();
        services.AddSingleton<RowDelivery>();
        services.AddSingleton<RequestLogShipper>();
        services.AddSingleton<IDependencyState>(provider => provider.GetRequiredService<RequestLogShipper>());
        services.AddHostedService(provider => provider.GetRequiredService<RequestLogShipper>());
        services.AddSingleton<RequestLogMaintainer>();
        services.AddHostedService(provider => provider.GetRequiredService<RequestLogMaintainer>());
        services.AddScoped<IRequestLogReader, RequestLogReader>();
    }

    private static void AddTelemetry(IServiceCollection services)
    {
        services.AddSingleton<TraceIds>();
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<IRequestMetrics>(provider => provider.GetRequiredService<RequestMetrics>());
        services.AddSingleton<IRefusalLog, RefusalLog>();
        services.AddSingleton<DatabaseState>();
        services.AddSingleton<IDependencyState>(provider => provider.GetRequiredService<DatabaseState>());
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseState>());
        services.AddSingleton<ConfigurationAge>();
        services.AddHostedService(provider => provider.GetRequiredService<ConfigurationAge>());
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<IMetricsPage>(provider => provider.GetRequiredService<MetricsPage>());
        services.AddHostedService(provider => provider.GetRequiredService<MetricsPage>());
        services.AddHostedService<OtlpPipelines>();
    }

    private static void AddAudit(IServiceCollection services)
    {
        services.AddSingleton(provider => AuditKeySource.Load(provider.GetRequiredService<IDerivedKeys>()));
        services.AddSingleton<AuditWriter>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<IAuditReader>(provider => provider.GetRequiredService<AuditStore>());
        services.AddSingleton<RepeatedAttempts>();
        services.AddSingleton<AuditHealth>();
        services.AddSingleton<CheckpointFile>();
        services.AddSingleton<CheckpointMaker>();
        services.AddSingleton<IAuditVerification, AuditVerification>();
        services.AddSingleton<ArchiveFolder>();
        services.AddSingleton<ArchiveVerification>();
        services.AddSingleton<AuditArchive>();
        services.AddSingleton<AuditKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditKeeper>());
        services.AddScoped<AuditCapture>();
        services.AddScoped<ICommitStep>(provider => provider.GetRequiredService<AuditCapture>());
        services.AddScoped<IAuditTrail, AuditTrail>();
    }

    private static RequestLogsOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<RequestLogsOptions>>().Value;

    private sealed class NoRequestLog : IRequestLog
    {
        public void Write(RequestRecord record)
        {
        }
    }
}
