using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.V1;

namespace Storyline.Fetch.Tests.Captures;

/// <summary>Alone, because it measures memory.</summary>
[CollectionDefinition(nameof(HostileServerTests), DisableParallelization = true)]
public sealed class HostileServerGroup;

/// <summary>Servers that mean harm or cannot help it: each request ends with its outcome, in bounded time and memory.</summary>
[Collection(nameof(HostileServerTests))]
public sealed class HostileServerTests : IAsyncDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private const long MemoryBound = 100L * 1024 * 1024;

    private readonly HttpFetcher _fetcher = new(Options.Create(new FetchOptions { AllowPrivateAddresses = true, RequestTimeout = TimeSpan.FromSeconds(1) }), TimeProvider.System);

    private static readonly byte[] EmptyGzipMember = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _fetcher.Dispose();
        return ValueTask.CompletedTask;
    }

    // What the server sends: a head, and then one piece again and again until it is cut off; null: nothing more, but the connection stays; empty: it is closed.
    public static TheoryData<string, Outcome> Streams => new()
    {
        { "nothing at all", Outcome.Unreachable },
        { "slow header", Outcome.Unreachable },
        { "slow body", Outcome.Unreachable },
        { "endless status line", Outcome.Unreachable },
        { "endless header", Outcome.Unreachable },
        { "endless headers", Outcome.Unreachable },
        { "ten thousand headers", Outcome.Unreachable },
        { "six hundred headers", Outcome.Unreachable },
        { "huge header", Outcome.Unreachable },
        { "endless 1xx", Outcome.Unreachable },
        { "endless body", Outcome.TooLarge },
        { "endless chunks", Outcome.TooLarge },
        { "endless chunk extension", Outcome.Unreachable },
        { "endless trailers", Outcome.Unreachable },
        { "wrong chunk size", Outcome.Unreachable },
        { "announced too much", Outcome.TooLarge },
        { "announced more than sent", Outcome.Unreachable },
        { "two lengths", Outcome.Unreachable },
        { "negative length", Outcome.Unreachable },
        { "ssh banner", Outcome.Unreachable },
        { "binary", Outcome.Unreachable },
        { "closed at once", Outcome.Unreachable },
        { "gzip bomb", Outcome.TooLarge },
        { "brotli bomb", Outcome.TooLarge },
        { "deflate bomb", Outcome.TooLarge },
        { "gzip of gzip bomb", Outcome.TooLarge },
        { "endless empty gzip members", Outcome.TooLarge },
        { "many codings", Outcome.UnsupportedMediaType },
        { "gzip cut off", Outcome.Unreachable },
        { "redirect to nonsense", Outcome.HttpError },
        { "redirect to script", Outcome.HttpError },
        { "redirect to itself", Outcome.TooManyRedirects },
        { "redirects for ever", Outcome.TooManyRedirects },
    };

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Get_HostileStream_EndsInBoundedTimeAndMemory(string name, Outcome expected)
    {
        var (head, piece, pause) = Script(name);
        var asked = 0;
        await using var server = new HostileServer(async (socket, stream, _, stopping) =>
        {
            var text = head.Replace("{n}", (asked++).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), stopping);
            while (piece is { Length: > 0 })
            {
                await stream.WriteAsync(piece, stopping);
                await Task.Delay(pause, stopping);
            }

            if (piece is null)
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }

            socket.Shutdown(SocketShutdown.Both);
        });

        var failure = Assert.IsType<FetchResult.Failure>(await BoundedAsync(server.Url("/")));

        Assert.True(failure.Outcome == expected, $"{name}: {failure}");
        Assert.NotEmpty(failure.Reason);
    }

    [Fact]
    public async Task Get_ConnectionResetInTheBody_IsUnreachable()
    {
        await using var server = new HostileServer(async (socket, stream, _, stopping) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok + "Content-Length: 1000\r\n\r\nhalf"), stopping);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        });

        Assert.Equal(Outcome.Unreachable, Assert.IsType<FetchResult.Failure>(await BoundedAsync(server.Url("/"))).Outcome);
    }

    [Fact]
    public async Task Get_MoreThanAnnounced_TakesWhatWasAnnounced()
    {
        await using var server = new HostileServer(async (socket, stream, _, stopping) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok + "Content-Length: 4\r\n\r\nfourHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"), stopping);
            await Task.Delay(Timeout.Infinite, stopping);
        });

        Assert.Equal("four"u8.ToArray(), Assert.IsType<FetchResult.Success>(await BoundedAsync(server.Url("/a"))).Body);

        // What was left on the connection is nobody's answer.
        Assert.Equal("four"u8.ToArray(), Assert.IsType<FetchResult.Success>(await BoundedAsync(server.Url("/b"))).Body);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Get_CookieFlood_KeepsAndSendsNone()
    {
        var heads = new List<string>();
        await using var server = new HostileServer(async (_, stream, head, stopping) =>
        {
            heads.Add(head);
            var cookies = string.Concat(Enumerable.Range(0, 400).Select(i => $"Set-Cookie: c{i}={new string('x', 100)}; Path=/\r\n"));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok + cookies + "Content-Length: 4\r\n\r\npage"), stopping);
        });

        var first = Assert.IsType<FetchResult.Success>(await BoundedAsync(server.Url("/a")));
        await BoundedAsync(server.Url("/b"));

        Assert.DoesNotContain(first.Exchange.Headers, header => header.Key.Contains("cookie", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(2, heads.Count);
        Assert.All(heads, head => Assert.DoesNotContain("cookie:", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Get_Request_TellsWhoAsksAndNothingElse()
    {
        var asked = "";
        await using var server = new HostileServer(async (_, stream, head, stopping) =>
        {
            asked = head;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok + "Content-Length: 4\r\n\r\npage"), stopping);
        });
        using var activity = new Activity("test").Start();

        await BoundedAsync(server.Url("/"));

        Assert.Equal(
            ["Accept", "Accept-Encoding", "Host", "User-Agent"],
            asked.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.Contains("User-Agent: StorylineBot/", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_CertificateNobodyVouchesFor_IsUnreachable()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(
            async () =>
            {
                using var client = await listener.AcceptTcpClientAsync(Cancellation);
                await using var tls = new SslStream(client.GetStream());
                await Assert.ThrowsAnyAsync<Exception>(async () =>
                {
                    await tls.AuthenticateAsServerAsync(certificate);
                    await tls.ReadExactlyAsync(new byte[1], Cancellation);
                });
            },
            Cancellation);

        // Building the chain is work that a busy machine takes its time for.
        using var patient = new HttpFetcher(Options.Create(new FetchOptions { AllowPrivateAddresses = true }), TimeProvider.System);
        var url = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        var failure = Assert.IsType<FetchResult.Failure>(await patient.GetAsync(new FetchRequest(url, 1000), Cancellation));

        Assert.Equal(Outcome.Unreachable, failure.Outcome);
        Assert.Contains("TLS", failure.Reason, StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task Get_PlainHttpWhereTlsIsExpected_IsUnreachable()
    {
        await using var server = new HostileServer(async (_, stream, _, stopping) => await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stopping));

        Assert.Equal(Outcome.Unreachable, Assert.IsType<FetchResult.Failure>(await BoundedAsync(server.Url("/", "https"))).Outcome);
    }

    [Fact]
    public async Task Get_BodySlowerThanTheLeastRate_IsGivenUpLongBeforeTheDeadline()
    {
        var time = new FakeTimeProvider();
        using var fetcher = new HttpFetcher(
            Options.Create(new FetchOptions { AllowPrivateAddresses = true, RequestTimeout = TimeSpan.FromMinutes(10), MinBytesPerSecond = 1000 }), time);
        await using var server = new HostileServer(async (_, stream, _, stopping) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok + "Content-Length: 1000000\r\n\r\n" + new string('x', 10_000)), stopping);
            await Task.Delay(Timeout.Infinite, stopping);
        });
        var began = time.GetUtcNow();

        var getting = fetcher.GetAsync(new FetchRequest(server.Url("/"), FetchOptions.MaxDocumentBytes), Cancellation);
        while (!getting.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, Cancellation);
        }

        var failure = Assert.IsType<FetchResult.Failure>(await getting);
        Assert.Contains("1000 bytes a second", failure.Reason, StringComparison.Ordinal);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.FromSeconds(14), TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]><rss version=\"2.0\"><channel><title>&h;</title><item><title>&h;</title><link>http://127.0.0.1/a</link></item></channel></rss>")]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><rss version=\"2.0\"><channel><title>&a;</title><item><title>&a;</title><link>http://127.0.0.1/a</link></item></channel></rss>")]
    public async Task CheckFeed_EntityBomb_EndsInBoundedMemoryWithNothingExpanded(string feed)
    {
        using var folder = new TemporaryFolder();
        await using var site = await Site.StartAsync();
        site.Page("/feed", feed, "application/rss+xml");
        await using var host = await FetchHost.StartAsync(folder.Path);

        var response = await MeasuredAsync(async () =>
        {
            try
            {
                return (await host.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = site.Url("/feed") }, cancellationToken: Cancellation)).ToString();
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
            {
                return exception.Status.Detail;
            }
        });

        Assert.DoesNotContain("root:", response, StringComparison.Ordinal);
        Assert.InRange(response.Length, 1, 10_000);
    }

    [Fact]
    public async Task CheckFeed_TwoHundredThousandEntries_EndsInBoundedTime()
    {
        using var folder = new TemporaryFolder();
        await using var site = await Site.StartAsync();
        var feed = "<rss version=\"2.0\"><channel><title>t</title>"
            + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"<item><link>{site.Address}{i}</link></item>")) + "</channel></rss>";
        site.Page("/feed", feed, "application/rss+xml");
        await using var host = await FetchHost.StartAsync(folder.Path, ("Fetch:RequestTimeout", "00:00:20"));

        var answer = await MeasuredAsync(
            async () => (await host.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = site.Url("/feed") }, cancellationToken: Cancellation)).ToString(),
            TimeSpan.FromSeconds(30), 1024L * 1024 * 1024);

        Assert.InRange(answer.Length, 1, 1_000_000);
    }

    private Task<FetchResult> BoundedAsync(Uri url) => MeasuredAsync(() => _fetcher.GetAsync(new FetchRequest(url, FetchOptions.MaxDocumentBytes), Cancellation));

    private static async Task<T> MeasuredAsync<T>(Func<Task<T>> work, TimeSpan? bound = null, long memory = MemoryBound)
    {
        var began = Stopwatch.GetTimestamp();
        var before = GC.GetTotalAllocatedBytes();
        var result = await work().WaitAsync(bound ?? Bound, Cancellation);
        var allocated = GC.GetTotalAllocatedBytes() - before;
        Assert.True(allocated < memory, $"{allocated} bytes were allocated in {Stopwatch.GetElapsedTime(began)}");
        return result;
    }

    private static (string Head, byte[]? Piece, TimeSpan Pause) Script(string name)
    {
        var slowly = TimeSpan.FromMilliseconds(20);
        var chunked = Ok + "Transfer-Encoding: chunked\r\n\r\n";
        var filler = new string('x', 8 * 1024);
        byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
        (string, byte[]?, TimeSpan) Closed(string head) => (head, [], TimeSpan.Zero);
        (string, byte[]?, TimeSpan) Endless(string head, string piece) => (head, Ascii(piece), TimeSpan.Zero);
        (string, byte[]?, TimeSpan) Coded(string coding, byte[] body) => Closed(Ok + $"Content-Encoding: {coding}\r\nContent-Length: {body.Length}\r\n\r\n" + Encoding.Latin1.GetString(body));
        return name switch
        {
            "nothing at all" => ("", null, default),
            "slow header" => ("HTTP/1.1 200 OK\r\nX: ", Ascii("x"), slowly),
            "slow body" => (Ok + "\r\n", Ascii("x"), slowly),
            "endless status line" => Endless("HTTP/1.1 200 ", filler),
            "endless header" => Endless(Ok + "X: ", filler),
            "endless headers" => Endless(Ok, "X: y\r\n"),
            "ten thousand headers" => Closed(Ok + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: y\r\n")) + "\r\n"),
            "six hundred headers" => Closed(Ok + string.Concat(Enumerable.Range(0, 600).Select(i => $"X-{i}: y\r\n")) + "\r\n"),
            "huge header" => Closed(Ok + "X: " + new string('x', 1024 * 1024) + "\r\n\r\n"),
            "endless 1xx" => Endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
            "endless body" => Endless(Ok + "\r\n", filler),
            "endless chunks" => Endless(chunked, "2000\r\n" + filler + "\r\n"),
            "endless chunk extension" => Endless(chunked + "5;x=", filler),
            "endless trailers" => Endless(chunked + "4\r\npage\r\n0\r\n", "X: y\r\n"),
            "wrong chunk size" => Closed(chunked + "zz\r\npage\r\n"),
            "announced too much" => (Ok + "Content-Length: 99999999999\r\n\r\n", null, default),
            "announced more than sent" => Closed(Ok + "Content-Length: 1000\r\n\r\npage"),
            "two lengths" => Closed(Ok + "Content-Length: 4\r\nContent-Length: 400\r\n\r\npage"),
            "negative length" => Closed(Ok + "Content-Length: -4\r\n\r\npage"),
            "ssh banner" => Closed("SSH-2.0-OpenSSH_9.2\r\n"),
            "binary" => Closed(string.Concat(Enumerable.Range(0, 5000).Select(i => (char)(i * 7 % 256)))),
            "closed at once" => Closed(""),
            "gzip bomb" => Coded("gzip", Bomb(stream => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true), 300)),
            "brotli bomb" => Coded("br", Bomb(stream => new BrotliStream(stream, CompressionLevel.Fastest, leaveOpen: true), 300)),
            "deflate bomb" => Coded("deflate", Bomb(stream => new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true), 300)),
            "gzip of gzip bomb" => Coded("gzip, gzip", Gzip(Bomb(stream => new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true), 300))),
            "endless empty gzip members" => (Ok + "Content-Encoding: gzip\r\n\r\n", [.. Enumerable.Repeat(EmptyGzipMember, 500).SelectMany(member => member)], TimeSpan.Zero),
            "many codings" => Coded(string.Join(',', Enumerable.Repeat("gzip", 50)), "x"u8.ToArray()),
            "gzip cut off" => Coded("gzip", Gzip(RandomNumberGenerator.GetBytes(5000))[..2000]),
            "redirect to nonsense" => Closed("HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n"),
            "redirect to script" => Closed("HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\nContent-Length: 0\r\n\r\n"),
            "redirect to itself" => Closed("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
            "redirects for ever" => Closed("HTTP/1.1 302 Found\r\nLocation: /{n}\r\nContent-Length: 0\r\n\r\n"),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such script"),
        };
    }

    private static byte[] Bomb(Func<Stream, Stream> coder, int mebibytes)
    {
        using var output = new MemoryStream();
        using (var coded = coder(output))
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < mebibytes; i++)
            {
                coded.Write(zeros);
            }
        }

        return output.ToArray();
    }

    private static byte[] Gzip(byte[] body)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return output.ToArray();
    }
}
