using System.Globalization;
using DataHub.Infrastructure.Access.ApiKeys;
using Microsoft.Extensions.Options;

namespace DataHub.Infrastructure.Access.Secrets;

/// <summary>Refuses peppers that cannot be used, without repeating them.</summary>
internal sealed class ApiKeysOptionsRules : IValidateOptions<ApiKeysOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiKeysOptions options)
    {
        var failures = options.Peppers.Where(p => Pepper.TryDecode(p.Value) is null)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"Peppers: version {p.Key} {Pepper.Form}")).ToList();
        if (!string.IsNullOrEmpty(options.PepperFile) && options.Peppers.Count == 0 && !File.Exists(options.PepperFile))
        {
            failures.Add("PepperFile: names a file that does not exist.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
