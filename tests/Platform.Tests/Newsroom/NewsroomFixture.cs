using System.Net;
using Storyline.Platform.Newsroom;

namespace Storyline.Platform.Tests.Newsroom;

/// <summary>One running newsroom and a client that shows what is on the wire: no redirects, no decompression.</summary>
public sealed class NewsroomFixture : IAsyncLifetime
{
    public DemoNewsroom Newsroom { get; private set; } = null!;

    public HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
    });

    public async ValueTask InitializeAsync() =>
        Newsroom = await DemoNewsroom.StartAsync(TimeProvider.System, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Newsroom.DisposeAsync();
    }
}
