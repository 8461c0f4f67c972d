using System.Text;
using Grpc.Core;
using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Clustering;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Stories;
using Storyline.Enrich.V1;
using Storyline.Hosting.Errors;

namespace Storyline.Enrich;

/// <summary>Annotates anyone's text; stores nothing.</summary>
public sealed class EnrichGrpcService(Annotator annotator, EntityStore entities) : EnrichService.EnrichServiceBase
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxLanguage = 35;

    public override async Task<EnrichTextResponse> EnrichText(EnrichTextRequest request, ServerCallContext context)
    {
        Check(request);
        var annotation = annotator.Annotate(request.Title, request.Body);
        var known = new EntityDirectory();
        foreach (var entity in await entities.WithKeysAsync(annotation.Entities.Select(e => e.Key).Distinct(StringComparer.Ordinal), context.CancellationToken))
        {
            known.Add(entity);
        }

        var ids = annotation.Entities.DistinctBy(e => (e.Type, e.Key)).ToDictionary(
            e => (e.Type, e.Key), e => known.IdOf(new NamedEntity(e.Key, e.Type, e.Name, [], e.Salience, ""), []));
        var response = new EnrichTextResponse { Language = request.Language.Length > 0 ? request.Language : "und" };
        response.Entities.Add(ArticleAssembler.Entities(annotation, ids).Select(e => e.ToProto()));
        response.Quotes.Add(ArticleAssembler.Quotes(annotation, request.Body, ids, _ => null).Select(q => q.ToProto()));
        response.Keywords.Add(annotation.Keywords.Select(k => k.ToProto()));
        return response;
    }

    private static void Check(EnrichTextRequest request)
    {
        var violations = new List<(string, string)>();
        if (string.IsNullOrWhiteSpace(request.Body))
        {
            violations.Add(("body", "is empty: must hold the text to annotate"));
        }

        var bytes = Encoding.UTF8.GetByteCount(request.Title) + Encoding.UTF8.GetByteCount(request.Body);
        if (bytes > MaxBytes)
        {
            violations.Add(("body", $"title and body have {bytes} bytes of UTF-8: at most {MaxBytes}"));
        }

        if (request.Language.Length > MaxLanguage)
        {
            violations.Add(("language", $"has {request.Language.Length} characters: must be a BCP 47 tag of at most {MaxLanguage}"));
        }

        if (violations.Count > 0)
        {
            throw RpcErrors.InvalidArgument([.. violations]);
        }
    }
}
