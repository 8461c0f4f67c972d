using Grpc.Core;
using Storyline.Enrich.Entities;
using Storyline.Enrich.V1;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Paging;
using KnownEntity = Storyline.Enrich.Entities.KnownEntity;

namespace Storyline.Enrich;

/// <summary>The entities that the platform knows.</summary>
public sealed class EntityGrpcService(EntityStore entities) : EntityService.EntityServiceBase
{
    private const int MaxName = 200;
    private const int MinPrefix = 2;
    private const int DefaultPageSize = 10;
    private const int MaxPageSize = 100;

    public override async Task<ResolveEntityResponse> ResolveEntity(ResolveEntityRequest request, ServerCallContext context)
    {
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > MaxName)
        {
            throw RpcErrors.InvalidArgument(("name", $"has {request.Name.Length} characters: must be a name of at most {MaxName}"));
        }

        if (!Enum.IsDefined(request.Type))
        {
            throw RpcErrors.InvalidArgument(("type", $"is {(int)request.Type}: must be a value of EntityType"));
        }

        var found = await entities.ResolveAsync(request.Name.Trim(), (Contracts.EntityType)request.Type, context.CancellationToken)
            ?? throw RpcErrors.NotFound("entity", request.Name, "no spelling seen so far is near it");
        return new ResolveEntityResponse { Entity = ToProto(found.Entity), Score = found.Score };
    }

    public override async Task<GetEntityResponse> GetEntity(GetEntityRequest request, ServerCallContext context) => new()
    {
        Entity = ToProto(await entities.FindAsync(request.EntityId, context.CancellationToken)
            ?? throw RpcErrors.NotFound("entity", request.EntityId, "ids come from ResolveEntity and SuggestEntities")),
    };

    public override async Task<SuggestEntitiesResponse> SuggestEntities(SuggestEntitiesRequest request, ServerCallContext context)
    {
        var prefix = request.Prefix.Trim();
        if (prefix.Length is < MinPrefix or > MaxName)
        {
            throw RpcErrors.InvalidArgument(("prefix", $"has {prefix.Length} characters: must have {MinPrefix} to {MaxName}"));
        }

        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        var response = new SuggestEntitiesResponse();
        response.Entities.Add((await entities.SuggestAsync(prefix, size, context.CancellationToken)).Select(ToProto));
        return response;
    }

    private static V1.KnownEntity ToProto(KnownEntity entity)
    {
        var proto = new V1.KnownEntity { EntityId = entity.EntityId, Type = (Storyline.Type.V1.EntityType)entity.Type, Name = entity.Name, Articles = entity.Articles };
        proto.Spellings.Add(entity.Spellings
            .Where(s => s.Value > 0)
            .OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => new Spelling { Text = s.Key, Articles = s.Value }));
        return proto;
    }
}
