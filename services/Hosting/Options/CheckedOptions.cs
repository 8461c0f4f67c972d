using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Options;

public static class CheckedOptions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a configuration section and checks it when the host starts.
    /// A key that the class does not have is an error: a misspelt setting must not fall back to a default in silence.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section's name.</param>
    /// <param name="errors">Every broken rule, each message naming the setting, its value and the rule.</param>
    public static IServiceCollection AddCheckedOptions<T>(
        this IServiceCollection services, string section, Func<T, IEnumerable<string>> errors)
        where T : class, new()
    {
        services.AddOptions<T>().BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new Check<T>(errors));
        return services;
    }

    private sealed class Check<T>(Func<T, IEnumerable<string>> errors) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var found = errors(options).ToList();
            return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
        }
    }
}
