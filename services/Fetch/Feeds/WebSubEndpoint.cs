using Microsoft.Extensions.Options;

namespace Storyline.Fetch.Feeds;

/// <summary>The callback that hubs call: <c>/websub/{path}</c>, mapped where <see cref="FetchOptions.WebSubCallback"/> is set.</summary>
public static class WebSubEndpoint
{
    private const int MaxChallenge = 4096;
    private const int MaxAtOnce = 8;

    public static void MapWebSub(this IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ServiceProvider.GetRequiredService<IOptions<FetchOptions>>().Value.WebSubCallback is null)
        {
            return;
        }

        var places = new SemaphoreSlim(MaxAtOnce);
        app.MapGet("/websub/{path}", VerifyAsync);
        app.MapPost("/websub/{path}", (string path, HttpContext context, WebSub webSub) => ReceiveAsync(path, context, webSub, places));
    }

    private static async Task<IResult> VerifyAsync(string path, HttpContext context, WebSub webSub)
    {
        var query = context.Request.Query;
        var challenge = query["hub.challenge"].ToString();
        if (challenge.Length > MaxChallenge)
        {
            return Results.BadRequest();
        }

        var answer = await webSub.VerifyAsync(
            path, query["hub.mode"].ToString(), query["hub.topic"].ToString(), challenge, query["hub.lease_seconds"].ToString(), query["hub.reason"].ToString(), context.RequestAborted);
        if (answer is null)
        {
            return Results.NotFound();
        }

        // What a caller sent is sent back: as nothing that a browser would run.
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Text(answer, "text/plain");
    }

    private static async Task<IResult> ReceiveAsync(string path, HttpContext context, WebSub webSub, SemaphoreSlim places)
    {
        if (context.Request.ContentLength > FeedReader.MaxBytes)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }

        if (!await places.WaitAsync(TimeSpan.Zero, context.RequestAborted))
        {
            context.Response.Headers.RetryAfter = "10";
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        try
        {
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                if (body.Length + read > FeedReader.MaxBytes)
                {
                    return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
                }

                body.Write(buffer, 0, read);
            }

            var isKnown = await webSub.ReceiveAsync(path, context.Request.Headers["X-Hub-Signature"], context.Request.ContentType ?? "", body.ToArray(), context.RequestAborted);
            return Results.StatusCode(isKnown ? StatusCodes.Status202Accepted : StatusCodes.Status410Gone);
        }
        finally
        {
            places.Release();
        }
    }
}
