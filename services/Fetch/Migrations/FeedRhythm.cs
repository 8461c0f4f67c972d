using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>What adaptive polling, push and health know of a feed; the children of sitemap indexes.</summary>
[Migration(2)]
public sealed class FeedRhythm : ForwardOnlyMigration
{
    public override void Up()
    {
        // slow, recent: decaying counts of new entries, as of counted_at. full_at, body_sha256: the last body that was read whole. moved_*: where permanent redirects lead, and since when.
        foreach (var column in new[]
                 {
                     "full_at BIGINT NULL",
                     "body_sha256 TEXT NOT NULL DEFAULT ''",
                     "hint_ms BIGINT NOT NULL DEFAULT 0",
                     "slow DOUBLE PRECISION NOT NULL DEFAULT 0",
                     "recent DOUBLE PRECISION NOT NULL DEFAULT 0",
                     "counted_at BIGINT NULL",
                     "counted_since BIGINT NULL",
                     "longest_gap_ms BIGINT NOT NULL DEFAULT 0",
                     "newest_published_at BIGINT NULL",
                     "without_url_last_poll INTEGER NOT NULL DEFAULT 0",
                     "moved_to TEXT NOT NULL DEFAULT ''",
                     "moved_since BIGINT NULL",
                 })
        {
            Execute.Sql("ALTER TABLE feeds ADD COLUMN " + column);
        }

        Execute.Sql("CREATE INDEX feeds_state ON feeds (state)");
        Execute.Sql("CREATE INDEX articles_feed ON articles (feed_id, discovered_at) WHERE feed_id <> ''");

        // renew_at: when the hub is asked next; null: never. The callback is <Fetch:WebSubCallback>/<path>.
        Execute.Sql(
            """
            CREATE TABLE feed_subscriptions (
                feed_id TEXT NOT NULL PRIMARY KEY,
                hub TEXT NOT NULL,
                topic TEXT NOT NULL,
                path TEXT NOT NULL UNIQUE,
                secret TEXT NOT NULL,
                state INTEGER NOT NULL,
                reason TEXT NOT NULL DEFAULT '',
                failures INTEGER NOT NULL DEFAULT 0,
                renew_at BIGINT NULL,
                lease_expires_at BIGINT NULL,
                last_push_at BIGINT NULL,
                missed INTEGER NOT NULL DEFAULT 0
            )
            """);
        Execute.Sql("CREATE INDEX feed_subscriptions_due ON feed_subscriptions (renew_at) WHERE renew_at IS NOT NULL");

        // announced: what the index said of the child when it was last read.
        Execute.Sql(
            """
            CREATE TABLE sitemap_children (
                feed_id TEXT NOT NULL,
                url TEXT NOT NULL,
                announced BIGINT NULL,
                etag TEXT NOT NULL DEFAULT '',
                last_modified TEXT NOT NULL DEFAULT '',
                read_at BIGINT NOT NULL,
                PRIMARY KEY (feed_id, url)
            )
            """);
    }
}
