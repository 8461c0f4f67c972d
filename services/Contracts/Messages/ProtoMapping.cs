using Google.Protobuf.WellKnownTypes;
using Proto = Storyline.Type.V1;

namespace Storyline.Contracts;

/// <summary>The bus records as the gRPC surface shows them. Enum numbers are equal on both sides; a test holds them so.</summary>
public static class ProtoMapping
{
    public static Proto.ArticleContent ToProto(this ArticleContent content)
    {
        var proto = new Proto.ArticleContent
        {
            Title = content.Title,
            Body = content.Body,
            Language = content.Language,
            PublishTime = content.PublishTime?.ToTimestamp(),
            PublishTimeConfidence = content.PublishTimeConfidence,
            ModifiedTime = content.ModifiedTime?.ToTimestamp(),
            Section = content.Section ?? "",
            ImageUrl = content.ImageUrl ?? "",
            SiteName = content.SiteName ?? "",
            IsPaywalled = content.IsPaywalled,
            IsLiveBlog = content.IsLiveBlog,
            Rights = content.Rights ?? "",
        };
        foreach (var block in content.Blocks)
        {
            proto.Blocks.Add(new Proto.Block { Kind = (Proto.BlockKind)block.Kind, Text = block.Text, Time = block.Time?.ToTimestamp() });
        }

        proto.Authors.Add(content.Authors);
        proto.WireCredits.Add(content.WireCredits);
        proto.PublisherKeywords.Add(content.PublisherKeywords);
        proto.Reservations.Add(content.Reservations);
        return proto;
    }

    public static Proto.Entity ToProto(this ArticleEntity entity)
    {
        var proto = new Proto.Entity
        {
            EntityId = entity.EntityId,
            Type = (Proto.EntityType)entity.Type,
            Name = entity.Name,
            Salience = entity.Salience,
        };
        proto.Variants.Add(entity.Variants);
        foreach (var mention in entity.Mentions)
        {
            proto.Mentions.Add(new Proto.Mention { Start = mention.Start, Length = mention.Length });
        }

        return proto;
    }

    public static Proto.Quote ToProto(this ArticleQuote quote) => new()
    {
        QuotationId = quote.QuotationId,
        Text = quote.Text,
        Kind = (Proto.QuoteKind)quote.Kind,
        Start = quote.Start,
        Length = quote.Length,
        Speaker = quote.Speaker ?? "",
        SpeakerEntityId = quote.SpeakerEntityId ?? "",
        Cue = quote.Cue ?? "",
    };

    public static Proto.Keyword ToProto(this Keyword keyword) => new() { Text = keyword.Text, Weight = keyword.Weight };

    public static Proto.Telling ToProto(this Telling telling) => new()
    {
        ArticleId = telling.ArticleId,
        Revision = telling.Revision,
        Role = (Proto.TellingRole)telling.Role,
        DerivedFrom = telling.DerivedFrom ?? "",
        Evidence = telling.Evidence ?? "",
        SourceId = telling.SourceId,
        Title = telling.Title,
        PublishTime = telling.PublishTime.ToTimestamp(),
    };

    public static Proto.Quotation ToProto(this Quotation quotation)
    {
        var proto = new Proto.Quotation
        {
            QuotationId = quotation.QuotationId,
            Speaker = quotation.Speaker ?? "",
            SpeakerEntityId = quotation.SpeakerEntityId ?? "",
        };
        foreach (var variant in quotation.Variants)
        {
            proto.Variants.Add(new Proto.Quotation.Types.Variant { ArticleId = variant.ArticleId, Text = variant.Text, Altered = variant.Altered });
        }

        return proto;
    }

    public static Proto.StageRecord ToProto(this StageRecord record) => new()
    {
        Stage = (Proto.Stage)record.Stage,
        StartTime = record.StartedAt.ToTimestamp(),
        DurationMs = record.DurationMs,
        QueuedMs = record.QueuedMs,
    };
}
