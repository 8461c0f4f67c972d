using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using Storyline.Hosting.Options;

namespace Storyline.Hosting.Cache;

/// <summary>Which cache. Section <c>Cache</c>.</summary>
public sealed class CacheOptions
{
    /// <summary>StackExchange.Redis configuration, such as <c>redis:6379,password=…</c>. Absent: in process.</summary>
    public string? Redis { get; set; }

    public static IEnumerable<string> Errors(CacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Redis is null)
        {
            yield break;
        }

        string? error = null;
        try
        {
            if (ConfigurationOptions.Parse(options.Redis).EndPoints.Count == 0)
            {
                error = "no host is named";
            }
        }
        catch (ArgumentException exception)
        {
            error = exception.Message;
        }

        if (error is not null)
        {
            yield return $"Cache:Redis must be a configuration such as 'redis:6379,password=…': {error}";
        }
    }
}

public static class CacheRegistration
{
    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/> when Redis is configured. A Redis that is away never stops a start and never
    /// holds a call for more than two seconds: everything in it can be made anew.
    /// </summary>
    internal static void AddStorylineCache(this IHostApplicationBuilder builder)
    {
        builder.Services.AddCheckedOptions<CacheOptions>("Cache", CacheOptions.Errors);
        if (builder.Configuration["Cache:Redis"] is { } redis)
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
            {
                var options = ConfigurationOptions.Parse(redis);
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = 2000;
                options.SyncTimeout = 1000;
                options.AsyncTimeout = 1000;
                options.ClientName = "storyline";
                return ConnectionMultiplexer.Connect(options);
            });
        }
    }
}
