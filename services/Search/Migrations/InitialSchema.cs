using FluentMigrator;

namespace Storyline.Search.Migrations;

/// <summary>Articles with their revisions, stories with their tellings, and the sequence that the index follows.</summary>
[Migration(202611220001, "initial schema")]
public sealed class InitialSchema : ForwardOnlyMigration
{
    private const string Text = "TEXT";

    public override void Up()
    {
        // One row. Its update is the first statement of every transaction that moves the index, so sequence numbers become
        // visible in order: a reader that has seen n has seen everything below n.
        Create.Table("index_position")
            .WithColumn("id").AsInt32().PrimaryKey()
            .WithColumn("database_id").AsCustom(Text).NotNullable()
            .WithColumn("sequence").AsInt64().NotNullable();
        Execute.Sql($"INSERT INTO index_position (id, database_id, sequence) VALUES (1, '{Guid.NewGuid():n}', 0)");

        Create.Table("revisions")
            .WithColumn("article_id").AsCustom(Text).PrimaryKey()
            .WithColumn("revision").AsInt32().PrimaryKey()
            .WithColumn("capture").AsInt32().NotNullable()
            .WithColumn("url").AsCustom(Text).NotNullable()
            .WithColumn("source_id").AsCustom(Text).NotNullable()
            .WithColumn("title").AsCustom(Text).NotNullable()
            .WithColumn("language").AsCustom(Text).NotNullable()
            .WithColumn("authors").AsCustom(Text).NotNullable()
            .WithColumn("publish_time").AsInt64().Nullable()
            .WithColumn("index_time").AsInt64().NotNullable()
            .WithColumn("trace_id").AsCustom(Text).Nullable()
            .WithColumn("payload").AsBinary().NotNullable();

        Create.Table("articles")
            .WithColumn("article_id").AsCustom(Text).PrimaryKey()
            .WithColumn("revision").AsInt32().NotNullable()
            .WithColumn("sequence").AsInt64().NotNullable()
            .WithColumn("story_id").AsCustom(Text).NotNullable()
            .WithColumn("role").AsInt32().NotNullable();
        Create.Index("ix_articles_sequence").OnTable("articles").OnColumn("sequence").Ascending().WithOptions().Unique();

        Create.Table("stories")
            .WithColumn("story_id").AsCustom(Text).PrimaryKey()
            .WithColumn("version").AsInt64().NotNullable()
            .WithColumn("state").AsInt32().NotNullable()
            .WithColumn("merged_into").AsCustom(Text).Nullable()
            .WithColumn("language").AsCustom(Text).NotNullable()
            .WithColumn("origin_count").AsInt32().NotNullable()
            .WithColumn("source_count").AsInt32().NotNullable()
            .WithColumn("last_publish_time").AsInt64().NotNullable()
            .WithColumn("payload").AsBinary().NotNullable();
        Create.Index("ix_stories_last_publish_time").OnTable("stories").OnColumn("last_publish_time").Descending();

        Create.Table("tellings")
            .WithColumn("story_id").AsCustom(Text).PrimaryKey()
            .WithColumn("article_id").AsCustom(Text).PrimaryKey()
            .WithColumn("role").AsInt32().NotNullable();
        Create.Index("ix_tellings_article_id").OnTable("tellings").OnColumn("article_id").Ascending();
    }
}
