using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>The ledger: one row per URL, one per capture; and the quarantine.</summary>
[Migration(1)]
public sealed class Ledger : ForwardOnlyMigration
{
    public override void Up()
    {
        // due_at: when a fetch is owed (a published FetchArticle moves it forward, so a lost message is sent again); null: none is owed. queued: its message is on the bus.
        Execute.Sql(
            """
            CREATE TABLE articles (
                article_id TEXT NOT NULL PRIMARY KEY,
                url TEXT NOT NULL,
                source_id TEXT NOT NULL,
                feed_id TEXT NOT NULL DEFAULT '',
                outcome INTEGER NOT NULL,
                stage INTEGER NOT NULL,
                reason TEXT NOT NULL DEFAULT '',
                capture INTEGER NOT NULL DEFAULT 0,
                sha256 TEXT NOT NULL DEFAULT '',
                revision INTEGER NOT NULL DEFAULT 0,
                story_id TEXT NOT NULL DEFAULT '',
                discovered_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                traceparent TEXT NOT NULL DEFAULT '',
                trail TEXT NOT NULL DEFAULT '[]',
                entry TEXT NOT NULL DEFAULT '',
                duplicate_of TEXT NOT NULL DEFAULT '',
                due_at BIGINT NULL,
                queued INTEGER NOT NULL DEFAULT 0,
                attempts INTEGER NOT NULL DEFAULT 0
            )
            """);
        Execute.Sql("CREATE INDEX articles_due ON articles (due_at) WHERE due_at IS NOT NULL");
        Execute.Sql("CREATE INDEX articles_updated ON articles (updated_at, article_id)");
        Execute.Sql("CREATE INDEX articles_outcome ON articles (outcome, updated_at, article_id)");

        // published: the broker has the message. done: its outcome has come back.
        Execute.Sql(
            """
            CREATE TABLE captures (
                article_id TEXT NOT NULL,
                capture INTEGER NOT NULL,
                warc_file TEXT NOT NULL,
                warc_offset BIGINT NOT NULL,
                warc_length BIGINT NOT NULL,
                sha256 TEXT NOT NULL,
                media_type TEXT NOT NULL,
                charset TEXT NOT NULL DEFAULT '',
                etag TEXT NOT NULL DEFAULT '',
                last_modified TEXT NOT NULL DEFAULT '',
                body_length INTEGER NOT NULL,
                fetched_at BIGINT NOT NULL,
                traceparent TEXT NOT NULL DEFAULT '',
                entry TEXT NOT NULL DEFAULT '',
                trail TEXT NOT NULL DEFAULT '[]',
                published INTEGER NOT NULL DEFAULT 0,
                done INTEGER NOT NULL DEFAULT 0,
                PRIMARY KEY (article_id, capture)
            )
            """);
        Execute.Sql("CREATE INDEX captures_unpublished ON captures (fetched_at) WHERE published = 0");
        Execute.Sql("CREATE INDEX captures_unfinished ON captures (fetched_at) WHERE done = 0");

        Execute.Sql(
            """
            CREATE TABLE feeds (
                feed_id TEXT NOT NULL PRIMARY KEY,
                url TEXT NOT NULL UNIQUE,
                source_id TEXT NOT NULL,
                title TEXT NOT NULL DEFAULT '',
                request_id TEXT NULL UNIQUE,
                state INTEGER NOT NULL,
                format INTEGER NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL,
                next_poll_at BIGINT NULL,
                interval_ms BIGINT NOT NULL,
                etag TEXT NOT NULL DEFAULT '',
                last_modified TEXT NOT NULL DEFAULT '',
                last_poll_at BIGINT NULL,
                last_success_at BIGINT NULL,
                failures INTEGER NOT NULL DEFAULT 0,
                last_error TEXT NOT NULL DEFAULT '',
                entries_last_poll INTEGER NOT NULL DEFAULT 0,
                articles_seen BIGINT NOT NULL DEFAULT 0
            )
            """);
        Execute.Sql("CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE next_poll_at IS NOT NULL");

        Create.Table("quarantine")
            .WithColumn("quarantine_id").AsString(32).NotNullable().PrimaryKey()
            .WithColumn("queue").AsString(100).NotNullable()
            .WithColumn("message_id").AsString(200).NotNullable()
            .WithColumn("message_type").AsString(200).NotNullable()
            .WithColumn("content_type").AsString(200).NotNullable()
            .WithColumn("article_id").AsString(32).NotNullable()
            .WithColumn("capture").AsInt32().NotNullable()
            .WithColumn("reason_code").AsString(100).NotNullable()
            .WithColumn("error").AsString(400).NotNullable()
            .WithColumn("attempts").AsInt32().NotNullable()
            .WithColumn("first_seen_at").AsInt64().NotNullable()
            .WithColumn("quarantined_at").AsInt64().NotNullable()
            .WithColumn("trace_id").AsString(32).NotNullable()
            .WithColumn("headers").AsString(int.MaxValue).NotNullable()
            .WithColumn("body").AsBinary(int.MaxValue).NotNullable();
        Execute.Sql("CREATE INDEX quarantine_age ON quarantine (quarantined_at, quarantine_id)");
    }
}
