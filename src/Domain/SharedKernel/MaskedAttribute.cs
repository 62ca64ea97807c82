namespace DataHub.Domain.SharedKernel;

/// <summary>Marks a property, or every property of a type, whose value is never shown in the audit trail: only that it changed.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class MaskedAttribute : Attribute;
