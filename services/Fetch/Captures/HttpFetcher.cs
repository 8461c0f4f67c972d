using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Storyline.Contracts;

namespace Storyline.Fetch.Captures;

/// <summary>What became of a request.</summary>
public abstract record FetchResult
{
    /// <summary>Where an unbroken chain of permanent redirects (301, 308) led from the URL asked for; null when it began with none.</summary>
    public Uri? MovedTo { get; init; }

    /// <summary>A 2xx answer with its whole body.</summary>
    /// <param name="Exchange">What HTTP said.</param>
    /// <param name="Body">The bytes after content decoding, at most the limit asked for.</param>
    /// <param name="ContentType">As declared; empty when not.</param>
    public sealed record Success(HttpExchange Exchange, byte[] Body, string ContentType) : FetchResult
    {
        /// <summary>What the publisher reserves: strings of <see cref="Reservation"/>.</summary>
        public IReadOnlyList<string> Reservations { get; init; } = [];
    }

    /// <summary>304: nothing new since the validators that were sent.</summary>
    /// <param name="Exchange">What HTTP said.</param>
    public sealed record NotModified(HttpExchange Exchange) : FetchResult;

    /// <summary>Anything else.</summary>
    /// <param name="Outcome">Where this leaves the URL when it is final.</param>
    /// <param name="Reason">For people.</param>
    /// <param name="IsTransient">Asking again later may help.</param>
    /// <param name="StatusCode">The final status, when there was an answer.</param>
    /// <param name="RetryAfter">How long the server asks to be left alone, at most a day.</param>
    public sealed record Failure(Outcome Outcome, string Reason, bool IsTransient, int? StatusCode = null, TimeSpan? RetryAfter = null) : FetchResult;
}

/// <summary>What to ask for.</summary>
/// <param name="Url">http or https.</param>
/// <param name="MaxBytes">Largest body, before and after content decoding.</param>
/// <param name="ETag">Validator of what we have; empty when none.</param>
/// <param name="LastModified">Likewise.</param>
/// <param name="Accept">Accept header.</param>
public sealed record FetchRequest(Uri Url, int MaxBytes, string ETag = "", string LastModified = "", string Accept = FetchRequest.AcceptPages)
{
    public const string AcceptPages = "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1";

    /// <summary>Take the first <see cref="MaxBytes"/> of a larger body instead of refusing it.</summary>
    public bool Truncate { get; init; }

    /// <summary>Ask also for the site's tdmrep.json, when it is not known, so that the result has all that is reserved.</summary>
    public bool WithReservations { get; init; }

    /// <summary>Filled with the URLs that redirects lead to, in order.</summary>
    public ICollection<string>? Hops { get; init; }

    /// <summary>Asked before a redirect is followed; a failure ends the request with it. The time that it takes is not the server's.</summary>
    public Func<Uri, CancellationToken, Task<FetchResult.Failure?>>? Redirecting { get; init; }
}

/// <summary>
/// Asks other people's servers. Bounded in bytes, redirects, headers, time and slowness; addresses are judged when the socket connects, so neither a name that
/// changes its address nor a redirect leads inside; cookies are neither kept nor sent; proxies are not used.
/// </summary>
public sealed class HttpFetcher : IDisposable
{
    // Between these two a text page never lies; a bomb does.
    private const int RatioAppliesAbove = 1024 * 1024;
    private const int MaxRatio = 200;

    private const int MaxHeaderKiB = 64;
    private const int MaxHeaders = 500;
    private const int MaxCodings = 2;

    // Slow starts are common; after this time the rate must be reached.
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(5);

    private readonly OpenConnections _connections = new();
    private readonly HttpMessageInvoker _client;
    private readonly FetchOptions _options;
    private readonly TimeProvider _time;

    public HttpFetcher(IOptions<FetchOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _time = time;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),

            // Long enough for the next request to a host that is in demand, short enough for fifty thousand hosts that are asked once each: with all of them due at once,
            // after a night's outage, a thousand new connections come a second, and each is a file.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3),
            MaxConnectionsPerServer = 2 * _options.HostConcurrency,
            MaxResponseHeadersLength = MaxHeaderKiB,
            MaxResponseDrainSize = 0,

