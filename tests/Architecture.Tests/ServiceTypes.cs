using System.Reflection;
using Storyline.Hosting;

namespace Storyline.Architecture.Tests;

/// <summary>What the rules are about.</summary>
internal static class ServiceTypes
{
    /// <summary>The five services.</summary>
    public static IReadOnlyList<string> Services { get; } = ["Fetch", "Parse", "Enrich", "Search", "Partner"];

    public static IReadOnlyList<Assembly> ServiceAssemblies { get; } = [.. Services.Select(service => Assembly.Load("Storyline." + service))];

    public static IReadOnlyList<Assembly> AllAssemblies { get; } =
        [.. ServiceAssemblies, typeof(IServiceModule).Assembly, typeof(Contracts.ArticleFetched).Assembly, Assembly.Load("storyline")];

    public static IReadOnlyList<IServiceModule> CreateModules() =>
    [
        .. ServiceAssemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IServiceModule)))
            .Select(type => (IServiceModule)Activator.CreateInstance(type)!),
    ];
}
