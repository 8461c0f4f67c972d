using System.Collections;
using Microsoft.Extensions.Options;
using Storyline.Hosting;

namespace Storyline.Architecture.Tests;

/// <summary>A wrong setting stops the process: every options class has rules, and the host checks them at start.</summary>
public sealed class OptionsRules
{
    public static TheoryData<System.Type> OptionClasses() =>
    [
        .. ServiceTypes.AllAssemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, IsPublic: true } && type.Name.EndsWith("Options", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(OptionClasses))]
    public async Task OptionsClass_OfAnyHost_IsCheckedAtStartAndItsDefaultsHold(System.Type options)
    {
        await using var host = StorylineHost.Build(["--Logging:LogLevel:Default=Warning"], [.. ServiceTypes.CreateModules()]);

        var checks = ((IEnumerable)host.Services.GetService(typeof(IEnumerable<>).MakeGenericType(typeof(IValidateOptions<>).MakeGenericType(options)))!).Cast<object>().ToList();

        Assert.NotEmpty(checks);
        Assert.All(checks, check =>
        {
            var result = (ValidateOptionsResult)check.GetType().GetMethod(nameof(IValidateOptions<>.Validate))!.Invoke(check, ["", Activator.CreateInstance(options)!])!;
            Assert.False(result.Failed, result.FailureMessage);
        });
    }
}
