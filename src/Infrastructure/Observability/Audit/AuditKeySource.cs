using DataHub.Application.Abstractions;
using DataHub.Domain.Observability.Audit;

namespace DataHub.Infrastructure.Observability.Audit;

/// <summary>Makes the keys of the trail from the secrets of the installation.</summary>
internal static class AuditKeySource
{
    private const string RecordPurpose = "datahub audit records v1";
    private const string SigningPurpose = "datahub audit checkpoints v1";

    public static AuditKeyRing Load(IDerivedKeys keys) =>
        new(keys.Versions.Select(v => new AuditKey(v, keys.Derive(v, RecordPurpose), keys.Derive(v, SigningPurpose))));
}
