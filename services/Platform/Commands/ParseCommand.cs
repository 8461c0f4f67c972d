using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Storyline.Parse.V1;
using Storyline.Type.V1;

namespace Storyline.Platform.Commands;

/// <summary>Shows the article in one document, and what it rests on. Nothing is stored.</summary>
internal static class ParseCommand
{
    private const int MaxBytes = 10 * 1024 * 1024;
    private const int MaxShown = 80;
    private const int MaxRedirects = 5;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly ClientOptions Client = new();

    public static Command Create()
    {
        var input = new Argument<string>("file-or-url") { Description = "A file (HTML or plain text), or the URL of a page, which is asked for once." };
        var url = new Option<string>("--url") { Description = "Where a file comes from: its links, the rules for its site and the date in its address count as they do for a page.", DefaultValueFactory = _ => "" };
        var explain = new Option<bool>("--explain") { Description = "Also show why each piece of text was kept or dropped, and what the document says about each field, where, and how far that is trusted." };
        var command = new Command("parse", "Show the article in a document; nothing is stored.") { input, url, explain };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var request = await ReadAsync(result.GetValue(input)!, result.GetValue(url)!, cancellationToken);
            request.Explain = result.GetValue(explain);
            var response = await connection.Parse.ParseDocumentAsync(request, cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
            }
            else
            {
                Print(response);
            }

            return response.Content is null ? 1 : 0;
        });
        return command;
    }

    private static async Task<ParseDocumentRequest> ReadAsync(string input, string url, CancellationToken cancellationToken)
    {
        if (input.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || input.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return url.Length == 0 ? await FetchAsync(input, cancellationToken) : throw new CommandException("--url is for a file: a page has its own");
        }

        if (Directory.Exists(input))
        {
            throw new CommandException($"'{input}' is a folder: parse takes one file");
        }

        if (!File.Exists(input))
        {
            throw new CommandException($"no file or URL '{input}'");
        }

        var length = new FileInfo(input).Length;
        if (length > MaxBytes)
        {
            throw new CommandException($"'{input}' has {length} bytes, at most {MaxBytes} are parsed");
        }

        if (length == 0)
        {
            throw new CommandException($"'{input}' is empty");
        }

        if (url.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            throw new CommandException($"--url '{url}' is not a URL such as https://example.org/news/1");
        }

        return new ParseDocumentRequest { Content = UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(input, cancellationToken)), Url = url };
    }

    /// <summary>One request, on behalf of the person at the keyboard.</summary>
    private static async Task<ParseDocumentRequest> FetchAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            throw new CommandException($"'{url}' is not a URL");
        }

        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.All, MaxAutomaticRedirections = MaxRedirects })
        {
            Timeout = Deadline,
            MaxResponseContentBufferSize = MaxBytes,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(new Fetch.FetchOptions().UserAgent);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html, application/xhtml+xml, text/plain;q=0.8");
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new CommandException((int)response.StatusCode is >= 300 and < 400 and not 304
                    ? $"{url} redirects more than {MaxRedirects} times, or to where it may not"
                    : $"{url} answers {(int)response.StatusCode}");
            }

            return new ParseDocumentRequest
            {
                Content = UnsafeByteOperations.UnsafeWrap(await response.Content.ReadAsByteArrayAsync(cancellationToken)),
                ContentType = response.Content.Headers.ContentType?.ToString() ?? "",
                Url = (response.RequestMessage?.RequestUri ?? address).AbsoluteUri,
            };
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new CommandException($"{url} has more than {MaxBytes} bytes, which is all that is parsed");
        }
        catch (HttpRequestException exception)
        {
            throw new CommandException($"{url}: {exception.GetBaseException().Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"{url} did not answer within {Deadline.TotalSeconds} s");
        }
    }

    private static void Print(ParseDocumentResponse response)
    {
        if (response.Content is not { } content)
        {
            Console.WriteLine($"{Output.Name(response.Outcome)}: {response.Reason}");
        }
        else
        {
            Console.WriteLine(content.Title);
            Line("by", string.Join(", ", content.Authors));
            Line("credit", string.Join(", ", content.WireCredits));
            Line("published", content.PublishTime is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{Output.Time(content.PublishTime)} (confidence {content.PublishTimeConfidence:0.00})"));
            Line("modified", content.ModifiedTime is null ? "" : Output.Time(content.ModifiedTime));
            Line("language", content.Language);
            Line("site", content.SiteName);
            Line("section", content.Section);
            Line("canonical", response.CanonicalUrl);
            Line("rights", content.Rights);
            Line("reserved", string.Join(", ", content.Reservations));
            Line("flags", string.Join(", ", ((string[])[content.IsPaywalled ? "paywalled" : "", content.IsLiveBlog ? "live blog" : ""]).Where(flag => flag.Length > 0)));
            Console.WriteLine();
            foreach (var block in content.Blocks)
            {
                var time = block.Time is null ? "" : $"[{Output.Time(block.Time)}] ";
                Console.WriteLine(time + (block.Kind == BlockKind.Paragraph ? block.Text : $"[{Output.Name(block.Kind)}] {block.Text}"));
                Console.WriteLine();
            }
        }

        foreach (var block in response.Blocks)
        {
            var start = block.Text.Length <= MaxShown ? block.Text : block.Text[..MaxShown] + "…";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(block.Kept ? "kept" : "dropped"),-14} {block.Probability:0.00}  {start}{(block.Reason.Length == 0 ? "" : $" ({block.Reason})")}"));
        }

        foreach (var evidence in response.Evidence)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{evidence.Field,-14} {evidence.Confidence:0.00}  {evidence.Source}: {evidence.Value}"));
        }
    }

    private static void Line(string name, string value)
    {
        if (value.Length > 0)
        {
            Console.WriteLine($"  {name,-10} {value}");
        }
    }
}
