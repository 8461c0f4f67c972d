using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Storyline.Fetch.Tests;

/// <summary>Somebody else's web site, on loopback. What it does not have is 404.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, RequestDelegate> _pages = new(StringComparer.Ordinal);

    private Site(WebApplication app) => _app = app;

    /// <summary>Paths asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Address { get; private set; } = null!;

    public static async Task<Site> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var site = new Site(app);
        app.Run(async context =>
        {
            site.Requests.Enqueue(context.Request.Path + context.Request.QueryString);
            if (site._pages.TryGetValue(context.Request.Path, out var page))
            {
                await page(context);
            }
            else
            {
                context.Response.StatusCode = 404;
            }
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        site.Address = new Uri(app.Urls.First());
        return site;
    }

    public string Url(string path) => new Uri(Address, path).AbsoluteUri;

    public void Map(string path, RequestDelegate page) => _pages[path] = page;

    public void Page(string path, string content, string contentType = "text/html; charset=utf-8") => Map(path, context =>
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(content);
    });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
