using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>The whole way of each capture, other fetches, fetching again, replays, and which article a page's canonical URL belongs to.</summary>
[Migration(3)]
public sealed class LedgerDetail : ForwardOnlyMigration
{
    public override void Up()
    {
        // How the capture came, where its way ended, and what the parser made of it. A replay is a capture of its own whose bytes are those of base_capture;
        // one that only compares has a negative number, so no report about it reaches the article.
        foreach (var column in new[]
                 {
                     "record_id TEXT NOT NULL DEFAULT ''", "final_url TEXT NOT NULL DEFAULT ''", "redirects TEXT NOT NULL DEFAULT ''",
                     "outcome INTEGER NOT NULL DEFAULT 0", "stage INTEGER NOT NULL DEFAULT 0", "reason TEXT NOT NULL DEFAULT ''", "ended_at BIGINT NULL", "end_trail TEXT NOT NULL DEFAULT '[]'",
                     "parser_version TEXT NOT NULL DEFAULT ''", "content_digest TEXT NOT NULL DEFAULT ''", "body_digest TEXT NOT NULL DEFAULT ''", "title TEXT NOT NULL DEFAULT ''",
                     "replay_id TEXT NOT NULL DEFAULT ''", "base_capture INTEGER NOT NULL DEFAULT 0", "change INTEGER NOT NULL DEFAULT 0",
                 })
        {
            Execute.Sql($"ALTER TABLE captures ADD COLUMN {column}");
        }

        Execute.Sql("CREATE INDEX captures_replay ON captures (replay_id, change, article_id) WHERE replay_id <> ''");

        // refetch_at: when to look for a correction; refetches: how often that was done; refetching: the fetch that is owed now is one of these.
        Execute.Sql("ALTER TABLE articles ADD COLUMN refetch_at BIGINT NULL");
        Execute.Sql("ALTER TABLE articles ADD COLUMN refetches INTEGER NOT NULL DEFAULT 0");
        Execute.Sql("ALTER TABLE articles ADD COLUMN refetching INTEGER NOT NULL DEFAULT 0");
        Execute.Sql("CREATE INDEX articles_refetch ON articles (refetch_at) WHERE refetch_at IS NOT NULL");
        Execute.Sql("CREATE INDEX articles_refetching ON articles (source_id) WHERE refetching = 1");
        Execute.Sql("CREATE INDEX articles_discovered ON articles (discovered_at)");
        Execute.Sql("CREATE INDEX articles_source_discovered ON articles (source_id, discovered_at)");

        // Pages of answers go by source, in the same order on both databases.
        IfDatabase(type => type.StartsWith("Postgre", StringComparison.OrdinalIgnoreCase)).Execute.Sql("ALTER TABLE articles ALTER COLUMN source_id TYPE text COLLATE \"C\"");

        // Fetches that brought no capture.
        Execute.Sql(
            """
            CREATE TABLE attempts (
                article_id TEXT NOT NULL,
                attempted_at BIGINT NOT NULL,
                outcome INTEGER NOT NULL,
                reason TEXT NOT NULL,
                duration_ms BIGINT NOT NULL,
                redirects TEXT NOT NULL,
                trace_id TEXT NOT NULL,
                PRIMARY KEY (article_id, attempted_at)
            )
            """);

        // The first article whose page has this canonical URL (by its id) and this title.
        Execute.Sql(
            """
            CREATE TABLE canonical_claims (
                canonical_id TEXT NOT NULL,
                title_digest TEXT NOT NULL,
                article_id TEXT NOT NULL,
                PRIMARY KEY (canonical_id, title_digest)
            )
            """);

        Execute.Sql(
            """
            CREATE TABLE unusable_entries (
                source_id TEXT NOT NULL,
                entry_digest TEXT NOT NULL,
                announced_at BIGINT NOT NULL,
                PRIMARY KEY (source_id, entry_digest)
            )
            """);

        IfDatabase(type => type.StartsWith("Postgre", StringComparison.OrdinalIgnoreCase)).Execute.Sql("ALTER TABLE unusable_entries ALTER COLUMN source_id TYPE text COLLATE \"C\"");

        Execute.Sql(
            """
            CREATE TABLE replays (
                replay_id TEXT NOT NULL PRIMARY KEY,
                request_id TEXT NULL UNIQUE,
                filter TEXT NOT NULL,
                compare_only INTEGER NOT NULL,
                rate_per_second INTEGER NOT NULL,
                max_in_flight INTEGER NOT NULL,
                state INTEGER NOT NULL,
                position TEXT NOT NULL DEFAULT '',
                selected BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                leased_until BIGINT NOT NULL DEFAULT 0
            )
            """);
        Execute.Sql("CREATE INDEX replays_running ON replays (leased_until) WHERE state = 1");
    }
}
