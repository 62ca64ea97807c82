using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace DataHub.Architecture.Tests;

/// <summary>The rules of docs/explanation/architecture.md. Each takes types and tells who breaks it, so that it can be tried on planted ones.</summary>
internal static class Rules
{
    private static readonly string[] Modules = ["Access", "Routing", "Traffic", "Webhooks", "Observability"];
    private static readonly string[] OwnLayers = ["DataHub.Domain", "DataHub.Application", "DataHub.Infrastructure", "DataHub.Gateway.Api"];
    private static readonly string[] VagueWords = ["Common", "Helper", "Helpers", "Util", "Utils", "Utilities", "Manager", "Managers", "Misc"];

    /// <summary>Rule 1: Domain knows the base class library only.</summary>
    public static IEnumerable<string> DomainUsesOnlyTheBaseLibrary(IEnumerable<Type> types) =>
        Uses(types, "DataHub.Domain", used => !IsUnder(used, "DataHub.Domain") && !IsUnder(used, "System"));

    /// <summary>Rule 2: Application knows neither a database, nor HTTP, nor the layers around it.</summary>
    public static IEnumerable<string> ApplicationUsesNoTechnology(IEnumerable<Type> types) =>
        Uses(types, "DataHub.Application", used => IsUnder(
            used, "Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore", "Npgsql", "StackExchange", "Yarp", "MassTransit", "DataHub.Infrastructure", "DataHub.Gateway"));

    /// <summary>Rule 3a: of Infrastructure, only registration methods, the context and its migrations are public.</summary>
    public static IEnumerable<string> InfrastructureIsInternal(IEnumerable<Type> types) =>
        from type in types
        where IsUnder(type, "DataHub.Infrastructure") && type.IsVisible && !IsRegistration(type)
            && !typeof(DbContext).IsAssignableFrom(type) && !typeof(Migration).IsAssignableFrom(type) && !typeof(ModelSnapshot).IsAssignableFrom(type)
        select $"{type.FullName} is public";

    /// <summary>Rule 3b: Infrastructure is named in Composition only.</summary>
    public static IEnumerable<string> OnlyCompositionNamesInfrastructure(IEnumerable<Type> types) =>
        Uses(types.Where(t => !IsUnder(t, "DataHub.Gateway.Api.Composition")), "DataHub.Gateway", used => IsUnder(used, "DataHub.Infrastructure"));

    /// <summary>Rule 4: YARP lives in Proxy, MassTransit in Infrastructure's messaging and consumers.</summary>
    public static IEnumerable<string> PackagesStayInTheirPlace(IEnumerable<Type> types)
    {
        var list = types.ToList();
        return Uses(list.Where(t => !IsUnder(t, "DataHub.Gateway.Api.Proxy")), "DataHub", used => IsUnder(used, "Yarp"))
            .Concat(Uses(
                list.Where(t => !IsUnder(t, "DataHub.Infrastructure.Messaging") && !Outermost(t).Name.EndsWith("Consumer", StringComparison.Ordinal)
                    && !Outermost(t).Name.EndsWith("ConsumerDefinition", StringComparison.Ordinal)),
                "DataHub",
                used => IsUnder(used, "MassTransit")));
    }

    /// <summary>Rule 5: a module uses of another its ids and its contracts.</summary>
    public static IEnumerable<string> ModulesMeetInContracts(IEnumerable<Type> types) =>
        from type in types
        let own = ModuleOf(type)
        where own is not null
        from used in TypeUse.By(type)
        let other = ModuleOf(used)
        where other is not null && other != own && !IsId(used) && !IsContract(used)
        select $"{Outermost(type).FullName} uses {used.FullName}";

    /// <summary>The request path: no mediator, no mapper, no container, no LINQ, no regular expression in stages and policies.</summary>
    public static IEnumerable<string> RequestPathIsBare(IEnumerable<Type> types) =>
        from type in types
        where IsUnder(type, "DataHub.Gateway.Api.Proxy.Stages") || (IsUnder(type, "DataHub.Application") && Outermost(type).Name.EndsWith("Policy", StringComparison.Ordinal))
        from used in TypeUse.By(type)
        where IsUnder(used, "MediatR", "Microsoft.EntityFrameworkCore", "System.Text.RegularExpressions") || used == typeof(Enumerable) || used == typeof(IServiceProvider)
        select $"{Outermost(type).FullName} uses {used.FullName}";

    /// <summary>Names say a role, not a drawer: no Common, Helpers, Utils, Manager, in files or folders.</summary>
    public static IEnumerable<string> NamesSayARole(IEnumerable<string> paths) =>
        from path in paths
        let words = Path.ChangeExtension(path, null).Split('/')
        where words.Any(word => VagueWords.Any(vague => word == vague || word.EndsWith(vague, StringComparison.Ordinal)))
        select path;

    /// <summary>A file holds one concept, in at most 300 lines; generated ones are left out.</summary>
    public static IEnumerable<string> FilesAreShort(IEnumerable<(string Path, int Lines)> files) =>
        from file in files
        where file.Lines > 300 && !file.Path.Contains("/Migrations/", StringComparison.Ordinal)
        select $"{file.Path} has {file.Lines} lines";

    /// <summary>The namespace of a file is its folder, so that a type is found by its name.</summary>
    public static IEnumerable<string> NamespacesAreFolders(IEnumerable<(string Path, string? Namespace)> files) =>
        from file in files
        let folder = "DataHub." + Path.GetDirectoryName(file.Path)!.Replace('/', '.')
        where file.Namespace is not null && file.Namespace != folder
        select $"{file.Path} says {file.Namespace}";

    private static IEnumerable<string> Uses(IEnumerable<Type> types, string layer, Func<Type, bool> forbidden) =>
        from type in types
        where IsUnder(type, layer)
        from used in TypeUse.By(type)
        where forbidden(used) && !IsCompilerSupport(used)
        select $"{Outermost(type).FullName} uses {used.FullName}";

    private static bool IsUnder(Type type, params string[] roots) =>
        roots.Any(root => type.Namespace is { } space && (space == root || space.StartsWith(root + ".", StringComparison.Ordinal)));

    private static bool IsRegistration(Type type) =>
        type is { IsAbstract: true, IsSealed: true }
        && (type.Name.EndsWith("Registration", StringComparison.Ordinal) || type.Name.EndsWith("Infrastructure", StringComparison.Ordinal));

    // Types that the compiler adds to every assembly, such as NullableAttribute and the holder of array literals.
    private static bool IsCompilerSupport(Type type) => type.Namespace is null || type.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsId(Type type) => type.IsValueType && type.Name.EndsWith("Id", StringComparison.Ordinal);

    private static bool IsContract(Type type) => type.Namespace!.Split('.').Contains("Contracts");

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string? ModuleOf(Type type) =>
        type.Namespace is { } space && OwnLayers.FirstOrDefault(l => space.StartsWith(l + ".", StringComparison.Ordinal)) is { } layer
        && Array.IndexOf(Modules, space[(layer.Length + 1)..].Split('.')[0]) is var index and >= 0
            ? Modules[index]
            : null;
}
