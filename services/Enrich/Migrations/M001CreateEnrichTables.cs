using FluentMigrator;

namespace Storyline.Enrich.Migrations;

[Migration(1, "articles, stories, entities")]
public sealed class M001CreateEnrichTables : Migration
{
    public override void Up()
    {
        // One row per article: its current revision, and the message that told of it, byte for byte.
        Create.Table("articles")
            .WithColumn("article_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("capture").AsInt32().NotNullable()
            .WithColumn("enriched_capture").AsInt32().NotNullable()
            .WithColumn("revision").AsInt32().NotNullable()
            .WithColumn("digest").AsString().NotNullable()
            .WithColumn("story_id").AsString().NotNullable().Indexed("articles_story_id")
            .WithColumn("story_order").AsInt64().NotNullable()
            .WithColumn("features").AsBinary(int.MaxValue).NotNullable()
            .WithColumn("message").AsBinary(int.MaxValue).NotNullable()
            .WithColumn("affected_stories").AsString(int.MaxValue).NotNullable();

        Create.Table("stories")
            .WithColumn("story_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("founded_order").AsInt64().NotNullable()
            .WithColumn("version").AsInt64().NotNullable()
            .WithColumn("last_seq").AsInt64().NotNullable().Indexed("stories_last_seq")
            .WithColumn("active_at").AsInt64().NotNullable().Indexed("stories_active_at")
            .WithColumn("articles").AsInt32().NotNullable()
            .WithColumn("merged_into").AsString().Nullable()
            .WithColumn("state").AsBinary(int.MaxValue).NotNullable();

        Create.Table("entities")
            .WithColumn("entity_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("type").AsInt32().NotNullable()
            .WithColumn("name").AsString(int.MaxValue).NotNullable()
            .WithColumn("articles").AsInt64().NotNullable();

        Create.Table("spellings")
            .WithColumn("entity_id").AsString().NotNullable().PrimaryKey()
            .WithColumn("text").AsString(int.MaxValue).NotNullable().PrimaryKey()
            .WithColumn("spelling_key").AsString(int.MaxValue).NotNullable()
            .WithColumn("articles").AsInt64().NotNullable();

        Create.Index("spellings_spelling_key").OnTable("spellings").OnColumn("spelling_key");
    }

    public override void Down()
    {
        Delete.Table("spellings");
        Delete.Table("entities");
        Delete.Table("stories");
        Delete.Table("articles");
    }
}
