using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>WebSub subscriptions that nobody needs any more, until their hubs know.</summary>
[Migration(7)]
public sealed class Unsubscriptions : ForwardOnlyMigration
{
    public override void Up()
    {
        // due_at: when the hub is asked to end it; null: it has been, or is not any more. Until expires_at the hub is told that it was meant.
        Execute.Sql(
            """
            CREATE TABLE feed_unsubscriptions (
                path TEXT NOT NULL PRIMARY KEY,
                hub TEXT NOT NULL,
                topic TEXT NOT NULL,
                due_at BIGINT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                expires_at BIGINT NOT NULL
            )
            """);
        Execute.Sql("CREATE INDEX feed_unsubscriptions_due ON feed_unsubscriptions (due_at) WHERE due_at IS NOT NULL");
    }
}
