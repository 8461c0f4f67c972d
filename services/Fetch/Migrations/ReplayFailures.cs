using FluentMigrator;

namespace Storyline.Fetch.Migrations;

/// <summary>How an article stood before its replay, which it goes back to when the replay fails.</summary>
[Migration(5)]
public sealed class ReplayFailures : ForwardOnlyMigration
{
    public override void Up()
    {
        foreach (var column in new[] { "prior_outcome INTEGER NOT NULL DEFAULT 0", "prior_stage INTEGER NOT NULL DEFAULT 0", "prior_reason TEXT NOT NULL DEFAULT ''" })
        {
            Execute.Sql($"ALTER TABLE captures ADD COLUMN {column}");
        }
    }
}