            // Our traces are nobody else's business.
            ActivityHeadersPropagator = System.Diagnostics.DistributedContextPropagator.CreateNoOutputPropagator(),
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions { CertificateRevocationCheckMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck },
        });
    }

    /// <summary>Asks once, following redirects.</summary>
    public async Task<FetchResult> GetAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var clock = new RequestClock(_options.RequestTimeout, _time, cancellationToken);
        try
        {
            return await FollowAsync(request, clock, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = clock.IsOver
                ? string.Create(CultureInfo.InvariantCulture, $"no complete answer within {_options.RequestTimeout.TotalSeconds:0.#} s")
                : $"the body comes at less than {_options.MinBytesPerSecond} bytes a second";
            return new FetchResult.Failure(Outcome.Unreachable, reason, IsTransient: true);
        }
        catch (BodyTooLargeException)
        {
            return TooLarge($"more than {request.MaxBytes} bytes");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or SocketException)
        {
            return Unreachable(exception);
        }
    }

    /// <summary>Posts a form, following the redirects that keep the method (307, 308).</summary>
    /// <param name="url">http or https.</param>
    /// <param name="form">Names and values.</param>
    /// <param name="redirecting">As <see cref="FetchRequest.Redirecting"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when the answer is 2xx, else why it is not.</returns>
    public async Task<FetchResult.Failure?> PostAsync(
        Uri url, IReadOnlyCollection<KeyValuePair<string, string>> form, Func<Uri, CancellationToken, Task<FetchResult.Failure?>> redirecting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(redirecting);
        using var clock = new RequestClock(_options.RequestTimeout, _time, cancellationToken);
        try
        {
            for (var redirects = 0; redirects <= _options.MaxRedirects; redirects++)
            {
                using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) };
                message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
                using var response = await _client.SendAsync(message, clock.Token);
                var status = (int)response.StatusCode;
                if (status is 307 or 308 && response.Headers.Location is { } location && Uri.TryCreate(url, location, out var target) && target.Scheme is "http" or "https")
                {
                    clock.Stop();
                    if (await redirecting(target, cancellationToken) is { } refusal)
                    {
                        return refusal;
                    }

                    clock.Start();
                    url = target;
                    continue;
                }

                return status is >= 200 and < 300
                    ? null
                    : new FetchResult.Failure(Outcome.HttpError, $"HTTP status {status}", IsTransient: status is 408 or 425 or 429 or >= 500, status, RetryAfter(response));
            }

            return new FetchResult.Failure(Outcome.TooManyRedirects, $"more than {_options.MaxRedirects} redirects", IsTransient: false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FetchResult.Failure(Outcome.Unreachable, string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.RequestTimeout.TotalSeconds:0.#} s"), IsTransient: true);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            return Unreachable(exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<FetchResult> FollowAsync(FetchRequest request, RequestClock clock, CancellationToken cancellationToken)
    {
        var url = request.Url;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Uri? movedTo = null;
        var isPermanent = true;
        for (var redirects = 0; ; redirects++)
        {
            seen.Add(url.AbsoluteUri);
            using var message = Message(request, url);
            using var response = await _client.SendAsync(message, clock.Token);
            var status = (int)response.StatusCode;
            if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                if (redirects >= _options.MaxRedirects)
                {
                    return new FetchResult.Failure(Outcome.TooManyRedirects, $"more than {_options.MaxRedirects} redirects", IsTransient: false, status);
                }

                if (!Uri.TryCreate(url, location, out var target) || target.Scheme is not ("http" or "https"))
                {
                    return new FetchResult.Failure(Outcome.HttpError, "redirects to what is not an http or https URL", IsTransient: false, status);
                }

                if (seen.Contains(target.AbsoluteUri))
                {
                    return new FetchResult.Failure(Outcome.TooManyRedirects, "redirects in a circle", IsTransient: false, status);
                }

                request.Hops?.Add(target.AbsoluteUri);
                if (request.Redirecting is { } redirecting)
                {
                    clock.Stop();
                    if (await redirecting(target, cancellationToken) is { } refusal)
                    {
                        return refusal;
                    }

                    clock.Start();
                }

                isPermanent &= status is 301 or 308;
                movedTo = isPermanent ? target : movedTo;
                url = target;
                continue;
            }

            if (status == 304 && (request.ETag.Length > 0 || request.LastModified.Length > 0))
            {
                return new FetchResult.NotModified(Exchange(url, response)) { MovedTo = movedTo };
            }

            return status is >= 200 and < 300
                ? await ReadAsync(request, url, response, clock) with { MovedTo = movedTo }
                : new FetchResult.Failure(
                    Outcome.HttpError, $"HTTP status {status}", IsTransient: status is 408 or 425 or 429 or >= 500, status, RetryAfter(response));
        }
    }

    private HttpRequestMessage Message(FetchRequest request, Uri url)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        message.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate, br");
        if (request.ETag.Length > 0)
        {
            message.Headers.TryAddWithoutValidation("If-None-Match", request.ETag);
        }

        if (request.LastModified.Length > 0)
        {
            message.Headers.TryAddWithoutValidation("If-Modified-Since", request.LastModified);
        }

        return message;
    }

    private async Task<FetchResult> ReadAsync(FetchRequest request, Uri url, HttpResponseMessage response, RequestClock clock)
    {
        if (response.Headers.NonValidated.Count + response.Content.Headers.NonValidated.Count > MaxHeaders)
        {
            return new FetchResult.Failure(Outcome.Unreachable, $"the response has more than {MaxHeaders} headers", IsTransient: false, (int)response.StatusCode);
        }

        // What such a body ends with is anybody's guess (RFC 9112 §6.3).
        if (response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var lengths)
            && (lengths.Distinct(StringComparer.Ordinal).Count() > 1 || !ulong.TryParse(lengths.First(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong _)))
        {
            return new FetchResult.Failure(Outcome.Unreachable, "the response breaks HTTP: its length is " + (lengths.Count > 1 ? "given twice" : "no number"), IsTransient: true);
        }

        if (response.Content.Headers.ContentLength > request.MaxBytes && !request.Truncate)
        {
            return TooLarge($"the server announces {response.Content.Headers.ContentLength} bytes; at most {request.MaxBytes} are taken");
        }

        await using var raw = new BoundedStream(await response.Content.ReadAsStreamAsync(clock.Token), request.MaxBytes);
        Stream decoded = raw;
        var codings = response.Content.Headers.ContentEncoding;
        foreach (var coding in codings.Count <= MaxCodings ? codings.Reverse() : ["of " + codings.Count + " layers"])
        {
            // What one layer unpacks to, the next one must not be buried under.
            decoded = decoded == raw ? raw : new BoundedStream(decoded, request.MaxBytes);
            switch (coding.ToLowerInvariant())
            {
                case "gzip" or "x-gzip":
                    decoded = new GZipStream(decoded, CompressionMode.Decompress);
                    break;
                case "br":
                    decoded = new BrotliStream(decoded, CompressionMode.Decompress);
                    break;
                case "deflate":
                    decoded = await DeflateAsync(decoded, clock.Token);
                    break;
                case "identity" or "":
                    break;
                default:
                    return new FetchResult.Failure(Outcome.UnsupportedMediaType, $"content coding '{coding}' is not known", IsTransient: false, (int)response.StatusCode);
            }
        }

        await using var _ = decoded;
        var (body, failure) = await ReadAsync(request, raw, decoded, response.Content.Headers.ContentLength, clock);
        if (body is null)
        {
            return failure!;
        }

        var contentType = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types) ? types.ToString() : "";
        return new FetchResult.Success(Exchange(url, response), body, contentType);
    }

    private HttpExchange Exchange(Uri url, HttpResponseMessage response)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            // A capture is a public page; session cookies have no place in an archive.
            if (!name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
            {
                headers.AddRange(values.Select(value => KeyValuePair.Create(name, value)));
            }
        }

        return new HttpExchange(url.AbsoluteUri, (int)response.StatusCode, response.Version.ToString(), response.ReasonPhrase ?? "", headers)
        {
            IpAddress = _connections.AddressOf(url.IdnHost, url.Port)?.ToString() ?? "",
        };
    }

    private async Task<(byte[]? Body, FetchResult.Failure? Failure)> ReadAsync(FetchRequest request, BoundedStream raw, Stream decoded, long? announced, RequestClock clock)
    {
        // Announced lengths of plain bodies are exact; of coded ones they are a start.
        using var body = new MemoryStream((int)Math.Clamp(announced ?? 0, 0, request.MaxBytes));
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        try
        {
            clock.StartBody(_options.MinBytesPerSecond, SlowStart);
            int read;
            while ((read = await decoded.ReadAsync(buffer, clock.Token)) > 0)
            {
                clock.Received(raw.Count);
                if (body.Length + read > request.MaxBytes)
                {
                    if (!request.Truncate)
                    {
                        return (null, TooLarge($"more than {request.MaxBytes} bytes"));
                    }

                    body.Write(buffer, 0, (int)(request.MaxBytes - body.Length));
                    break;
                }

                if (body.Length > RatioAppliesAbove && body.Length / Math.Max(1, raw.Count) > MaxRatio)
                {
                    return (null, TooLarge($"unpacks to more than {MaxRatio} times its size"));
                }

                body.Write(buffer, 0, read);
            }
        }
        catch (BodyTooLargeException) when (request.Truncate)
        {
            // What has come is the part that was asked for.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return (body.Capacity == body.Length ? body.GetBuffer() : body.ToArray(), null);
    }

    // "deflate" is the zlib format (RFC 9110 §8.4.1.2), but some servers send the bare stream.
    private static async Task<Stream> DeflateAsync(Stream source, CancellationToken cancellationToken)
    {
        var head = new byte[2];
        var count = await source.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, cancellationToken);
        var whole = new PrefixedStream(head.AsMemory(0, count), source);
        var isZlib = count == 2 && (head[0] & 0x0F) == 8 && ((head[0] << 8) | head[1]) % 31 == 0;
        return isZlib ? new ZLibStream(whole, CompressionMode.Decompress) : new DeflateStream(whole, CompressionMode.Decompress);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (!_options.AllowPrivateAddresses && !AddressPolicy.IsPortAllowed(port))
        {
            throw new AddressDeniedException($"port {port} is none of the web's");
        }

        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = _options.AllowPrivateAddresses ? addresses : Array.FindAll(addresses, AddressPolicy.IsPublic);
        if (allowed.Length == 0)
        {
            throw new AddressDeniedException(host + " has no address on the public internet; a trial may ask others with Fetch:AllowPrivateAddresses=true");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return _connections.Open(socket, context.DnsEndPoint);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait is { } time && time > TimeSpan.Zero ? (time > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : time) : null;
    }

    private static FetchResult.Failure TooLarge(string reason) => new(Outcome.TooLarge, reason, IsTransient: false);

    private static FetchResult.Failure Unreachable(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressDeniedException:
                    return new(Outcome.AddressDenied, cause.Message, IsTransient: false);
                case System.Security.Authentication.AuthenticationException:
                    return new(Outcome.Unreachable, "no TLS connection: " + cause.Message, IsTransient: true);
                case SocketException socket:
                    return new(Outcome.Unreachable, "no connection: " + socket.SocketErrorCode, IsTransient: true);
                case InvalidDataException:
                    return new(Outcome.Unreachable, "the body does not unpack: " + cause.Message, IsTransient: true);
            }
        }

        var error = exception is HttpRequestException http ? http.HttpRequestError : exception is HttpIOException io ? io.HttpRequestError : HttpRequestError.Unknown;
        return error == HttpRequestError.ConfigurationLimitExceeded
            ? new(Outcome.Unreachable, $"the response headers are over {MaxHeaderKiB} KiB", IsTransient: false)
            : new(Outcome.Unreachable, $"the response breaks HTTP: {error}", IsTransient: true);
    }
}
