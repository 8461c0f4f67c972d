using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>When a publisher asks not to be polled.</summary>
[Migration(6)]
public sealed class FeedSkips : ForwardOnlyMigration
{
    public override void Up()
    {
        // A bit for each hour of the day, and for each day of the week from Sunday on, in UTC.
        Execute.Sql("ALTER TABLE feeds ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0");
        Execute.Sql("ALTER TABLE feeds ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0");
    }
}
