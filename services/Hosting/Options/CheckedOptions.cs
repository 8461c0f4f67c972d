using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Options;

public static class CheckedOptions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a configuration section and checks it when the host is built.
    /// A key that the class does not have is an error: a misspelt setting must not fall back to a default in silence.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section's name.</param>
    /// <param name="errors">Every broken rule, each message naming the setting, its value and the rule.</param>
    public static IServiceCollection AddCheckedOptions<T>(
        this IServiceCollection services, string section, Func<T, IEnumerable<string>> errors)
        where T : class, new()
    {
        services.AddOptions<T>()
            .Configure<IConfiguration>((options, configuration) => Bind(options, configuration.GetSection(section)))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new Check<T>(errors));
        return services;
    }

    private static void Bind<T>(T options, IConfigurationSection section)
        where T : class
    {
        var known = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite)
            .Select(property => property.Name).ToList();
        var errors = section.GetChildren()
            .Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path} is not a setting: {section.Key} has {string.Join(", ", known)}")
            .ToList();
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            // The binder names the value, the key and the type.
            errors.Add(exception.Message);
        }

        if (errors.Count > 0)
        {
            // This type, and not the binder's own, so that all sections' errors are told at once.
            throw new OptionsValidationException(section.Key, typeof(T), errors);
        }
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
