using Grpc.Core;
using Storyline.Contracts;
using Storyline.Hosting.Errors;
using Storyline.Parse.Documents;
using Storyline.Parse.V1;

namespace Storyline.Parse;

/// <summary>The parser for anyone's document.</summary>
internal sealed class ParseGrpcService(DocumentParser parser) : ParseService.ParseServiceBase
{
    /// <summary>Messages above this are refused by the transport, before any field is known.</summary>
    public const int MaxReceiveBytes = 16 * 1024 * 1024;

    public override Task<ParseDocumentResponse> ParseDocument(ParseDocumentRequest request, ServerCallContext context)
    {
        if (request.Content.IsEmpty)
        {
            throw RpcErrors.InvalidArgument(("content", "is empty; send the bytes of one HTML or text document"));
        }

        if (request.Content.Length > ParserLimits.MaxBytes)
        {
            throw RpcErrors.InvalidArgument(("content", $"{request.Content.Length} bytes, at most {ParserLimits.MaxBytes}"));
        }

        if (request.Url.Length > 0 && !Uri.TryCreate(request.Url, UriKind.Absolute, out _))
        {
            throw RpcErrors.InvalidArgument(("url", "is not an absolute URL"));
        }

        using var activity = ParseTelemetry.Source.StartActivity("parse document");
        var result = parser.Parse(request.Content.Memory, request.ContentType, charset: null, request.Url, hint: null, request.Explain);
        activity?.SetTag("storyline.outcome", result.Outcome.ToString());
        var response = new ParseDocumentResponse
        {
            Outcome = (Storyline.Type.V1.Outcome)result.Outcome,
            Reason = result.Reason,
            ContentDigest = result.ContentDigest,
            ParserVersion = result.ParserVersion,
            CanonicalUrl = result.CanonicalUrl ?? "",
        };
        if (result.Content is { } content)
        {
            response.Content = content.ToProto();
        }

        response.Evidence.Add(result.Evidence.Select(e => new FieldEvidence { Field = e.Field, Value = e.Value, Source = e.Source, Confidence = e.Confidence }));
        response.Blocks.Add(result.Blocks.Select(b => new BlockEvidence
        {
            Kind = (Storyline.Type.V1.BlockKind)b.Kind, Text = b.Text, Probability = b.Probability, Kept = b.IsKept, Reason = b.Reason,
        }));
        return Task.FromResult(response);
    }
}
